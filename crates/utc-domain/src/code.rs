//! The stable reason codes of receipts.

use std::fmt;

/// The stable reason code of a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// A read: always allowed.
    ReadAllowed,
    /// A write while the unit is pinned or measured at `read_only`.
    ProtectionReadOnly,
    /// A write to a risky unit while `read_only_for_risky` is on.
    UnitRisky,
    /// A write to a unit that nobody configured, refused by `UTC_UNKNOWN_UNITS`.
    UnknownUnit,
    /// A write with a valid grant.
    Approved,
    /// A write that would wait for approval longer than its own expiry.
    ApprovalSaturated,
    /// A write that needs approval and came with one that does not count; `meta.grant` says why.
    GrantInvalid,
    /// A write that waits for people.
    ApprovalRequired,
    /// Nothing speaks against the write.
    NoRestriction,
    /// The first entry of a log: initial policy and keys.
    LogCreated,
    /// A rule was switched.
    RuleChanged,
    /// A setting of the installation that decisions follow was changed.
    SettingChanged,
    /// A unit's effective protection level changed.
    LevelChanged,
    /// A pin was set.
    PinSet,
    /// A pin was removed.
    PinRemoved,
    /// A unit was marked risky by a person.
    RiskMarked,
    /// A person's risk mark was removed.
    RiskCleared,
    /// A person's risk mark reached its end.
    RiskExpired,
    /// The scorer found a unit risky.
    RiskFlagged,
    /// The scorer finds a unit risky no more.
    RiskUnflagged,
    /// A person said that the scorer's flag on a unit does not count for a while.
    RiskOverridden,
    /// A person took that back.
    RiskOverrideRemoved,
    /// The time of that is over.
    RiskOverrideExpired,
    /// A source of trust signals was registered or changed.
    SourceConfigured,
    /// A person asks a source of trust signals to verify its stream.
    VerificationRequested,
    /// A person dismissed a trust signal: it counts no more.
    EventDismissed,
    /// A person left a rule to the scorer again.
    RuleHandedBack,
    /// A unit's configuration was created or changed.
    UnitConfigured,
    /// A person said whether a forecast of a unit may act, or that its record decides.
    GateSet,
    /// The stored context and reason of a request were erased.
    InputErased,
    /// The log's signing key changed.
    KeyRotated,
    /// A key that signed receipts became known to others.
    KeyCompromised,
    /// The key that signs checkpoints was registered or changed.
    LogKeyRegistered,
    /// The log goes on under a new name after its database was set back.
    LogSetBack,
    /// The log was accepted as it is: what remembers its head outside the database was lost.
    LogAdopted,
    /// A webhook was created.
    WebhookCreated,
    /// A webhook was changed.
    WebhookChanged,
    /// A webhook was deleted, with everything that waited for it.
    WebhookDeleted,
    /// A webhook was switched off: its receiver said that it is gone.
    WebhookGone,
    /// A person voted on an approval.
    VoteRecorded,
    /// The last vote that was needed: the request may be made once.
    ApprovalApproved,
    /// A person rejected a request.
    ApprovalRejected,
    /// Nobody decided in time, or the approved request was not made in time.
    ApprovalExpired,
    /// The requester no longer wants it.
    ApprovalCancelled,
    /// A person took a given approval back before it was used.
    ApprovalRevoked,
    /// What the approval was asked for is no longer what would happen: policy, upstream, overrides or
    /// quorum changed.
    ApprovalVoided,
    /// An allowed request was sent and the upstream answered.
    ExecutionDone,
    /// An allowed request is known not to have reached the upstream.
    ExecutionFailed,
    /// An allowed request may or may not have reached the upstream. It is never sent again by itself.
    ExecutionOutcomeUnknown,
    /// A person found that a request with unknown outcome was carried out.
    ExecutionSettledDone,
    /// A person found that a request with unknown outcome was not carried out.
    ExecutionSettledFailed,
    /// An outcome came in after it had been given up as unknown. It is recorded and settles nothing.
    ExecutionOutcomeLate,
    /// A user was created.
    UserCreated,
    /// A user's roles or units were changed.
    UserChanged,
    /// A user may not sign in any more.
    UserDisabled,
    /// A user's password was set anew.
    PasswordReset,
    /// A user changed their own password.
    PasswordChanged,
    /// A token was created.
    TokenCreated,
    /// A token was revoked.
    TokenRevoked,
    /// Tokens are not accepted until each is resumed: the database was restored.
    TokensSuspended,
    /// A suspended token is accepted again.
    TokenResumed,
    /// A user's sessions were ended by somebody.
    SessionRevoked,
    /// Recorded decisions were computed again, and each came out as recorded.
    ReplayEqual,
    /// Recorded decisions were computed again, and some came out otherwise.
    ReplayDiffers,
    /// Recorded decisions were judged by other rules or thresholds.
    ReplayCounterfactual,
    /// Receipts were handed out as an evidence bundle.
    EvidenceExported,
}

impl Code {
    /// The codes of receipts that record an answer.
    pub const DECISIONS: [Self; 9] = [
        Self::ReadAllowed,
        Self::ProtectionReadOnly,
        Self::UnitRisky,
        Self::UnknownUnit,
        Self::Approved,
        Self::ApprovalSaturated,
        Self::GrantInvalid,
        Self::ApprovalRequired,
        Self::NoRestriction,
    ];

    /// The code on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadAllowed => "read_allowed",
            Self::ProtectionReadOnly => "protection_read_only",
            Self::UnitRisky => "unit_risky",
            Self::UnknownUnit => "unknown_unit",
            Self::Approved => "approved",
            Self::ApprovalSaturated => "approval_saturated",
            Self::GrantInvalid => "grant_invalid",
            Self::ApprovalRequired => "approval_required",
            Self::NoRestriction => "no_restriction",
            Self::LogCreated => "log_created",
            Self::RuleChanged => "rule_changed",
            Self::SettingChanged => "setting_changed",
            Self::LevelChanged => "level_changed",
            Self::PinSet => "pin_set",
            Self::PinRemoved => "pin_removed",
            Self::RiskMarked => "risk_marked",
            Self::RiskCleared => "risk_cleared",
            Self::RiskExpired => "risk_expired",
            Self::RiskFlagged => "risk_flagged",
            Self::RiskUnflagged => "risk_unflagged",
            Self::RiskOverridden => "risk_overridden",
            Self::RiskOverrideRemoved => "risk_override_removed",
            Self::RiskOverrideExpired => "risk_override_expired",
            Self::SourceConfigured => "source_configured",
            Self::VerificationRequested => "verification_requested",
            Self::EventDismissed => "event_dismissed",
            Self::RuleHandedBack => "rule_handed_back",
            Self::UnitConfigured => "unit_configured",
            Self::GateSet => "gate_set",
            Self::InputErased => "input_erased",
            Self::KeyRotated => "key_rotated",
            Self::KeyCompromised => "key_compromised",
            Self::LogKeyRegistered => "log_key_registered",
            Self::LogSetBack => "log_set_back",
            Self::LogAdopted => "log_adopted",
            Self::WebhookCreated => "webhook_created",
            Self::WebhookChanged => "webhook_changed",
            Self::WebhookDeleted => "webhook_deleted",
            Self::WebhookGone => "webhook_gone",
            Self::VoteRecorded => "vote_recorded",
            Self::ApprovalApproved => "approval_approved",
            Self::ApprovalRejected => "approval_rejected",
            Self::ApprovalExpired => "approval_expired",
            Self::ApprovalCancelled => "approval_cancelled",
            Self::ApprovalRevoked => "approval_revoked",
            Self::ApprovalVoided => "approval_voided",
            Self::ExecutionDone => "execution_done",
            Self::ExecutionFailed => "execution_failed",
            Self::ExecutionOutcomeUnknown => "execution_outcome_unknown",
            Self::ExecutionSettledDone => "execution_settled_done",
            Self::ExecutionSettledFailed => "execution_settled_failed",
            Self::ExecutionOutcomeLate => "execution_outcome_late",
            Self::UserCreated => "user_created",
            Self::UserChanged => "user_changed",
            Self::UserDisabled => "user_disabled",
            Self::PasswordReset => "password_reset",
            Self::PasswordChanged => "password_changed",
            Self::TokenCreated => "token_created",
            Self::TokenRevoked => "token_revoked",
            Self::TokensSuspended => "tokens_suspended",
            Self::TokenResumed => "token_resumed",
            Self::SessionRevoked => "session_revoked",
            Self::ReplayEqual => "replay_equal",
            Self::ReplayDiffers => "replay_differs",
            Self::ReplayCounterfactual => "replay_counterfactual",
            Self::EvidenceExported => "evidence_exported",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
