//! What can be answered, and why.

use std::fmt;
use std::str::FromStr;

use crate::DomainError;

/// The answer to *may I do this now?* The order of the variants is the order of strictness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decision {
    /// Go on.
    Allow,
    /// Wait until people have approved.
    RequireApproval,
    /// Do not.
    Deny,
}

impl Decision {
    /// Every decision, loosest first.
    pub const ALL: [Self; 3] = [Self::Allow, Self::RequireApproval, Self::Deny];

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "ALLOW",
            Self::RequireApproval => "REQUIRE_APPROVAL",
            Self::Deny => "DENY",
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Decision {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let found = Self::ALL
            .into_iter()
            .find(|decision| decision.as_str() == text);
        found.ok_or(DomainError::Unknown {
            expected: "`ALLOW`, `DENY`, `REQUIRE_APPROVAL`",
        })
    }
}

/// A policy switch that people turn on and off at run time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Every write needs a person.
    WritesRequireApproval,
    /// Writes to a unit that is marked risky are refused.
    ReadOnlyForRisky,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 2] = [Self::WritesRequireApproval, Self::ReadOnlyForRisky];

    /// The key on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WritesRequireApproval => "writes_require_approval",
            Self::ReadOnlyForRisky => "read_only_for_risky",
        }
    }

    /// What the rule does, in a sentence.
    pub fn description(self) -> &'static str {
        match self {
            Self::WritesRequireApproval => "Every write needs the approval of a person.",
            Self::ReadOnlyForRisky => "Writes to a unit that is marked risky are refused.",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Rule {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let found = Self::ALL.into_iter().find(|rule| rule.as_str() == text);
        found.ok_or(DomainError::Unknown {
            expected: "`writes_require_approval`, `read_only_for_risky`",
        })
    }
}

/// Something that speaks against allowing a write: a rule that is on, or the unit's protection level.
///
/// The keys of all matching grounds are the `rules` of a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ground {
    /// The unit is pinned or measured at `read_only`.
    ProtectionReadOnly,
    /// Rule [`Rule::ReadOnlyForRisky`] is on and the unit is risky.
    ReadOnlyForRisky,
    /// Nobody configured the unit, and the installation refuses or holds writes to such units.
    UnknownUnit,
    /// Rule [`Rule::WritesRequireApproval`] is on.
    WritesRequireApproval,
    /// The unit is pinned or measured at `require_approval`.
    ProtectionRequireApproval,
    /// Whoever asks wants so much of the unit that it would load it alone: they are held, the unit is not.
    SubjectShare,
}

impl Ground {
    /// Every ground, in the order in which they are listed.
    pub const ALL: [Self; 6] = [
        Self::ProtectionReadOnly,
        Self::ReadOnlyForRisky,
        Self::UnknownUnit,
        Self::WritesRequireApproval,
        Self::ProtectionRequireApproval,
        Self::SubjectShare,
    ];

    /// The key in `rules`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ProtectionReadOnly => "protection_read_only",
            Self::ReadOnlyForRisky => Rule::ReadOnlyForRisky.as_str(),
            Self::UnknownUnit => "unknown_unit",
            Self::WritesRequireApproval => Rule::WritesRequireApproval.as_str(),
            Self::ProtectionRequireApproval => "protection_require_approval",
            Self::SubjectShare => "subject_share",
        }
    }

    fn bit(self) -> u8 {
        match self {
            Self::ProtectionReadOnly => 1,
            Self::ReadOnlyForRisky => 1 << 1,
            Self::UnknownUnit => 1 << 2,
            Self::WritesRequireApproval => 1 << 3,
            Self::ProtectionRequireApproval => 1 << 4,
            Self::SubjectShare => 1 << 5,
        }
    }
}

/// Whether a subject asks for more of a unit than its share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SubjectShare {
    /// No more than that, or nobody knows what the unit can do.
    Fair,
    /// So much that it would load the unit alone.
    Beyond,
}

/// A set of [`Ground`]s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GroundSet(u8);

impl GroundSet {
    /// No grounds.
    pub const EMPTY: Self = Self(0);

    /// The set with `ground` in it when `holds`.
    #[must_use]
    pub fn with(self, ground: Ground, holds: bool) -> Self {
        if holds {
            Self(self.0 | ground.bit())
        } else {
            self
        }
    }

    /// Whether `ground` is in the set.
    pub fn contains(self, ground: Ground) -> bool {
        self.0 & ground.bit() != 0
    }

    /// Whether nothing is in the set.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What is in the set, in the order of [`Ground::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Ground> {
        Ground::ALL
            .into_iter()
            .filter(move |&ground| self.contains(ground))
    }
}
