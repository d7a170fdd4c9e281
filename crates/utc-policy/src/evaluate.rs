//! The decision order.

use utc_domain::{
    Action, Code, Decision, GrantUse, Ground, GroundSet, Mode, ProtectionLevel, Rule, UnitName,
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
    /// Whether a valid grant came with the request.
    pub grant: GrantUse,
    /// Whether a new request would wait for approval longer than its own expiry.
    pub approval_saturated: bool,
}

impl<'a> Question<'a> {
    /// A question without a grant, while the people who approve keep up.
    pub fn new(action: &'a Action, unit: &'a UnitName) -> Self {
        Self {
            action,
            unit,
            grant: GrantUse::None,
            approval_saturated: false,
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
    /// A sentence that a person understands.
    pub reason: String,
}

/// Decides. Pure and total: the same arguments always give the same verdict, and there is always one.
pub fn evaluate(question: &Question<'_>, policy: &PolicySet, unit: &UnitView) -> Verdict {
    let grounds = matching(question, policy, *unit);
    let ruling = decide(question, policy, grounds);
    let (decision, code) = (ruling.decision(), ruling.code());
    let reason = reason::sentence(ruling, question.unit, grounds);
    match unit.mode {
        Mode::Enforce => Verdict {
            decision,
            would_be: None,
            code,
            grounds,
            reason,
        },
        Mode::Observe => Verdict {
            decision: Decision::Allow,
            would_be: Some(decision),
            code,
            grounds,
            reason: reason::observed(decision, &reason),
        },
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

fn with_approval(question: &Question<'_>) -> Ruling {
    match (question.grant, question.approval_saturated) {
        (GrantUse::Valid, _) => Ruling::Approved,
        (GrantUse::None, true) => Ruling::ApprovalSaturated,
        (GrantUse::None, false) => Ruling::ApprovalRequired,
    }
}
