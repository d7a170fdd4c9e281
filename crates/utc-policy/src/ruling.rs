//! What the decision order comes to.

use utc_domain::{Code, Decision};

/// The line of the decision order that decided.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ruling {
    ReadAllowed,
    ProtectionReadOnly,
    UnitRisky,
    UnknownUnit,
    Approved,
    ApprovalSaturated,
    ApprovalRequired,
    NoRestriction,
}

impl Ruling {
    pub(crate) fn decision(self) -> Decision {
        match self {
            Self::ReadAllowed | Self::Approved | Self::NoRestriction => Decision::Allow,
            Self::ApprovalRequired => Decision::RequireApproval,
            Self::ProtectionReadOnly
            | Self::UnitRisky
            | Self::UnknownUnit
            | Self::ApprovalSaturated => Decision::Deny,
        }
    }

    pub(crate) fn code(self) -> Code {
        match self {
            Self::ReadAllowed => Code::ReadAllowed,
            Self::ProtectionReadOnly => Code::ProtectionReadOnly,
            Self::UnitRisky => Code::UnitRisky,
            Self::UnknownUnit => Code::UnknownUnit,
            Self::Approved => Code::Approved,
            Self::ApprovalSaturated => Code::ApprovalSaturated,
            Self::ApprovalRequired => Code::ApprovalRequired,
            Self::NoRestriction => Code::NoRestriction,
        }
    }
}
