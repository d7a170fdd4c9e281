//! Percent-encoding.

/// The bytes that a text means; none when a `%` is not followed by two hexadecimal digits.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut parts = text.split('%');
    let mut decoded = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        decoded.push(u8::from_str_radix(digits, 16).ok()?);
        decoded.extend_from_slice(rest.as_bytes());
    }
    Some(decoded)
}

/// The path as most programs understand it: decoded, in lower case, without a slash at its end.
pub(crate) fn understood(path: &str) -> String {
    let decoded = decode(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&decoded).to_lowercase();
    text.trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_hexadecimal_digits_follow_a_percent_sign() {
        assert_eq!(decode("a%2Fb%2f%c3%A9").unwrap(), "a/b/\u{e9}".as_bytes());
        for text in ["%", "%2", "%zz", "%+f", "%%41", "%\u{e9}"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }

    #[test]
    fn what_programs_understand_is_one_text_for_all_spellings() {
        for path in ["/Export/All", "/%65xport/all", "/export/all/"] {
            assert_eq!(understood(path), "/export/all", "{path}");
        }
    }
}
