use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};
use utc_attestation::{Engine, Expected, KeyRing, ReceiptSealer, Secret, verify};
use utc_domain::{
    Code, Draft, GrantUse, LeafHash, Meta, Placement, Rule, Sealer as _, Subject, Timestamp, round6,
};
use utc_policy::{PolicySet, UnknownUnits, evaluate};

use super::*;
use crate::clock::new_receipt_id;

/// The claims of an answer, through the very sealer that makes receipts.
fn claims(inputs: &Inputs, policy: &PolicySet) -> Claims {
    let verdict = evaluate(&inputs.question(), policy, &inputs.view);
    let mut meta = Meta {
        protection_level: Some(inputs.view.level),
        pinned: Some(false),
        risky: Some(inputs.view.risky),
        known: Some(inputs.view.known),
        mode: Some(inputs.view.mode),
        would_be: verdict.would_be,
        grant: Some(verdict.grant),
        over_share: (inputs.share == SubjectShare::Beyond).then_some(true),
        ..Meta::default()
    };
    inputs.approval_queue.record_in(&mut meta);
    let draft = Draft {
        id: new_receipt_id(),
        kind: ReceiptKind::Decision,
        subject: "agent-42".parse::<Subject>().unwrap(),
        action: Some(inputs.action.clone()),
        unit: Some(inputs.unit.clone()),
        decision: Some(verdict.decision),
        grounds: verdict.grounds,
        reason: verdict.reason.clone(),
        code: verdict.code,
        payload_hash: None,
        meta,
        policy: policy.reference().clone(),
    };
    sealed(&draft)
}

fn sealed(draft: &Draft) -> Claims {
    let secret = Secret::new("only for tests: 32 characters and more").unwrap();
    let ring = Arc::new(KeyRing::new(secret, None, Vec::new()).unwrap());
    let engine = Engine {
        name: ENGINE.0.to_owned(),
        version: ENGINE.1.to_owned(),
    };
    let sealer = ReceiptSealer::new(Arc::clone(&ring), "utc".to_owned(), engine);
    let place = Placement {
        seq: 7,
        prev: LeafHash::ZERO,
        ts: "2026-01-31T12:00:00Z".parse::<Timestamp>().unwrap(),
    };
    let receipt = sealer.seal(ring.active(), draft, &place).unwrap();
    let expected = Expected {
        issuer: "utc".to_owned(),
    };
    verify(receipt.jws.as_bytes(), &ring, &expected)
        .claims
        .unwrap()
}

fn queues() -> impl Strategy<Value = ApprovalQueue> {
    let full =
        (0_u8..4, 0.0..1e6, 0_u32..1_000, 1_u32..1_000).prop_map(|(which, wait, open, limit)| {
            match which {
                0 => ApprovalQueue::Open,
                1 => ApprovalQueue::Saturated {
                    expected_wait_minutes: round6(wait),
                    backlog: u64::from(open),
                },
                2 => ApprovalQueue::SubjectLimit { open, limit },
                _ => ApprovalQueue::TokenLimit { open, limit },
            }
        });
    prop_oneof![Just(ApprovalQueue::Open), full]
}

fn worlds() -> impl Strategy<Value = (Inputs, PolicySet)> {
    let action = prop_oneof!["read:[a-z]{1,5}", "write:[a-z]{1,5}", "[a-z]{1,8}"];
    let unit = (
        prop::sample::select(ProtectionLevel::ALL.to_vec()),
        any::<[bool; 2]>(),
        prop::sample::select(vec![Mode::Enforce, Mode::Observe]),
    );
    let unknown = prop::sample::select(vec![
        UnknownUnits::Allow,
        UnknownUnits::Approve,
        UnknownUnits::Deny,
    ]);
    let grant = prop::sample::select(GrantUse::ALL.to_vec());
    let share = prop::sample::select(vec![SubjectShare::Fair, SubjectShare::Beyond]);
    (
        action,
        unit,
        any::<[bool; 2]>(),
        unknown,
        grant,
        (queues(), share),
    )
        .prop_map(
            |(
                action,
                (level, [risky, known], mode),
                rules,
                unknown,
                grant,
                (approval_queue, share),
            )| {
                let on = Rule::ALL.into_iter().zip(rules).filter(|(_, on)| *on);
                let on: Vec<Rule> = on.map(|(rule, _)| rule).collect();
                let view = UnitView {
                    level,
                    risky,
                    mode,
                    known,
                };
                let inputs = Inputs {
                    action: action.parse().unwrap(),
                    unit: "payments-api".parse().unwrap(),
                    grant,
                    approval_queue,
                    share,
                    view,
                };
                (inputs, PolicySet::of(&on, unknown, 3))
            },
        )
}

proptest! {
    #[test]
    fn whatever_was_decided_comes_out_of_its_receipt_word_for_word((inputs, policy) in worlds()) {
        let recorded = Recorded::read(&claims(&inputs, &policy)).unwrap();
        let read = PolicySet::from_canonical(&policy.canonical_json(), 3).unwrap();
        let again = evaluate(&recorded.inputs.question(), &read, &recorded.inputs.view);
        prop_assert_eq!(recorded.wording.differences(&Wording::from(&again)), vec![]);
        prop_assert_eq!(recorded.judged, again.would_be.unwrap_or(again.decision));
        prop_assert_eq!(recorded.inputs.approval_queue, inputs.approval_queue);
        prop_assert_eq!(recorded.inputs.view, inputs.view);
    }
}

fn plain() -> Value {
    let inputs = Inputs {
        action: "write:/x".parse().unwrap(),
        unit: "payments-api".parse().unwrap(),
        grant: GrantUse::None,
        approval_queue: ApprovalQueue::SubjectLimit { open: 3, limit: 3 },
        share: SubjectShare::Fair,
        view: UnitView {
            level: ProtectionLevel::RequireApproval,
            risky: false,
            mode: Mode::Enforce,
            known: true,
        },
    };
    let claims = claims(&inputs, &PolicySet::initial(UnknownUnits::Allow));
    assert_eq!(claims.code, Code::ApprovalSaturated.as_str());
    serde_json::to_value(claims).unwrap()
}

/// Sets one claim, or takes it away, and says what is in the way.
#[track_caller]
fn check(pointer: &str, value: Option<Value>, obstacle: Obstacle, detail: &str) {
    let mut claims = plain();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = claims.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => parent.insert(name.to_owned(), value),
        None => parent.remove(name),
    };
    let claims: Claims = serde_json::from_value(claims).unwrap();
    let why = Recorded::read(&claims).err().unwrap();
    assert_eq!((why.obstacle, why.detail.as_str()), (obstacle, detail));
    assert!(why.obstacle.explanation().ends_with('.'));
}

#[test]
fn what_a_receipt_lacks_is_named() {
    let missing = |claim: &str| format!("`{claim}` is missing");
    for (pointer, claim) in [
        ("/action", "action"),
        ("/unit", "unit"),
        ("/decision", "decision"),
        ("/meta/grant", "meta.grant"),
        ("/meta/known", "meta.known"),
        ("/meta/risky", "meta.risky"),
        ("/meta/pinned", "meta.pinned"),
        ("/meta/mode", "meta.mode"),
        ("/meta/protection_level", "meta.protection_level"),
        ("/meta/approval_saturated", "meta.approval_saturated"),
        ("/meta/approvals_open", "meta.approvals_open"),
    ] {
        check(pointer, None, Obstacle::Incomplete, &missing(claim));
    }
    // Without a limit it reads as a full queue, whose numbers are not there.
    check(
        "/meta/subject_limit",
        None,
        Obstacle::Incomplete,
        &missing("meta.expected_wait_minutes"),
    );
}

#[test]
fn what_cannot_be_read_is_named() {
    let odd = Some(json!("no\nword"));
    for (pointer, claim) in [
        ("/action", "action"),
        ("/unit", "unit"),
        ("/meta/grant", "meta.grant"),
        ("/meta/mode", "meta.mode"),
        ("/meta/protection_level", "meta.protection_level"),
        ("/decision", "decision"),
    ] {
        let detail = format!("`{claim}` cannot be read: `no\\nword`");
        check(pointer, odd.clone(), Obstacle::Incomplete, &detail);
    }
}

#[test]
fn another_evaluator_and_another_kind_are_not_replayed() {
    let detail = format!("decided by utc-policy 1, this is {} {}", ENGINE.0, ENGINE.1);
    check(
        "/engine/version",
        Some(json!("1")),
        Obstacle::OtherEngine,
        &detail,
    );
    let detail = "it is filed as a decision and is of kind `replay`";
    check("/kind", Some(json!("replay")), Obstacle::Unverified, detail);
}
