//! Names and ids of people, tokens and sessions.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::name::normalise;
use crate::{DomainError, Subject};

/// The id of a person: a UUID that stays when roles and passwords change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(Uuid);

impl UserId {
    /// From a UUID.
    pub fn new(id: Uuid) -> Self {
        Self(id)
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

impl FromStr for UserId {
    type Err = DomainError;

    /// Reads the hyphenated lower-case form only: an id has one spelling.
    fn from_str(text: &str) -> Result<Self, DomainError> {
        let form = DomainError::Form {
            expected: "a user's id, such as 0192f0c1-2345-7abc-8def-0123456789ab",
        };
        let id = Uuid::try_parse(text).map_err(|_| form.clone())?;
        let canonical = id.as_hyphenated().encode_lower(&mut Uuid::encode_buffer()) == text;
        if canonical { Ok(Self(id)) } else { Err(form) }
    }
}

macro_rules! public_half {
    ($(#[$doc:meta])* $name:ident, $expected:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:016x}", self.0)
            }
        }

        impl FromStr for $name {
            type Err = DomainError;

            fn from_str(text: &str) -> Result<Self, DomainError> {
                let fits = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
                let number = (text.len() == 16 && text.bytes().all(fits))
                    .then(|| u64::from_str_radix(text, 16).ok());
                number.flatten().map(Self).ok_or(DomainError::Form { expected: $expected })
            }
        }
    };
}

public_half! {
    /// The public half of an API token, which stands in it: 16 lower-case hexadecimal digits.
    TokenId, "a token's id: 16 lower-case hexadecimal digits"
}

public_half! {
    /// The public half of a session, which stands in its cookie: 16 lower-case hexadecimal digits.
    SessionId, "a session's id: 16 lower-case hexadecimal digits"
}

impl TokenId {
    /// How a token is called where its name, which can be given to another one later, is not enough.
    pub fn subject(self) -> Subject {
        Subject::prefixed("token", &self.to_string())
    }
}

/// The name that a person signs in with: 1 to 64 characters of `[a-z0-9._@-]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserName(String);

impl UserName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How the person is called in receipts: `user:` and the name.
    pub fn subject(&self) -> Subject {
        Subject::prefixed("user", &self.0)
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for UserName {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._@-".contains(c);
        match text.chars().enumerate().find(|&(_, c)| !fits(c)) {
            Some((position, c)) => Err(DomainError::Character {
                code: u32::from(c),
                position,
                allowed: "lower-case letters a-z, digits, and . _ @ -",
            }),
            None => normalise(text, 64).map(Self),
        }
    }
}

/// What people call a token: 1 to 100 visible characters in normal form C.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenName(String);

impl TokenName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How the token is called in receipts: `token:` and the name.
    pub fn subject(&self) -> Subject {
        Subject::prefixed("token", &self.0)
    }
}

impl fmt::Display for TokenName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for TokenName {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        normalise(text, 100).map(Self)
    }
}
