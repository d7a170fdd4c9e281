//! Links with a query.

use std::fmt::Write as _;

/// A path with these fields behind it.
pub(crate) fn with_query<'n, 'v>(
    path: &str,
    fields: impl IntoIterator<Item = (&'n str, &'v str)>,
) -> String {
    let mut link = path.to_owned();
    for (place, (name, value)) in fields.into_iter().enumerate() {
        let mark = if place == 0 { '?' } else { '&' };
        // Writing to a string cannot fail.
        let _ = write!(link, "{mark}{name}={}", encoded(value));
    }
    link
}

/// One segment of a path, or the value of a field: everything but letters, digits and `-._~` is escaped.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_plain_is_escaped() {
        assert_eq!(with_query("/units", []), "/units");
        let link = with_query("/units", [("q", "route:/a b"), ("level", "ü&x")]);
        assert_eq!(link, "/units?q=route%3A%2Fa%20b&level=%C3%BC%26x");
    }
}
