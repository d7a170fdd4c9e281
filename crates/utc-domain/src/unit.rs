//! Settings of a unit that other crates decide by.

use std::fmt;
use std::str::FromStr;

use crate::DomainError;

/// Whether a unit's decisions bind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Decisions bind.
    Enforce,
    /// Every answer is `ALLOW`; the receipt records what it would have been.
    Observe,
}

impl Mode {
    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Observe => "observe",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Mode {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        match text {
            "enforce" => Ok(Self::Enforce),
            "observe" => Ok(Self::Observe),
            _ => Err(DomainError::Unknown {
                expected: "`enforce`, `observe`",
            }),
        }
    }
}

/// How much harm a unit can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Criticality {
    /// Odds of risk halved.
    Low,
    /// Odds of risk as scored.
    Normal,
    /// Odds of risk times 1.5.
    High,
    /// Odds of risk doubled.
    Extreme,
}

impl Criticality {
    const ALL: [Self; 4] = [Self::Low, Self::Normal, Self::High, Self::Extreme];

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Extreme => "extreme",
        }
    }
}

impl fmt::Display for Criticality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Criticality {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let found = Self::ALL.into_iter().find(|value| value.as_str() == text);
        found.ok_or(DomainError::Unknown {
            expected: "`low`, `normal`, `high`, `extreme`",
        })
    }
}
