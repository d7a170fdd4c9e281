//! What an approval is worth to the request that presents it.

use std::fmt;
use std::str::FromStr;

use crate::DomainError;

/// Whether a grant, that is an approval that may be used once, was presented with a request, and what it
/// is worth.
///
/// A receipt that says `valid` used the grant up if its code is `approved`; otherwise the grant is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GrantUse {
    /// None was presented.
    None,
    /// It fits the request and has not been used.
    Valid,
    /// It fits, and nothing restricted the request: it was not used up.
    Unneeded,
    /// It does not count.
    Invalid(GrantProblem),
}

impl GrantUse {
    /// Every value, best for the caller first.
    pub const ALL: [Self; 13] = [
        Self::Unneeded,
        Self::Valid,
        Self::None,
        Self::Invalid(GrantProblem::Unknown),
        Self::Invalid(GrantProblem::OtherRequest),
        Self::Invalid(GrantProblem::NotApproved),
        Self::Invalid(GrantProblem::Rejected),
        Self::Invalid(GrantProblem::Expired),
        Self::Invalid(GrantProblem::Cancelled),
        Self::Invalid(GrantProblem::AlreadyUsed),
        Self::Invalid(GrantProblem::Revoked),
        Self::Invalid(GrantProblem::Void),
        Self::Invalid(GrantProblem::ClockUnsettled),
    ];

    /// The name in a receipt.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Valid => "valid",
            Self::Unneeded => "unneeded",
            Self::Invalid(problem) => problem.as_str(),
        }
    }
}

impl fmt::Display for GrantUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for GrantUse {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let found = Self::ALL.into_iter().find(|grant| grant.as_str() == text);
        found.ok_or(DomainError::Unknown {
            expected: "`none`, `valid`, `unneeded`, `unknown`, `other_request`, `not_approved`, `rejected`, `expired`, `cancelled`, `already_used`, `revoked`, `void`, `clock_unsettled`",
        })
    }
}

/// Why a presented approval does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GrantProblem {
    /// There is no such approval, or the caller may not know of it.
    Unknown,
    /// It was given for another request: something that it binds is different.
    OtherRequest,
    /// It still waits for votes.
    NotApproved,
    /// It was rejected.
    Rejected,
    /// It was not decided, or not used, in time.
    Expired,
    /// The requester took it back.
    Cancelled,
    /// A request was made under it before.
    AlreadyUsed,
    /// A person took it back.
    Revoked,
    /// What it was given for is no longer what would happen.
    Void,
    /// The clock jumped, so nobody can say whether it has expired.
    ClockUnsettled,
}

impl GrantProblem {
    /// The name in a receipt.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::OtherRequest => "other_request",
            Self::NotApproved => "not_approved",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::AlreadyUsed => "already_used",
            Self::Revoked => "revoked",
            Self::Void => "void",
            Self::ClockUnsettled => "clock_unsettled",
        }
    }
}
