//! The text of a key file.

use zeroize::Zeroizing;

use crate::encode::{base64url, base64url_characters, parse_base64url};
use crate::{DataKey, DataKeys, KeyError};

/// Characters of a key in base64url.
const KEY_CHARACTERS: usize = base64url_characters(DataKey::BYTES);

/// What stands at the top of a key file that this crate writes.
const HEADING: &str =
    "# Data keys of the Unified Trust Console. The first one is active; previous ones follow.\n";

/// Why a text is not a key file. Lines are counted from 1, and nothing of a line is ever shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// There is no line but comments and blank ones.
    #[error("the key file holds no key")]
    Empty,
    /// A line has another length than a key.
    #[error("line {line} of the key file must have {expected} characters, has {actual}")]
    Length {
        /// The line.
        line: usize,
        /// The length of a key, in characters.
        expected: usize,
        /// The length of the line, in characters, without white space around it.
        actual: usize,
    },
    /// A line has the length of a key but is no base64url of 32 bytes.
    #[error("line {line} of the key file is not base64url of 32 bytes")]
    Encoding {
        /// The line.
        line: usize,
    },
    /// A key stands on two lines, or could not be made.
    #[error("line {line} of the key file cannot be used")]
    Key {
        /// The line.
        line: usize,
        /// Why not.
        #[source]
        source: KeyError,
    },
}

impl DataKeys {
    /// Reads the text of a key file: one key a line in base64url without padding, the first of them
    /// active. White space around a key, blank lines, and lines that begin with `#` do not count.
    ///
    /// # Errors
    ///
    /// A [`KeyFileError`] that names the line.
    pub fn parse(text: &str) -> Result<Self, KeyFileError> {
        let mut keys = (1..)
            .zip(text.lines().map(str::trim))
            .filter(|(_, text)| !text.is_empty() && !text.starts_with('#'))
            .map(|(line, text)| parse_key(line, text).map(|key| (line, key)));
        let (_, active) = keys.next().ok_or(KeyFileError::Empty)??;
        let mut ring = Self::only(active);
        for key in keys {
            let (line, key) = key?;
            ring.add(key)
                .map_err(|source| KeyFileError::Key { line, source })?;
        }
        Ok(ring)
    }

    /// The text of a key file with these keys, which [`DataKeys::parse`] reads. It is the secret itself:
    /// write it to a file of mode 0600 and nowhere else.
    pub fn render(&self) -> Zeroizing<String> {
        let line = KEY_CHARACTERS + 1;
        // Room for everything at once: a string that grows leaves copies of keys behind.
        let room = HEADING.len() + line * self.iter().count();
        let mut text = Zeroizing::new(String::with_capacity(room));
        text.push_str(HEADING);
        for key in self.iter() {
            text.push_str(&base64url(key.as_bytes()));
            text.push('\n');
        }
        text
    }
}

fn parse_key(line: usize, text: &str) -> Result<DataKey, KeyFileError> {
    let actual = text.chars().count();
    if actual != KEY_CHARACTERS {
        return Err(KeyFileError::Length {
            line,
            expected: KEY_CHARACTERS,
            actual,
        });
    }
    let bytes = parse_base64url(text).ok_or(KeyFileError::Encoding { line })?;
    DataKey::new(&bytes).map_err(|source| KeyFileError::Key { line, source })
}
