//! Texts that come along with an event and are shown to people.

use std::fmt;
use std::str::FromStr;

use utc_domain::{DomainError, Reason, is_hidden};

/// The longest summary that is kept, in characters.
const MAX_SUMMARY: usize = 500;
/// The longest link that is kept, in bytes.
const MAX_LINK: usize = 2_000;

/// Checks length and characters, and brings the text into Unicode normal form C; `max` is at most 1,000.
pub(crate) fn visible(text: &str, max: usize) -> Result<String, DomainError> {
    let checked: Reason = text.parse()?;
    let actual = checked.as_str().chars().count();
    if actual > max {
        return Err(DomainError::TooLong {
            max,
            actual,
            unit: "characters",
        });
    }
    Ok(checked.as_str().to_owned())
}

/// What happened, in the source's words: at most 500 characters on one line.
///
/// Tools write line breaks and colour codes into their messages. Refusing an alarm for that would be wrong, so what is
/// not visible becomes a space, and what is too long is cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary(String);

impl Summary {
    /// Cleans and cuts the text; none when nothing is left.
    pub fn cleaned(text: &str) -> Option<Self> {
        let visible = |c| if is_hidden(c) { ' ' } else { c };
        let clean: String = text.chars().take(MAX_SUMMARY).map(visible).collect();
        let clean = clean.trim();
        (!clean.is_empty()).then(|| Self(clean.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where to read more: a web address of at most 2,000 visible ASCII characters.
///
/// Nothing but `https://` and `http://` is taken, because the console shows it as a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link(String);

impl Link {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Link {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let web = text.starts_with("https://") || text.starts_with("http://");
        let plain = text.len() <= MAX_LINK && text.bytes().all(|byte| byte.is_ascii_graphic());
        if web && plain {
            Ok(Self(text.to_owned()))
        } else {
            Err(DomainError::Form {
                expected: "a web address of at most 2000 visible ASCII characters",
            })
        }
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
