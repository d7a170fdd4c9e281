//! The sentence in a receipt.

use utc_domain::{Decision, Ground, GroundSet, UnitName};

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
        Ruling::ApprovalSaturated => {
            format!("Writes to {unit} need approval, and the people who approve cannot keep up.")
        }
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
pub(crate) fn observed(would_be: Decision, sentence: &str) -> String {
    match would_be {
        Decision::Allow => sentence.to_owned(),
        Decision::RequireApproval | Decision::Deny => {
            format!("Observed only; enforced, the answer would be {would_be}. {sentence}")
        }
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
        Ground::ProtectionReadOnly | Ground::ReadOnlyForRisky => "",
    }
}
