//! Drafts of receipts that record changes.

use utc_domain::{Code, Draft, GroundSet, Meta, PolicyRef, ReceiptKind, Subject};

use crate::clock::new_receipt_id;

/// A draft of a change: no action, no decision, nothing evaluated.
pub(crate) fn change(
    kind: ReceiptKind,
    code: Code,
    subject: Subject,
    reason: String,
    policy: PolicyRef,
) -> Draft {
    Draft {
        id: new_receipt_id(),
        kind,
        subject,
        action: None,
        unit: None,
        decision: None,
        grounds: GroundSet::EMPTY,
        reason,
        code,
        payload_hash: None,
        meta: Meta::default(),
        policy,
    }
}

/// One of the program's own subjects.
#[expect(
    clippy::expect_used,
    reason = "the names are literals of this crate, and a test makes each of them"
)]
pub(crate) fn system_subject(name: &'static str) -> Subject {
    name.parse().expect("the program's own subjects are valid")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_own_subjects_are_valid() {
        for name in [
            "system:utc",
            "system:queueing",
            "system:clock",
            "system:setup",
            "system:gateway",
            "system:webhooks",
            "system:tdx",
        ] {
            assert_eq!(system_subject(name).as_str(), name);
        }
    }
}
