//! The sentence in a receipt.

use utc_domain::{Code, Decision, Ground, GroundSet, UnitName};

/// Explains a decision's code in a sentence. Codes that no decision carries are named as they are.
pub(crate) fn sentence(code: Code, unit: &UnitName, grounds: GroundSet) -> String {
    match code {
        Code::ReadAllowed => format!("Reads of {unit} are always allowed."),
        Code::ProtectionReadOnly => {
            format!("Writes to {unit} are refused: its protection level is read_only.")
        }
        Code::UnitRisky => {
            format!(
                "Writes to {unit} are refused: it is marked risky and rule read_only_for_risky is on."
            )
        }
        Code::UnknownUnit => {
            format!("Writes to {unit} are refused: nobody configured this unit here.")
        }
        Code::Approved => format!("The write to {unit} was approved and the grant is used up."),
        Code::ApprovalSaturated => {
            format!("Writes to {unit} need approval, and the people who approve cannot keep up.")
        }
        Code::ApprovalRequired => {
            format!(
                "Writes to {unit} need approval: {}.",
                approval_causes(grounds)
            )
        }
        Code::NoRestriction => format!("Nothing restricts writes to {unit}."),
        Code::LogCreated
        | Code::RuleChanged
        | Code::SettingChanged
        | Code::LevelChanged
        | Code::PinSet
        | Code::PinRemoved
        | Code::RiskMarked
        | Code::RiskCleared
        | Code::RiskExpired
        | Code::UnitConfigured
        | Code::InputErased
        | Code::KeyRotated => code.as_str().to_owned(),
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
