//! How bad an event is.

use std::fmt;
use std::str::FromStr;

use utc_domain::DomainError;

/// How bad an event is, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Minor.
    Low,
    /// Needs looking at.
    Medium,
    /// Needs acting on.
    High,
    /// Needs acting on at once.
    Critical,
}

impl Severity {
    /// All of them, mildest first.
    pub const ALL: [Self; 5] = [
        Self::Info,
        Self::Low,
        Self::Medium,
        Self::High,
        Self::Critical,
    ];

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// How much a fresh, certain event of a fully trusted source says, from 0 to 1.
    pub fn weight(self) -> f64 {
        match self {
            Self::Info => 0.05,
            Self::Low => 0.15,
            Self::Medium => 0.35,
            Self::High => 0.6,
            Self::Critical => 0.85,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Severity {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let found = Self::ALL.into_iter().find(|value| value.as_str() == text);
        found.ok_or(DomainError::Unknown {
            expected: "`info`, `low`, `medium`, `high`, `critical`",
        })
    }
}
