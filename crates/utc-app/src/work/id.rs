//! The id of work in the background.

use std::fmt;
use std::str::FromStr;

use utc_domain::DomainError;
use uuid::Uuid;

/// The id of work in the background: a UUID of version 7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WorkId(Uuid);

impl WorkId {
    pub(crate) fn random() -> Self {
        Self(Uuid::now_v7())
    }
}

impl fmt::Display for WorkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

impl FromStr for WorkId {
    type Err = DomainError;

    /// Reads the hyphenated lower-case form only: an id has one spelling.
    fn from_str(text: &str) -> Result<Self, DomainError> {
        let id = Uuid::try_parse(text).ok().map(Self);
        let id = id.filter(|id| id.to_string() == text);
        id.ok_or(DomainError::Form {
            expected: "an id, such as 0192f0c1-2345-7abc-8def-0123456789ab",
        })
    }
}
