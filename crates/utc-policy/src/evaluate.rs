//! The decision order.

use utc_domain::{
    Action, ApprovalQueue, Code, Decision, GrantUse, Ground, GroundSet, Mode, ProtectionLevel,
    Rule, SubjectShare, UnitName,
};

use crate::ruling::Ruling;
use crate::{PolicySet, UnknownUnits, reason};

/// What is asked, and what came with it.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// The action; anything but `read:` is a write.
    pub action: &'a Action,
    /// The unit, for the sentence that explains the answer.
    pub unit: &'a UnitName,
    /// Whether a grant came with the request, and what it is worth. [`GrantUse::Unneeded`], as it stands in a
    /// receipt, is [`GrantUse::Valid`] here.
    pub grant: GrantUse,
    /// Whether a new request could wait for approval.
    pub approval_queue: ApprovalQueue,
    /// Whether whoever asks wants more of the unit than their share.
    pub share: SubjectShare,
}

impl<'a> Question<'a> {
    /// A question without a grant, within the subject's share, while the people who approve keep up.
    pub fn new(action: &'a Action, unit: &'a UnitName) -> Self {
        Self {
            action,
            unit,
            grant: GrantUse::None,
            approval_queue: ApprovalQueue::Open,
            share: SubjectShare::Fair,
        }
    }
}

/// What is known of the unit at the moment of the decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnitView {
    /// The level in force: the pinned one where there is a pin, else the measured one.
    pub level: ProtectionLevel,
    /// Whether it is marked risky.
    pub risky: bool,
    /// Whether its decisions bind.
    pub mode: Mode,
    /// Whether somebody configured it.
    pub known: bool,
}

/// The answer, with everything that led to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The answer that binds.
    pub decision: Decision,
    /// In observe mode, what the answer would have been.
    pub would_be: Option<Decision>,
    /// The stable reason code.
    pub code: Code,
    /// Every ground that matched, whichever decided.
    pub grounds: GroundSet,
    /// What the presented grant was worth, as the receipt records it.
    pub grant: GrantUse,
    /// A sentence that a person understands.
    pub reason: String,
}

impl Verdict {
    /// Whether the grant is used up. Whoever records the verdict must do both in one transaction.
    pub fn uses_grant(&self) -> bool {
        self.code == Code::Approved
    }
}

/// Decides. Pure and total: the same arguments always give the same verdict, and there is always one.
pub fn evaluate(question: &Question<'_>, policy: &PolicySet, unit: &UnitView) -> Verdict {
    let grounds = matching(question, policy, *unit);
    let ruling = decide(question, policy, grounds);
    let reason = reason::sentence(ruling, question.unit, grounds);
    let (decision, would_be, reason) = match unit.mode {
        Mode::Enforce => (ruling.decision(), None, reason),
        Mode::Observe => {
            let would_be = ruling.decision();
            let reason = reason::observed(would_be, reason);
            (Decision::Allow, Some(would_be), reason)
        }
    };
    Verdict {
        decision,
        would_be,
        code: ruling.code(),
        grounds,
        grant: recorded(question.grant, grounds),
        reason,
    }
}

/// Every ground that speaks against the action. Nothing speaks against a read.
fn matching(question: &Question<'_>, policy: &PolicySet, unit: UnitView) -> GroundSet {
    if question.action.is_read() {
        return GroundSet::EMPTY;
    }
    let unknown_matters = match policy.unknown_units() {
        UnknownUnits::Allow => false,
        UnknownUnits::Approve | UnknownUnits::Deny => true,
    };
    GroundSet::EMPTY
        .with(
            Ground::ProtectionReadOnly,
            unit.level == ProtectionLevel::ReadOnly,
        )
        .with(
            Ground::ReadOnlyForRisky,
            policy.is_on(Rule::ReadOnlyForRisky) && unit.risky,
        )
        .with(Ground::UnknownUnit, unknown_matters && !unit.known)
        .with(
            Ground::WritesRequireApproval,
            policy.is_on(Rule::WritesRequireApproval),
        )
        .with(
            Ground::ProtectionRequireApproval,
            unit.level == ProtectionLevel::RequireApproval,
        )
        .with(Ground::SubjectShare, question.share == SubjectShare::Beyond)
}

fn decide(question: &Question<'_>, policy: &PolicySet, grounds: GroundSet) -> Ruling {
    let refused_as_unknown =
        grounds.contains(Ground::UnknownUnit) && policy.unknown_units() == UnknownUnits::Deny;
    if question.action.is_read() {
        Ruling::ReadAllowed
    } else if grounds.contains(Ground::ProtectionReadOnly) {
        Ruling::ProtectionReadOnly
    } else if grounds.contains(Ground::ReadOnlyForRisky) {
        Ruling::UnitRisky
    } else if refused_as_unknown {
        Ruling::UnknownUnit
    } else if grounds.is_empty() {
        Ruling::NoRestriction
    } else {
        // Whatever is left asks for approval.
        with_approval(question)
    }
}

/// An invalid grant is refused rather than ignored: asking people again for what they already decided must
/// be the caller's choice.
fn with_approval(question: &Question<'_>) -> Ruling {
    match question.grant {
        GrantUse::Valid | GrantUse::Unneeded => Ruling::Approved,
        GrantUse::Invalid(problem) => Ruling::GrantInvalid(problem),
        GrantUse::None => Ruling::of_queue(question.approval_queue),
    }
}

fn recorded(presented: GrantUse, grounds: GroundSet) -> GrantUse {
    match presented {
        GrantUse::Valid | GrantUse::Unneeded if grounds.is_empty() => GrantUse::Unneeded,
        GrantUse::Valid | GrantUse::Unneeded => GrantUse::Valid,
        GrantUse::None | GrantUse::Invalid(_) => presented,
    }
}
