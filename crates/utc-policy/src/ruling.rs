//! What the decision order comes to.

use utc_domain::{ApprovalQueue, Code, Decision, GrantProblem};

/// The line of the decision order that decided, with what its sentence needs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ruling {
    ReadAllowed,
    ProtectionReadOnly,
    UnitRisky,
    UnknownUnit,
    Approved,
    GrantInvalid(GrantProblem),
    Saturated {
        expected_wait_minutes: f64,
        backlog: u64,
    },
    SubjectLimit {
        open: u32,
        limit: u32,
    },
    TokenLimit {
        open: u32,
        limit: u32,
    },
    ApprovalRequired,
    NoRestriction,
}

impl Ruling {
    /// For a write that needs approval and came without one.
    pub(crate) fn of_queue(queue: ApprovalQueue) -> Self {
        match queue {
            ApprovalQueue::Open => Self::ApprovalRequired,
            ApprovalQueue::Saturated {
                expected_wait_minutes,
                backlog,
            } => Self::Saturated {
                expected_wait_minutes,
                backlog,
            },
            ApprovalQueue::SubjectLimit { open, limit } => Self::SubjectLimit { open, limit },
            ApprovalQueue::TokenLimit { open, limit } => Self::TokenLimit { open, limit },
        }
    }

    pub(crate) fn decision(self) -> Decision {
        match self {
            Self::ReadAllowed | Self::Approved | Self::NoRestriction => Decision::Allow,
            Self::ApprovalRequired => Decision::RequireApproval,
            Self::ProtectionReadOnly
            | Self::UnitRisky
            | Self::UnknownUnit
            | Self::GrantInvalid(_)
            | Self::Saturated { .. }
            | Self::SubjectLimit { .. }
            | Self::TokenLimit { .. } => Decision::Deny,
        }
    }

    pub(crate) fn code(self) -> Code {
        match self {
            Self::ReadAllowed => Code::ReadAllowed,
            Self::ProtectionReadOnly => Code::ProtectionReadOnly,
            Self::UnitRisky => Code::UnitRisky,
            Self::UnknownUnit => Code::UnknownUnit,
            Self::Approved => Code::Approved,
            Self::GrantInvalid(_) => Code::GrantInvalid,
            Self::Saturated { .. } | Self::SubjectLimit { .. } | Self::TokenLimit { .. } => {
                Code::ApprovalSaturated
            }
            Self::ApprovalRequired => Code::ApprovalRequired,
            Self::NoRestriction => Code::NoRestriction,
        }
    }
}
