//! The forms that values have.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;

use crate::Refused;

/// A whole number within a range.
pub(crate) fn whole<T>(range: RangeInclusive<T>) -> impl FnOnce(&str) -> Result<T, Refused>
where
    T: FromStr + PartialOrd + Display,
{
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        let (low, high) = range.into_inner();
        number.ok_or_else(|| Refused::new(format!("must be a whole number from {low} to {high}")))
    }
}

/// A finite number above zero.
pub(crate) fn positive(text: &str) -> Result<f64, Refused> {
    finite(text)
        .filter(|number| *number > 0.0)
        .ok_or_else(|| Refused::new("must be a number above 0"))
}

/// A number between zero and one, neither of them included.
pub(crate) fn fraction(text: &str) -> Result<f64, Refused> {
    finite(text)
        .filter(|number| 0.0 < *number && *number < 1.0)
        .ok_or_else(|| Refused::new("must be a number above 0 and below 1"))
}

fn finite(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

pub(crate) fn flag(text: &str) -> Result<bool, Refused> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(Refused::new("must be `true` or `false`")),
    }
}

/// One word of a fixed list, whatever its case.
pub(crate) fn word<T: Copy>(text: &str, words: &[(&str, T)]) -> Result<T, Refused> {
    let found = words
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(text));
    found.map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
        Refused::new(format!("must be one of {}", names.join(", ")))
    })
}

/// A list, separated by commas; the first bad entry refuses it.
pub(crate) fn list<T>(
    text: &str,
    entry: impl Fn(&str) -> Result<T, Refused>,
) -> Result<Vec<T>, Refused> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(entry)
        .collect()
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "it stands beside parsers that can refuse"
)]
pub(crate) fn path(text: &str) -> Result<PathBuf, Refused> {
    Ok(PathBuf::from(text))
}

/// A name that stands inside tokens and notes: visible ASCII without spaces.
pub(crate) fn name(text: &str) -> Result<String, Refused> {
    // A signed note separates the key's name with `+` and white space.
    let fits = |c: char| c.is_ascii_graphic() && c != '+';
    if (1..=200).contains(&text.len()) && text.chars().all(fits) {
        Ok(text.to_owned())
    } else {
        Err(Refused::new(
            "must have 1 to 200 visible ASCII characters, without spaces and `+`",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_not_finite_are_refused() {
        for text in ["NaN", "inf", "-inf", "1e999", "", "0,5", "-1", "0"] {
            assert!(positive(text).is_err(), "{text}");
            assert!(fraction(text).is_err(), "{text}");
        }
        assert_eq!(fraction("0.3"), Ok(0.3));
        assert!(fraction("1").is_err());
        assert_eq!(positive("1"), Ok(1.0));
    }

    #[test]
    fn a_range_includes_its_ends() {
        assert_eq!(whole(1_u16..=3)("1"), Ok(1));
        assert_eq!(whole(1_u16..=3)("3"), Ok(3));
        for text in ["0", "4", "-1", "1.0", "65536", "x", ""] {
            assert!(whole(1_u16..=3)(text).is_err(), "{text}");
        }
    }

    #[test]
    fn flags_are_read_in_any_case() {
        assert_eq!(flag("True"), Ok(true));
        assert_eq!(flag("0"), Ok(false));
        assert!(flag("yes").is_err());
    }

    #[test]
    fn a_list_skips_empty_entries() {
        assert_eq!(
            list(" a, ,b,", name),
            Ok(vec!["a".to_owned(), "b".to_owned()])
        );
        assert!(list("a,b c", name).is_err());
    }
}
