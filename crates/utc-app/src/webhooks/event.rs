//! What of a receipt is worth telling.

use utc_domain::{Code, Decision, Draft, NoticeKind, ProtectionLevel};

/// Something that others may want to hear of at once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event<'a> {
    pub(super) kind: NoticeKind,
    /// The receipt that records it.
    pub(super) draft: &'a Draft,
    /// For a change: whether less is held back from now on, or may be.
    pub(super) loosening: Option<bool>,
}

/// What a draft of a receipt tells; none for most. `measured` is the measured level of the draft's unit, and is asked for a
/// pin only.
pub(super) fn event_of<E>(
    draft: &Draft,
    measured: impl FnOnce(&Draft) -> Result<ProtectionLevel, E>,
) -> Result<Option<Event<'_>>, E> {
    let kind = match draft.code {
        Code::ApprovalApproved => NoticeKind::ApprovalApproved,
        Code::ApprovalRejected => NoticeKind::ApprovalRejected,
        Code::ApprovalExpired => NoticeKind::ApprovalExpired,
        Code::ApprovalCancelled => NoticeKind::ApprovalCancelled,
        Code::ApprovalRevoked => NoticeKind::ApprovalRevoked,
        Code::ApprovalVoided => NoticeKind::ApprovalVoided,
        Code::RuleChanged | Code::SettingChanged => NoticeKind::RuleChanged,
        Code::PinSet if draft.meta.protection_level < Some(measured(draft)?) => {
            NoticeKind::PinBelowMeasured
        }
        Code::LevelChanged | Code::PinSet | Code::PinRemoved if changes_level(draft) => {
            NoticeKind::LevelChanged
        }
        Code::UnitConfigured | Code::GateSet if draft.meta.loosens == Some(true) => {
            NoticeKind::UnitLoosened
        }
        Code::RiskCleared | Code::RiskOverridden => NoticeKind::UnitLoosened,
        Code::RiskFlagged => NoticeKind::UnitRisky,
        Code::RiskUnflagged => NoticeKind::UnitNotRisky,
        _ if draft.decision == Some(Decision::RequireApproval) => NoticeKind::ApprovalRequested,
        _ => return Ok(None),
    };
    let loosening = loosening(kind, draft);
    Ok(Some(Event {
        kind,
        draft,
        loosening,
    }))
}

fn changes_level(draft: &Draft) -> bool {
    draft.meta.protection_level != draft.meta.previous_level
}

fn loosening(kind: NoticeKind, draft: &Draft) -> Option<bool> {
    match kind {
        // A setting that is not a switch says nothing of its direction: it counts as loosening.
        NoticeKind::RuleChanged => Some(draft.meta.enabled != Some(true)),
        NoticeKind::LevelChanged => Some(draft.meta.protection_level < draft.meta.previous_level),
        NoticeKind::PinBelowMeasured | NoticeKind::UnitLoosened | NoticeKind::UnitNotRisky => {
            Some(true)
        }
        NoticeKind::UnitRisky => Some(false),
        NoticeKind::ApprovalRequested
        | NoticeKind::ApprovalApproved
        | NoticeKind::ApprovalRejected
        | NoticeKind::ApprovalCancelled
        | NoticeKind::ApprovalRevoked
        | NoticeKind::ApprovalVoided
        | NoticeKind::ApprovalExpired => None,
    }
}
