//! How tight a unit is.

use std::fmt;
use std::str::FromStr;

use crate::DomainError;

/// The protection level of a unit, from loose to tight. The order of the variants is the order of strictness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProtectionLevel {
    /// Nothing is held because of load.
    Permissive,
    /// Writes need a person.
    RequireApproval,
    /// Writes are refused.
    ReadOnly,
}

impl ProtectionLevel {
    /// Every level, loosest first.
    pub const ALL: [Self; 3] = [Self::Permissive, Self::RequireApproval, Self::ReadOnly];

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Permissive => "permissive",
            Self::RequireApproval => "require_approval",
            Self::ReadOnly => "read_only",
        }
    }

    /// One level looser; `Permissive` stays.
    #[must_use]
    pub fn relaxed(self) -> Self {
        match self {
            Self::Permissive | Self::RequireApproval => Self::Permissive,
            Self::ReadOnly => Self::RequireApproval,
        }
    }
}

impl fmt::Display for ProtectionLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ProtectionLevel {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let found = Self::ALL.into_iter().find(|level| level.as_str() == text);
        found.ok_or(DomainError::Unknown {
            expected: "`permissive`, `require_approval`, `read_only`",
        })
    }
}

/// Why a unit's level changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LevelCause {
    /// Utilisation crossed a threshold.
    Measured,
    /// A forecast that may act expected an overload.
    Forecast,
    /// Arrivals doubled from one hour to the next while the unit was already loaded.
    Spike,
    /// Utilisation stayed below the relax threshold for the window.
    Relaxed,
    /// A person pinned a level.
    Pinned,
    /// A person removed the pin.
    Unpinned,
    /// The pin reached its end.
    PinExpired,
}

impl LevelCause {
    const ALL: [Self; 7] = [
        Self::Measured,
        Self::Forecast,
        Self::Spike,
        Self::Relaxed,
        Self::Pinned,
        Self::Unpinned,
        Self::PinExpired,
    ];

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Forecast => "forecast",
            Self::Spike => "spike",
            Self::Relaxed => "relaxed",
            Self::Pinned => "pinned",
            Self::Unpinned => "unpinned",
            Self::PinExpired => "pin_expired",
        }
    }
}

impl fmt::Display for LevelCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for LevelCause {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let found = Self::ALL.into_iter().find(|cause| cause.as_str() == text);
        found.ok_or(DomainError::Unknown {
            expected: "`measured`, `forecast`, `spike`, `relaxed`, `pinned`, `unpinned`, `pin_expired`",
        })
    }
}
