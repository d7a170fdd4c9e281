//! What something new is about.

use std::fmt;

use utc_domain::ReceiptKind;

/// What something new is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// Questions were answered.
    Decisions,
    /// Something waits for people, or does not any more.
    Approvals,
    /// What became of allowed requests.
    Executions,
    /// Rules and settings.
    Policy,
    /// Protection levels and pins.
    Levels,
    /// Whether units are risky.
    Risk,
    /// How units are configured.
    Units,
    /// People, tokens, sessions, keys.
    Access,
    /// Exports and replays: that they run, and what they ended with.
    Progress,
}

impl Topic {
    /// Every topic.
    pub const ALL: [Self; 9] = [
        Self::Decisions,
        Self::Approvals,
        Self::Executions,
        Self::Policy,
        Self::Levels,
        Self::Risk,
        Self::Units,
        Self::Access,
        Self::Progress,
    ];

    /// What a kind of receipt is about.
    pub fn of(kind: ReceiptKind) -> Self {
        match kind {
            ReceiptKind::Decision => Self::Decisions,
            ReceiptKind::Approval => Self::Approvals,
            ReceiptKind::Execution => Self::Executions,
            ReceiptKind::PolicyChange => Self::Policy,
            ReceiptKind::ProtectionChange => Self::Levels,
            ReceiptKind::RiskChange => Self::Risk,
            ReceiptKind::ConfigChange => Self::Units,
            ReceiptKind::AccessChange | ReceiptKind::KeyChange => Self::Access,
            ReceiptKind::Export | ReceiptKind::Replay => Self::Progress,
        }
    }

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Decisions => "decisions",
            Self::Approvals => "approvals",
            Self::Executions => "executions",
            Self::Policy => "policy",
            Self::Levels => "levels",
            Self::Risk => "risk",
            Self::Units => "units",
            Self::Access => "access",
            Self::Progress => "progress",
        }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
