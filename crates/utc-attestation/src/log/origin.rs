//! What a log is called.

use std::fmt;
use std::str::FromStr;

use crate::log::NoteError;

/// The longest origin, in bytes.
const MAX_BYTES: usize = 255;

/// The name of a log and of its key: by convention an address without scheme, `utc.example.com/log`.
///
/// 1 to 255 bytes without white space, control characters and plus signs: the first line of each
/// checkpoint, and a word in its signature lines.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(String);

impl Origin {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Origin {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let fine =
            text.len() <= MAX_BYTES && is_key_name(text) && !text.chars().any(char::is_control);
        if fine {
            Ok(Self(text.to_owned()))
        } else {
            Err(NoteError::Form {
                expected: "1 to 255 bytes without white space, control characters and `+`",
            })
        }
    }
}

/// Whether a note allows the text as the name of a key.
pub(crate) fn is_key_name(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c == '+')
}
