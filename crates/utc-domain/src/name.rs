//! Names and short texts that come from outside.

use std::fmt;
use std::str::FromStr;

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use crate::DomainError;

/// Whether a character could hide or reorder what stands beside it: control and format characters (the
/// bidirectional controls are format characters), line and paragraph separators, unassigned code points.
pub fn is_hidden(c: char) -> bool {
    // ASCII is decided without the Unicode tables: nearly every name is ASCII.
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    matches!(
        c.general_category(),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::PrivateUse
            | GeneralCategory::Surrogate
            | GeneralCategory::Unassigned
    )
}

/// Refuses what could make one identifier look like another.
fn check_visible(text: &str) -> Result<(), DomainError> {
    match text.chars().enumerate().find(|&(_, c)| is_hidden(c)) {
        None => Ok(()),
        Some((position, c)) => Err(DomainError::Character {
            code: u32::from(c),
            position,
            allowed: "visible characters and spaces",
        }),
    }
}

/// Checks length and characters, and brings the text into Unicode normal form C.
pub(crate) fn normalise(text: &str, max: usize) -> Result<String, DomainError> {
    if text.is_empty() {
        return Err(DomainError::Empty);
    }
    let actual = text.chars().count();
    if actual > max {
        return Err(DomainError::TooLong {
            max,
            actual,
            unit: "characters",
        });
    }
    check_visible(text)?;
    if text.is_ascii() {
        return Ok(text.to_owned());
    }
    let normal: String = text.nfc().collect();
    let actual = normal.chars().count();
    if actual > max {
        return Err(DomainError::TooLong {
            max,
            actual,
            unit: "characters",
        });
    }
    Ok(normal)
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = DomainError;

            fn from_str(text: &str) -> Result<Self, DomainError> {
                let check: fn(&str) -> Result<String, DomainError> = $check;
                check(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

text_type! {
    /// Who asks: `agent-42`, `user:alice`. 1 to 200 visible characters in normal form C.
    Subject, |text| normalise(text, 200)
}

impl Subject {
    /// `prefix:name`, for names whose own rules are stricter than a subject's.
    pub(crate) fn prefixed(prefix: &'static str, name: &str) -> Self {
        Self(format!("{prefix}:{name}"))
    }
}

text_type! {
    /// What is asked: `read:<target>` or `write:<target>`. 1 to 500 visible characters in normal form C.
    ///
    /// Anything that does not begin with `read:` is a write (fail closed), `READ:` and ` read:` included.
    Action, |text| normalise(text, 500)
}

impl Action {
    /// Whether the action only reads.
    pub fn is_read(&self) -> bool {
        self.0.starts_with("read:")
    }

    /// Whether the action is treated as a write: everything that is not a read.
    pub fn is_write(&self) -> bool {
        !self.is_read()
    }
}

text_type! {
    /// The governed thing: `payments-api`, `route:/payments`, `tool:send_email`.
    /// 1 to 200 characters of `[a-z0-9._:/-]`.
    UnitName, |text| {
        const ALLOWED: &str = "lower-case letters a-z, digits, and . _ : / -";
        let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._:/-".contains(c);
        match text.chars().enumerate().find(|&(_, c)| !fine(c)) {
            Some((position, c)) => {
                Err(DomainError::Character { code: u32::from(c), position, allowed: ALLOWED })
            }
            None => normalise(text, 200),
        }
    }
}

text_type! {
    /// Why a person did something, in their words. 1 to 1,000 visible characters in normal form C.
    Reason, |text| normalise(text, 1_000)
}

text_type! {
    /// What people call a webhook. 1 to 100 visible characters in normal form C.
    WebhookName, |text| normalise(text, 100)
}

text_type! {
    /// A request id from outside: 1 to 128 characters of `[A-Za-z0-9._:/+=-]`.
    CorrelationText, |text| {
        const ALLOWED: &str = "letters, digits, and . _ : / + = -";
        let fine = |c: char| c.is_ascii_alphanumeric() || "._:/+=-".contains(c);
        match text.chars().enumerate().find(|&(_, c)| !fine(c)) {
            Some((position, c)) => {
                Err(DomainError::Character { code: u32::from(c), position, allowed: ALLOWED })
            }
            None => normalise(text, 128),
        }
    }
}

text_type! {
    /// What a caller names a request by, so that sending it twice is asking once: 1 to 255 visible ASCII characters.
    IdempotencyKey, |text| {
        match text.chars().enumerate().find(|(_, c)| !c.is_ascii_graphic()) {
            Some((position, c)) => Err(DomainError::Character {
                code: u32::from(c),
                position,
                allowed: "visible ASCII characters",
            }),
            None => normalise(text, 255),
        }
    }
}

text_type! {
    /// The digest of a request body: `sha256:` and 64 lower-case hexadecimal digits.
    PayloadHash, check_digest
}

text_type! {
    /// The digest of everything that an approval binds: `sha256:` and 64 lower-case hexadecimal digits.
    RequestDigest, check_digest
}

impl RequestDigest {
    /// From the bytes of a SHA-256.
    pub fn from_sha256(bytes: &[u8; 32]) -> Self {
        Self(digest_text(bytes))
    }
}

impl PayloadHash {
    /// From the bytes of a SHA-256.
    pub fn from_sha256(bytes: &[u8; 32]) -> Self {
        Self(digest_text(bytes))
    }
}

fn digest_text(bytes: &[u8; 32]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    let digits = bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]);
    "sha256:".chars().chain(digits).collect()
}

fn check_digest(text: &str) -> Result<String, DomainError> {
    let hex = |digits: &str| {
        digits.len() == 64
            && digits
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    match text.strip_prefix("sha256:") {
        Some(digits) if hex(digits) => Ok(text.to_owned()),
        _ => Err(DomainError::Form {
            expected: "`sha256:` followed by 64 lower-case hexadecimal digits",
        }),
    }
}
