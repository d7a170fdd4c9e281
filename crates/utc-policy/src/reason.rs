//! The sentence in a receipt.

use utc_domain::{Decision, GrantProblem, Ground, GroundSet, UnitName};

use crate::ruling::Ruling;

/// Explains a ruling in a sentence.
pub(crate) fn sentence(ruling: Ruling, unit: &UnitName, grounds: GroundSet) -> String {
    match ruling {
        Ruling::ReadAllowed => format!("Reads of {unit} are always allowed."),
        Ruling::ProtectionReadOnly => {
            format!("Writes to {unit} are refused: its protection level is read_only.")
        }
        Ruling::UnitRisky => {
            format!(
                "Writes to {unit} are refused: it is marked risky and rule read_only_for_risky is on."
            )
        }
        Ruling::UnknownUnit => {
            format!("Writes to {unit} are refused: nobody configured this unit here.")
        }
        Ruling::Approved => format!("The write to {unit} was approved and the grant is used up."),
        Ruling::GrantInvalid(problem) => format!(
            "Writes to {unit} need approval, and the presented one does not count: {}.",
            grant_problem(problem)
        ),
        Ruling::Saturated {
            expected_wait_minutes,
            backlog,
        } => format!(
            "Writes to {unit} need approval, and the people who approve cannot keep up: with {backlog} waiting, \
             this one would wait {}, longer than it may. Ask again later.",
            span(expected_wait_minutes)
        ),
        Ruling::SubjectLimit { open, limit } => format!(
            "Writes to {unit} need approval, and this subject has {open} waiting already, {limit} at a time. \
             Ask again when one of them is decided."
        ),
        Ruling::TokenLimit { open, limit } => format!(
            "Writes to {unit} need approval, and this token has {open} waiting already, {limit} at a time. \
             Ask again when one of them is decided."
        ),
        Ruling::ApprovalRequired => {
            format!(
                "Writes to {unit} need approval: {}.",
                approval_causes(grounds)
            )
        }
        Ruling::NoRestriction => format!("Nothing restricts writes to {unit}."),
    }
}

/// Puts the answer of observe mode in front of the sentence that explains it.
pub(crate) fn observed(would_be: Decision, sentence: String) -> String {
    match would_be {
        Decision::Allow => sentence,
        Decision::RequireApproval | Decision::Deny => {
            format!("Observed only; enforced, the answer would be {would_be}. {sentence}")
        }
    }
}

/// Why a presented approval does not count, and what to do instead.
fn grant_problem(problem: GrantProblem) -> &'static str {
    match problem {
        GrantProblem::Unknown => "there is none with this id here; ask again without approval_id",
        GrantProblem::OtherRequest => {
            "it was given for another request; repeat that one exactly, or ask again without approval_id"
        }
        GrantProblem::NotApproved => "it is not decided yet; wait for it, then ask again with it",
        GrantProblem::Rejected => "it was rejected; do not write, or ask again without approval_id",
        GrantProblem::Expired => "it has expired; ask again without approval_id",
        GrantProblem::Cancelled => "it was cancelled; ask again without approval_id",
        GrantProblem::AlreadyUsed => {
            "it is used up; each allows one write, ask again without approval_id for another"
        }
        GrantProblem::Revoked => "it was revoked; ask again without approval_id",
        GrantProblem::Void => {
            "what it was given for has changed since; ask again without approval_id"
        }
        GrantProblem::ClockUnsettled => {
            "the clock has jumped and its expiry cannot be told; ask again with it in a few minutes"
        }
    }
}

/// A length of time as people say it. `minutes` is 0 and up.
fn span(minutes: f64) -> String {
    if minutes < 120.0 {
        format!("about {:.0} minutes", minutes.ceil())
    } else {
        format!("about {:.0} hours", (minutes / 60.0).ceil())
    }
}

fn approval_causes(grounds: GroundSet) -> String {
    let causes: Vec<&str> = grounds
        .iter()
        .map(approval_cause)
        .filter(|cause| !cause.is_empty())
        .collect();
    causes.join(", and ")
}

fn approval_cause(ground: Ground) -> &'static str {
    match ground {
        Ground::WritesRequireApproval => "rule writes_require_approval is on",
        Ground::ProtectionRequireApproval => "its protection level is require_approval",
        Ground::UnknownUnit => "nobody configured this unit here",
        Ground::SubjectShare => "this subject asks for more than its share of the unit",
        Ground::ProtectionReadOnly | Ground::ReadOnlyForRisky => "",
    }
}
