//! What receipts say of trust signals.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::receipt::canonical_uuid;
use crate::{DomainError, PayloadHash};

/// The id of a run of the scorer: a UUID of version 7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(Uuid);

impl RunId {
    /// From a UUID.
    pub fn new(id: Uuid) -> Self {
        Self(id)
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

impl FromStr for RunId {
    type Err = DomainError;

    /// Reads the hyphenated lower-case form only: an id has one spelling.
    fn from_str(text: &str) -> Result<Self, DomainError> {
        canonical_uuid(text).map(Self).ok_or(DomainError::Form {
            expected: "a run's id, such as 0192f0c1-2345-7abc-8def-0123456789ab",
        })
    }
}

/// One event that a score rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct SignalSeen {
    /// Who said it.
    pub source: String,
    /// The digest of its content.
    pub hash: PayloadHash,
    /// What it says by itself, above 0 and at most 1.
    pub weight: f64,
}
