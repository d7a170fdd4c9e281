//! Requests that wait for people: what they are called, what becomes of them.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::receipt::canonical_uuid;
use crate::{Code, DomainError, TransitionError};

/// The id of an approval: a UUID of version 7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApprovalId(Uuid);

impl ApprovalId {
    /// From a UUID.
    pub fn new(id: Uuid) -> Self {
        Self(id)
    }

    /// The UUID.
    pub fn as_uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for ApprovalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

impl FromStr for ApprovalId {
    type Err = DomainError;

    /// Reads the hyphenated lower-case form only: an id has one spelling.
    fn from_str(text: &str) -> Result<Self, DomainError> {
        canonical_uuid(text).map(Self).ok_or(DomainError::Form {
            expected: "an approval id, such as 0192f0c1-2345-7abc-8def-0123456789ab",
        })
    }
}

/// Where a request for approval stands.
///
/// `pending → approved → used`, `pending → rejected | expired | cancelled | void`,
/// `approved → expired | revoked | void`. Everything but `pending` and `approved` is final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApprovalStatus {
    /// It waits for votes.
    Pending,
    /// Enough people approved; the request may be made once, until the grant expires.
    Approved,
    /// The request was made.
    Used,
    /// Somebody rejected it.
    Rejected,
    /// Nobody decided in time, or the grant was not used in time.
    Expired,
    /// The requester took it back.
    Cancelled,
    /// A person took a given approval back.
    Revoked,
    /// What it was asked for is no longer what would happen.
    Void,
}

impl ApprovalStatus {
    /// Every status.
    pub const ALL: [Self; 8] = [
        Self::Pending,
        Self::Approved,
        Self::Used,
        Self::Rejected,
        Self::Expired,
        Self::Cancelled,
        Self::Revoked,
        Self::Void,
    ];

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Used => "used",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Revoked => "revoked",
            Self::Void => "void",
        }
    }

    /// Whether something can still happen to it.
    pub fn is_open(self) -> bool {
        match self {
            Self::Pending | Self::Approved => true,
            Self::Used
            | Self::Rejected
            | Self::Expired
            | Self::Cancelled
            | Self::Revoked
            | Self::Void => false,
        }
    }

    /// The status after `event`.
    ///
    /// # Errors
    /// [`TransitionError::Approval`] when the event cannot happen to an approval in this status. Of two
    /// events that race for one approval the second one gets it.
    pub fn after(self, event: ApprovalEvent) -> Result<Self, TransitionError> {
        let possible = match event {
            ApprovalEvent::Approved | ApprovalEvent::Rejected | ApprovalEvent::Cancelled => {
                self == Self::Pending
            }
            ApprovalEvent::Used | ApprovalEvent::Revoked => self == Self::Approved,
            ApprovalEvent::Expired | ApprovalEvent::Voided => self.is_open(),
        };
        let to = event.leads_to();
        if possible {
            Ok(to)
        } else {
            Err(TransitionError::Approval { from: self, to })
        }
    }
}

impl fmt::Display for ApprovalStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ApprovalStatus {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let found = Self::ALL.into_iter().find(|status| status.as_str() == text);
        found.ok_or(DomainError::Unknown {
            expected: "`pending`, `approved`, `used`, `rejected`, `expired`, `cancelled`, `revoked`, `void`",
        })
    }
}

/// What can happen to an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApprovalEvent {
    /// The quorum was reached.
    Approved,
    /// Somebody voted against it.
    Rejected,
    /// Its time ran out.
    Expired,
    /// The requester took it back.
    Cancelled,
    /// A person took the given approval back.
    Revoked,
    /// The request was made under it.
    Used,
    /// Upstream, overrides, quorum or policy changed so that it no longer fits.
    Voided,
}

impl ApprovalEvent {
    /// Every event.
    pub const ALL: [Self; 7] = [
        Self::Approved,
        Self::Rejected,
        Self::Expired,
        Self::Cancelled,
        Self::Revoked,
        Self::Used,
        Self::Voided,
    ];

    /// The code of the receipt that records it. Use has none of its own: the `ALLOW` is its receipt.
    pub fn code(self) -> Code {
        match self {
            Self::Approved => Code::ApprovalApproved,
            Self::Rejected => Code::ApprovalRejected,
            Self::Expired => Code::ApprovalExpired,
            Self::Cancelled => Code::ApprovalCancelled,
            Self::Revoked => Code::ApprovalRevoked,
            Self::Used => Code::Approved,
            Self::Voided => Code::ApprovalVoided,
        }
    }

    fn leads_to(self) -> ApprovalStatus {
        match self {
            Self::Approved => ApprovalStatus::Approved,
            Self::Rejected => ApprovalStatus::Rejected,
            Self::Expired => ApprovalStatus::Expired,
            Self::Cancelled => ApprovalStatus::Cancelled,
            Self::Revoked => ApprovalStatus::Revoked,
            Self::Used => ApprovalStatus::Used,
            Self::Voided => ApprovalStatus::Void,
        }
    }
}
