//! Which passwords may be chosen.

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// The fewest characters of a new password.
const MIN_CHARACTERS: usize = 12;

/// The most characters of a password.
const MAX_CHARACTERS: usize = 256;

/// The most bytes of a text that is looked at: normal form C makes one character of several, but not of
/// this many.
const MAX_BYTES: usize = 16 * MAX_CHARACTERS;

/// Why a password cannot be chosen. Meant for the person who chose it; nothing of it is shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// It has too few characters.
    #[error("a password must have at least {min} characters, this one has {actual}")]
    TooShort {
        /// The fewest allowed.
        min: usize,
        /// How many there are, in normal form C.
        actual: usize,
    },
    /// It has too many characters.
    #[error("a password may have at most {max} characters")]
    TooLong {
        /// The most allowed.
        max: usize,
    },
    /// It holds a control character, which not every keyboard and form can enter again.
    #[error("a password must not hold control characters, such as tabs and line ends")]
    Control,
    /// It holds the user's name, and too little else.
    #[error("a password must have at least {min} characters besides the user's own name")]
    OwnName {
        /// The fewest allowed.
        min: usize,
    },
}

/// A password that may be chosen: 12 to 256 characters in normal form C, none of them a control
/// character, and still 12 without the user's own name.
///
/// It is erased from memory when dropped and never shown by `Debug`.
pub struct Password(Zeroizing<String>);

impl Password {
    /// Checks a password that the user of that name wants to have.
    ///
    /// # Errors
    ///
    /// A [`PasswordError`] that says what to change.
    pub fn new(text: &str, user: &str) -> Result<Self, PasswordError> {
        let normal = normalise(text)?;
        let actual = normal.chars().count();
        if actual < MIN_CHARACTERS {
            let min = MIN_CHARACTERS;
            return Err(PasswordError::TooShort { min, actual });
        }
        if normal.chars().any(char::is_control) {
            return Err(PasswordError::Control);
        }
        if characters_besides(&normal, user) < MIN_CHARACTERS {
            let min = MIN_CHARACTERS;
            return Err(PasswordError::OwnName { min });
        }
        Ok(Self(normal))
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(***)")
    }
}

/// Brings a password into normal form C, as keyboards differ in how they send accents. The same for new
/// and for presented ones.
pub(super) fn normalise(text: &str) -> Result<Zeroizing<String>, PasswordError> {
    let max = MAX_CHARACTERS;
    if text.len() > MAX_BYTES {
        return Err(PasswordError::TooLong { max });
    }
    // Normal form C is at most three times as long: a string that grows leaves copies behind.
    let mut normal = Zeroizing::new(String::with_capacity(3 * text.len()));
    normal.extend(text.nfc());
    if normal.chars().count() > max {
        return Err(PasswordError::TooLong { max });
    }
    Ok(normal)
}

/// How many characters are left without the name, in whatever case.
fn characters_besides(password: &str, user: &str) -> usize {
    let user = user.nfc().collect::<String>().to_lowercase();
    let lower = Zeroizing::new(password.to_lowercase());
    match user.as_str() {
        "" => lower.chars().count(),
        name => lower.split(name).map(|part| part.chars().count()).sum(),
    }
}
