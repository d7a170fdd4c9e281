//! What happens in the log of the tests.

use utc_attestation::sha256_hex;
use utc_domain::{
    ApprovalId, Code, Decision, Draft, Ground, GroundSet, KeyChange, KeyState, LevelCause, Meta,
    PolicyRef, ProtectionLevel, Quorum, ReceiptId, ReceiptKind, Rule, VoteChoice,
};
use uuid::Uuid;

use crate::fixture::ring;

/// The canonical JSON of a policy set.
pub(crate) const POLICY: &str = r#"{"read_only_for_risky":false,"unknown_units":"allow","v":1,"writes_require_approval":false}"#;

/// What a spreadsheet or a browser would take for more than text.
pub(crate) const REASON: &str = "=1+1 is <b>no</b> formula & no markup.";

pub(crate) fn id(number: u64) -> ReceiptId {
    let base = 0x0192_f0c1_2345_7abc_8def_0000_0000_0000;
    ReceiptId::new(Uuid::from_u128(base + u128::from(number)))
}

fn approval_id(number: u64) -> ApprovalId {
    let base = 0x0192_f0c1_2345_7abc_8dee_0000_0000_0000;
    ApprovalId::new(Uuid::from_u128(base + u128::from(number)))
}

pub(crate) fn change(seq: u64, kind: ReceiptKind, code: Code, meta: Meta) -> Draft {
    Draft {
        id: id(seq),
        kind,
        subject: "admin@example.com".parse().unwrap(),
        action: None,
        unit: None,
        decision: None,
        grounds: GroundSet::EMPTY,
        reason: REASON.to_owned(),
        code,
        payload_hash: None,
        meta,
        policy: PolicyRef {
            digest: sha256_hex(POLICY),
            version: 1,
        },
    }
}

/// The answer to a question; every fourth is a refusal.
pub(crate) fn decision(seq: u64) -> Draft {
    let unit = ["payments-api", "orders", "mail:eu/west"][usize::try_from(seq % 3).unwrap()];
    let refused = seq.is_multiple_of(4);
    let (decision, code) = if refused {
        (Decision::Deny, Code::ProtectionReadOnly)
    } else {
        (Decision::Allow, Code::NoRestriction)
    };
    let rho = f64::from(u32::try_from(seq % 100).unwrap()) / 80.0;
    let meta = Meta {
        rho: Some(rho),
        ..Meta::default()
    };
    Draft {
        subject: format!("agent-{}", seq % 2).parse().unwrap(),
        action: Some("write:/payments/17".parse().unwrap()),
        unit: Some(unit.parse().unwrap()),
        decision: Some(decision),
        grounds: GroundSet::EMPTY.with(Ground::ProtectionReadOnly, refused),
        ..change(seq, ReceiptKind::Decision, code, meta)
    }
}

fn begin() -> Draft {
    let meta = Meta {
        keys: vec![KeyChange {
            kid: ring().active().clone(),
            state: KeyState::Active,
        }],
        ..Meta::default()
    };
    change(0, ReceiptKind::KeyChange, Code::LogCreated, meta)
}

/// What happens at each position: mostly decisions, and now and then something else.
pub(crate) fn draft(seq: u64) -> Draft {
    let approval = Some(approval_id(seq / 20));
    match seq % 20 {
        0 if seq == 0 => begin(),
        5 => {
            let meta = Meta {
                rule: Some(Rule::ALL[0]),
                enabled: Some(true),
                ..Meta::default()
            };
            change(seq, ReceiptKind::PolicyChange, Code::RuleChanged, meta)
        }
        9 => {
            let meta = Meta {
                approval,
                vote: Some(VoteChoice::Approve),
                votes: Some(1),
                quorum: Quorum::new(2).ok(),
                ..Meta::default()
            };
            change(seq, ReceiptKind::Approval, Code::VoteRecorded, meta)
        }
        13 => {
            let meta = Meta {
                approval,
                upstream_status: Some(201),
                ..Meta::default()
            };
            change(seq, ReceiptKind::Execution, Code::ExecutionDone, meta)
        }
        17 => {
            let meta = Meta {
                previous_level: Some(ProtectionLevel::Permissive),
                protection_level: Some(ProtectionLevel::ReadOnly),
                cause: Some(LevelCause::Measured),
                ..Meta::default()
            };
            let unit = Some("orders".parse().unwrap());
            let kind = ReceiptKind::ProtectionChange;
            Draft {
                unit,
                ..change(seq, kind, Code::LevelChanged, meta)
            }
        }
        _ => decision(seq),
    }
}
