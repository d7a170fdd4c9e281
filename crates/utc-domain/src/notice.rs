//! Notices that go out to others: what they are about, what form they have, whom they go to.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::DomainError;
use crate::receipt::canonical_uuid;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $expected:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// From a UUID.
            pub fn new(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = DomainError;

            /// Reads the hyphenated lower-case form only: an id has one spelling.
            fn from_str(text: &str) -> Result<Self, DomainError> {
                let form = DomainError::Form { expected: $expected };
                canonical_uuid(text).map(Self).ok_or(form)
            }
        }
    };
}

uuid_id! {
    /// The id of a webhook: a UUID of version 7.
    WebhookId, "a webhook's id, such as 0192f0c1-2345-7abc-8def-0123456789ab"
}

uuid_id! {
    /// The id of one notice to one webhook: a UUID of version 7. It stays the same however often it is sent.
    NoticeId, "a delivery's id, such as 0192f0c1-2345-7abc-8def-0123456789ab"
}

/// What a notice tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticeKind {
    /// A request waits for people.
    ApprovalRequested,
    /// Enough people approved.
    ApprovalApproved,
    /// Somebody rejected.
    ApprovalRejected,
    /// Whoever asked took the request back.
    ApprovalCancelled,
    /// A given approval was taken back.
    ApprovalRevoked,
    /// What was asked for is no longer what would happen.
    ApprovalVoided,
    /// Nobody decided in time, or the approval was not used in time.
    ApprovalExpired,
    /// A unit's level changed, measured or by hand.
    LevelChanged,
    /// A rule, or a setting that decisions follow, was changed.
    RuleChanged,
    /// A person pinned a unit below its measured level.
    PinBelowMeasured,
    /// A unit's configuration holds less back than before, or a person's risk mark was taken from it.
    UnitLoosened,
    /// The scorer of trust signals found a unit risky.
    UnitRisky,
    /// It does not any more.
    UnitNotRisky,
}

impl NoticeKind {
    /// Every kind.
    pub const ALL: [Self; 13] = [
        Self::ApprovalRequested,
        Self::ApprovalApproved,
        Self::ApprovalRejected,
        Self::ApprovalCancelled,
        Self::ApprovalRevoked,
        Self::ApprovalVoided,
        Self::ApprovalExpired,
        Self::LevelChanged,
        Self::RuleChanged,
        Self::PinBelowMeasured,
        Self::UnitLoosened,
        Self::UnitRisky,
        Self::UnitNotRisky,
    ];

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ApprovalRequested => "approval.requested",
            Self::ApprovalApproved => "approval.approved",
            Self::ApprovalRejected => "approval.rejected",
            Self::ApprovalCancelled => "approval.cancelled",
            Self::ApprovalRevoked => "approval.revoked",
            Self::ApprovalVoided => "approval.voided",
            Self::ApprovalExpired => "approval.expired",
            Self::LevelChanged => "level.changed",
            Self::RuleChanged => "rule.changed",
            Self::PinBelowMeasured => "pin.below_measured",
            Self::UnitLoosened => "unit.loosened",
            Self::UnitRisky => "unit.risky",
            Self::UnitNotRisky => "unit.not_risky",
        }
    }
}

impl fmt::Display for NoticeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for NoticeKind {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or(DomainError::Unknown {
            expected: "`approval.requested`, `approval.approved`, `approval.rejected`, `approval.cancelled`, `approval.revoked`, `approval.voided`, `approval.expired`, `level.changed`, `rule.changed`, `pin.below_measured`, `unit.loosened`, `unit.risky`, `unit.not_risky`",
        })
    }
}

/// Which kinds somebody wants to hear of: at least one, each once, in the order of [`NoticeKind::ALL`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeKinds(Vec<NoticeKind>);

impl NoticeKinds {
    /// Everything.
    pub fn all() -> Self {
        Self(NoticeKind::ALL.to_vec())
    }

    /// The kinds of `given`.
    pub fn new(given: &[NoticeKind]) -> Result<Self, DomainError> {
        if given.is_empty() {
            return Err(DomainError::Empty);
        }
        let kinds = NoticeKind::ALL.into_iter();
        Ok(Self(kinds.filter(|kind| given.contains(kind)).collect()))
    }

    /// Whether `kind` is one of them.
    pub fn contains(&self, kind: NoticeKind) -> bool {
        self.0.contains(&kind)
    }

    /// The kinds.
    pub fn as_slice(&self) -> &[NoticeKind] {
        &self.0
    }
}

/// The names with a space between them.
impl fmt::Display for NoticeKinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.iter().map(|kind| kind.as_str()).collect();
        f.write_str(&names.join(" "))
    }
}

impl FromStr for NoticeKinds {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let kinds: Vec<NoticeKind> = text
            .split(' ')
            .filter(|name| !name.is_empty())
            .map(str::parse)
            .collect::<Result<_, _>>()?;
        Self::new(&kinds)
    }
}

/// What the receiver understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticeFormat {
    /// JSON, signed as Standard Webhooks says.
    Standard,
    /// `{"text": …}`, as incoming webhooks of Slack and its like take it. Nothing is signed: the URL is the secret.
    Slack,
}

impl NoticeFormat {
    const ALL: [Self; 2] = [Self::Standard, Self::Slack];

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Slack => "slack",
        }
    }
}

impl fmt::Display for NoticeFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for NoticeFormat {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let found = Self::ALL.into_iter().find(|format| format.as_str() == text);
        found.ok_or(DomainError::Unknown {
            expected: "`standard`, `slack`",
        })
    }
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    /// It waits for its first or next attempt.
    Pending,
    /// The receiver took it.
    Delivered,
    /// It is not tried any more, unless a person says so.
    Dead,
}

impl DeliveryState {
    const ALL: [Self; 3] = [Self::Pending, Self::Delivered, Self::Dead];

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }
}

impl fmt::Display for DeliveryState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for DeliveryState {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let found = Self::ALL.into_iter().find(|state| state.as_str() == text);
        found.ok_or(DomainError::Unknown {
            expected: "`pending`, `delivered`, `dead`",
        })
    }
}
