//! The target of a request: `/gateway/{unit}/{path}`.
//!
//! Programs disagree about `%2f`, `..`, `//`, `;` and doubly encoded characters in a path. What one of them could take
//! for another path than the one that was judged is refused, so that the path that is judged is the path that is sent.

use utc_domain::UnitName;

use crate::percent::decode;

/// What every path here begins with.
const PREFIX: &str = "/gateway/";

/// The longest path, in bytes. With `write:` before it, it is the action of the decision.
const LONGEST: usize = 490;

/// The longest query, in bytes.
const LONGEST_QUERY: usize = 15_000;

/// Names in a query by which frameworks let a request say that it has another method.
const METHOD_NAMES: [&str; 4] = [
    "_method",
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
];

/// Which unit is asked for, and what of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) unit: UnitName,
    /// From its first slash, as it came.
    pub(crate) path: String,
    /// What follows the question mark.
    pub(crate) query: Option<String>,
}

/// Why a target is not forwarded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PathError {
    #[error("the gateway answers at `/gateway/{{unit}}/{{path}}`")]
    Elsewhere,
    #[error("`{0}` is not the name of a unit; write `/` and `:` in it as `%2F` and `%3A`")]
    Unit(String),
    #[error("the {part} has {actual} bytes, and may have {max}")]
    TooLong {
        part: &'static str,
        actual: usize,
        max: usize,
    },
    #[error("the path or query holds a character that a URL may not hold as it is")]
    Character,
    #[error("the path or query holds a `%` that is not followed by two hexadecimal digits")]
    Percent,
    #[error(
        "the path holds an encoded slash, backslash, semicolon, control character or percent sign"
    )]
    Encoded,
    #[error("the path is not UTF-8 when it is decoded")]
    Utf8,
    #[error("the path holds `;`, `.`, `..` or an empty part")]
    Segment,
}

impl Asked {
    /// Reads path and query as they came.
    pub(crate) fn read(target: &str) -> Result<Self, PathError> {
        let rest = target.strip_prefix(PREFIX).ok_or(PathError::Elsewhere)?;
        let (rest, query) = match rest.split_once('?') {
            Some((rest, query)) => (rest, Some(query)),
            None => (rest, None),
        };
        let (unit, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, "/"),
        };
        check_path(path)?;
        query.map_or(Ok(()), check_query)?;
        Ok(Self {
            unit: unit_name(unit)?,
            path: path.to_owned(),
            query: query.map(str::to_owned),
        })
    }

    /// Whether the query names another method, for frameworks that listen to that.
    pub(crate) fn names_a_method(&self) -> bool {
        let pairs = self.query.iter().flat_map(|query| query.split(['&', ';']));
        pairs
            .filter_map(|pair| decode(pair.split('=').next().unwrap_or(pair)))
            .any(|name| {
                METHOD_NAMES
                    .iter()
                    .any(|known| known.as_bytes().eq_ignore_ascii_case(&name))
            })
    }
}

fn unit_name(segment: &str) -> Result<UnitName, PathError> {
    let decoded = decode(segment).and_then(|bytes| String::from_utf8(bytes).ok());
    let name = decoded.and_then(|text| text.parse().ok());
    name.ok_or_else(|| PathError::Unit(shown(segment)))
}

/// For a message: nothing but what may stand in a URL, and not too much of it.
fn shown(segment: &str) -> String {
    let fine = |c: &char| c.is_ascii_graphic();
    segment.chars().filter(fine).take(60).collect()
}

fn check_path(path: &str) -> Result<(), PathError> {
    check_length("path", path, LONGEST)?;
    if path.contains(';') {
        return Err(PathError::Segment);
    }
    if !path.bytes().all(may_stand_in_a_path) {
        return Err(PathError::Character);
    }
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    // Only the last one may be empty: the path then ends with a slash.
    let inner = segments.len().saturating_sub(1);
    if segments
        .iter()
        .take(inner)
        .any(|segment| segment.is_empty())
    {
        return Err(PathError::Segment);
    }
    segments.into_iter().try_for_each(check_segment)
}

fn check_segment(segment: &str) -> Result<(), PathError> {
    let decoded = decode(segment).ok_or(PathError::Percent)?;
    if decoded
        .iter()
        .any(|byte| b"/\\;%".contains(byte) || byte.is_ascii_control())
    {
        return Err(PathError::Encoded);
    }
    // This refuses overlong forms, too, which some programs decode into slashes and dots.
    let text = str::from_utf8(&decoded).map_err(|_| PathError::Utf8)?;
    if matches!(text, "." | "..") {
        return Err(PathError::Segment);
    }
    Ok(())
}

fn check_length(part: &'static str, text: &str, max: usize) -> Result<(), PathError> {
    let actual = text.len();
    if actual > max {
        return Err(PathError::TooLong { part, actual, max });
    }
    Ok(())
}

fn check_query(query: &str) -> Result<(), PathError> {
    check_length("query", query, LONGEST_QUERY)?;
    let fine = |byte: u8| byte.is_ascii_graphic() && byte != b'\\' && byte != b'#';
    if query.bytes().all(fine) {
        Ok(())
    } else {
        Err(PathError::Character)
    }
}

/// RFC 3986: what a path may hold, with the slash that divides it.
fn may_stand_in_a_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,=:@%/".contains(&byte)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(target: &str) -> Result<(String, String, Option<String>), PathError> {
        Asked::read(target).map(|asked| (asked.unit.to_string(), asked.path, asked.query))
    }

    fn fine(target: &str, unit: &str, path: &str, query: Option<&str>) {
        let expected = (unit.to_owned(), path.to_owned(), query.map(str::to_owned));
        assert_eq!(check(target), Ok(expected), "{target}");
    }

    #[test]
    fn unit_path_and_query_are_told_apart() {
        fine(
            "/gateway/payments-api/v1/x?a=b&c",
            "payments-api",
            "/v1/x",
            Some("a=b&c"),
        );
        fine(
            "/gateway/route%3A%2Fpayments/",
            "route:/payments",
            "/",
            None,
        );
        fine(
            "/gateway/route:%2fpayments/a/",
            "route:/payments",
            "/a/",
            None,
        );
        fine("/gateway/u", "u", "/", None);
        fine("/gateway/u?", "u", "/", Some(""));
        fine("/gateway/u/a?b=/../;%zz", "u", "/a", Some("b=/../;%zz"));
    }

    #[test]
    fn what_may_be_encoded_stays_as_it_came() {
        fine(
            "/gateway/u/%7e%C3%A9/a%20b/c:d@e",
            "u",
            "/%7e%C3%A9/a%20b/c:d@e",
            None,
        );
        fine("/gateway/u/.../..a/.b", "u", "/.../..a/.b", None);
    }

    #[test]
    fn paths_that_could_be_read_in_two_ways_are_refused() {
        use PathError::{Character, Encoded, Percent, Segment, Utf8};
        for (path, error) in [
            ("/a%2fb", Encoded),
            ("/a%2Fb", Encoded),
            ("/a%5cb", Encoded),
            ("/a%5Cb", Encoded),
            ("/a%3bb", Encoded),
            ("/a%00", Encoded),
            ("/a%0d%0ab", Encoded),
            ("/a%7f", Encoded),
            ("/%252e%252e/b", Encoded),
            ("/100%25", Encoded),
            ("/..", Segment),
            ("/a/../b", Segment),
            ("/a/./b", Segment),
            ("/a/.", Segment),
            ("/%2e%2e/b", Segment),
            ("/.%2E/b", Segment),
            ("/a/%2e", Segment),
            ("//a", Segment),
            ("/a//b", Segment),
            ("/a//", Segment),
            ("/a;b=c", Segment),
            ("/;/a", Segment),
            ("/a\\b", Character),
            ("/a b", Character),
            ("/a\u{e9}", Character),
            ("/a\0", Character),
            ("/a\t", Character),
            ("/a#b", Character),
            ("/a\"", Character),
            ("/a{b}", Character),
            ("/a%", Percent),
            ("/a%2", Percent),
            ("/a%zz", Percent),
            ("/a%+f", Percent),
            ("/%c0%af", Utf8),
            ("/%e9", Utf8),
        ] {
            assert_eq!(check(&format!("/gateway/u{path}")), Err(error), "{path}");
        }
    }

    #[test]
    fn a_query_holds_no_raw_characters_that_others_would_encode() {
        for query in ["a b", "a\\b", "\u{e9}", "a\0", "a#b"] {
            let target = format!("/gateway/u/?{query}");
            assert_eq!(check(&target), Err(PathError::Character), "{query}");
        }
    }

    #[test]
    fn other_paths_and_other_names_than_a_units_are_not_ours() {
        for target in [
            "/",
            "*",
            "",
            "/gateway",
            "/GATEWAY/u/",
            "/api/v1/decide",
            "http://a/gateway/u",
        ] {
            assert_eq!(check(target), Err(PathError::Elsewhere), "{target}");
        }
        for unit in ["", "A", "u%", "u%00", "%c3%a9", "u%20", "u;a"] {
            let error = check(&format!("/gateway/{unit}/")).unwrap_err();
            assert!(matches!(error, PathError::Unit(_)), "{unit}: {error:?}");
        }
    }

    #[test]
    fn a_path_is_no_longer_than_an_action_may_be() {
        let path = format!("/{}", "a".repeat(LONGEST - 1));
        fine(&format!("/gateway/u{path}"), "u", &path, None);
        let longer = check(&format!("/gateway/u{path}a")).unwrap_err();
        assert_eq!(
            longer.to_string(),
            "the path has 491 bytes, and may have 490"
        );
        let longer = check(&format!("/gateway/u/?{}", "a".repeat(LONGEST_QUERY + 1)));
        assert!(matches!(longer, Err(PathError::TooLong { .. })));
    }

    #[test]
    fn a_query_that_names_a_method_is_seen_however_it_is_written() {
        let names = |query: &str| {
            Asked::read(&format!("/gateway/u/?{query}"))
                .unwrap()
                .names_a_method()
        };
        for query in [
            "_method=DELETE",
            "a&_METHOD=x",
            "a;_method",
            "%5fmethod=PUT",
            "X-HTTP-Method-Override=PUT",
        ] {
            assert!(names(query), "{query}");
        }
        for query in ["", "method=DELETE", "a=_method", "_methods=1", "%=1"] {
            assert!(!names(query), "{query}");
        }
    }

    proptest! {
        #[test]
        fn what_is_accepted_goes_on_byte_for_byte(rest in "[ -~]{0,60}") {
            let target = format!("/gateway/u/{rest}");
            if let Ok(asked) = Asked::read(&target) {
                let query = asked.query.map(|query| format!("?{query}")).unwrap_or_default();
                prop_assert_eq!(format!("/gateway/u{}{query}", asked.path), target);
            }
        }

        #[test]
        fn what_is_accepted_has_no_second_reading(rest in "[a./%2eEfF5cC;0\\\\]{0,20}") {
            if let Ok(asked) = Asked::read(&format!("/gateway/u/{rest}")) {
                let decoded = decode(&asked.path).unwrap();
                let text = String::from_utf8(decoded).unwrap();
                prop_assert!(!text.contains("//") && !text.contains(['\\', ';', '\0', '%']));
                prop_assert!(text.split('/').all(|part| part != "." && part != ".."));
                prop_assert_eq!(text.matches('/').count(), asked.path.matches('/').count());
            }
        }
    }
}
