//! The secret that receipts are signed with.

use std::fmt;

use zeroize::Zeroizing;

use crate::KeyError;

/// The fewest characters that a secret may have.
const MIN_CHARACTERS: usize = 32;

/// How secrets begin that stand in manuals and sample files.
const SAMPLE_PREFIXES: [&str; 13] = [
    "change-me",
    "change_me",
    "changeme",
    "default",
    "dev-secret",
    "example",
    "insecure",
    "password",
    "replace-me",
    "replaceme",
    "secret",
    "test-secret",
    "your-",
];

/// The longest pattern whose repetition counts as well known, in bytes.
const MAX_PATTERN: usize = 10;

/// A shared secret of at least 32 characters. Its UTF-8 bytes are the HMAC key.
///
/// The text is erased from memory when the value is dropped, and never shown by `Debug`.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text as it is, white space included.
    ///
    /// # Errors
    ///
    /// [`KeyError::TooShort`] for fewer than 32 characters.
    pub fn new(text: &str) -> Result<Self, KeyError> {
        let actual = text.chars().count();
        if actual < MIN_CHARACTERS {
            return Err(KeyError::TooShort {
                min: MIN_CHARACTERS,
                actual,
            });
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// Whether the text looks like one that anybody would try first: a sample from a manual
    /// (`change-me…`, in any case), one character or a short pattern repeated, or a run such as
    /// `abcdefgh…`. Such a secret is long enough but must not guard a production log.
    pub fn is_well_known(&self) -> bool {
        let lower = Zeroizing::new(self.0.to_lowercase());
        let sample = SAMPLE_PREFIXES
            .iter()
            .any(|prefix| lower.starts_with(prefix));
        sample || repeats(lower.as_bytes()) || runs(lower.as_bytes())
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

/// Whether the bytes are a pattern of at most [`MAX_PATTERN`] bytes, over and over.
fn repeats(bytes: &[u8]) -> bool {
    (1..=MAX_PATTERN).any(|period| {
        bytes
            .iter()
            .zip(bytes.iter().skip(period))
            .all(|(a, b)| a == b)
    })
}

/// Whether nearly every byte follows its predecessor in the alphabet, as in `0123…9abc…z`.
fn runs(bytes: &[u8]) -> bool {
    let breaks = bytes
        .iter()
        .zip(bytes.iter().skip(1))
        .filter(|&(&a, &b)| b != a.wrapping_add(1))
        .count();
    breaks <= bytes.len() / 8
}
