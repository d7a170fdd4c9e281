//! What a sealed receipt looks like.

use serde_json::json;
use utc_attestation::leaf_hash;
use utc_domain::{
    ApprovalId, Code, Decision, Draft, KeyChange, KeyState, LogFilter, Meta, Mode, Placement,
    Quorum, ReceiptId, ReceiptKind, ReplayTotals, Sealer, VoteChoice,
};
use uuid::Uuid;

use crate::fixture::{check, claims, draft, place, ring, seal, sealer, segment, token};

const DIGEST: &str = "sha256:230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5";

#[test]
fn the_header_is_exact() {
    let header = String::from_utf8(segment(&token(), 0)).unwrap();
    let kid = ring().active().clone();
    assert_eq!(
        header,
        format!(r#"{{"alg":"HS256","kid":"{kid}","typ":"utc-receipt+jwt"}}"#)
    );
}

#[test]
fn the_claims_are_exact() {
    let payload = String::from_utf8(segment(&token(), 1)).unwrap();
    let expected = [
        r#"{"action":"write:/payments/17","aud":"utc-receipts","code":"protection_read_only","#,
        r#""decision":"DENY","engine":{"name":"utc-policy","version":"0.1.0"},"iat":1769860800,"#,
        r#""iss":"utc","jti":"0192f0c1-2345-7abc-8def-0123456789ab","kind":"decision","#,
        r#""meta":{"lambda_est":95,"rho":0.95},"payload_hash":"sha256:"#,
        r#"230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5","#,
        r#""policy":{"digest":"sha256:00","version":3},"#,
        r#""prev":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","#,
        r#""reason":"The unit is \"closed\" – for now.","rules":["protection_read_only"],"seq":7,"#,
        r#""sub":"agent-42","ts":"2026-01-31T12:00:00.000001Z","unit":"payments-api","v":1}"#,
    ];
    assert_eq!(payload, expected.concat());
}

#[test]
fn the_leaf_is_that_of_the_token_and_chains() {
    let ring = ring();
    let sealer = sealer(&ring);
    let first = seal(&draft());
    assert_eq!(first.leaf, leaf_hash(first.jws.as_bytes()));
    assert_eq!(first.leaf, sealer.leaf(&first.jws));

    let place = Placement {
        seq: 8,
        prev: first.leaf,
        ..place()
    };
    let second = sealer.seal(ring.active(), &draft(), &place).unwrap();
    assert_eq!(
        check(second.jws).claims.unwrap().prev_leaf(),
        Some(first.leaf)
    );
}

#[test]
fn a_policy_change_names_itself_as_the_decision() {
    let kind = ReceiptKind::PolicyChange;
    let jws = seal(&Draft {
        kind,
        decision: None,
        ..draft()
    })
    .jws;
    assert_eq!(claims(&jws)["decision"], "POLICY_CHANGE");
    assert!(check(jws).valid());
}

#[test]
fn what_is_absent_is_absent_in_the_token() {
    let kind = ReceiptKind::RiskChange;
    let bare = Draft {
        kind,
        action: None,
        unit: None,
        decision: None,
        payload_hash: None,
        ..draft()
    };
    let jws = seal(&Draft {
        meta: Meta::default(),
        ..bare
    })
    .jws;
    let claims = claims(&jws);
    for absent in ["action", "unit", "decision", "payload_hash", "link"] {
        assert_eq!(claims.get(absent), None, "{absent}");
    }
    assert_eq!(claims["meta"], json!({}));
    assert!(check(jws).valid());
}

#[test]
fn a_change_of_keys_lists_them_and_links_to_what_it_is_about() {
    let kid = ring().active().clone();
    let meta = Meta {
        keys: vec![KeyChange {
            kid: kid.clone(),
            state: KeyState::Active,
        }],
        about: Some(draft().id),
        known: Some(true),
        mode: Some(Mode::Observe),
        would_be: Some(Decision::RequireApproval),
        ..Meta::default()
    };
    let jws = seal(&Draft {
        kind: ReceiptKind::KeyChange,
        decision: None,
        meta,
        ..draft()
    })
    .jws;
    let claims = claims(&jws);
    assert_eq!(
        claims["meta"]["keys"],
        json!([{ "kid": kid.as_str(), "state": "active" }])
    );
    assert_eq!(claims["meta"]["would_be"], "REQUIRE_APPROVAL");
    assert_eq!(claims["link"], json!({ "receipt": draft().id.to_string() }));
    assert!(check(jws).valid());
}

#[test]
fn a_vote_says_what_was_voted_on_and_how_many_are_needed() {
    let vote = Draft {
        kind: ReceiptKind::Approval,
        code: Code::VoteRecorded,
        decision: None,
        meta: Meta {
            approval: Some(ApprovalId::new(Uuid::from_u128(7))),
            request_digest: Some(DIGEST.parse().unwrap()),
            vote: Some(VoteChoice::Approve),
            votes: Some(1),
            quorum: Quorum::new(2).ok(),
            ..Meta::default()
        },
        ..draft()
    };
    let jws = seal(&vote).jws;
    let claims = claims(&jws);
    assert_eq!(claims["kind"], "approval");
    assert_eq!(
        claims["meta"],
        json!({ "quorum": 2, "request_digest": DIGEST, "vote": "approve", "votes": 1 })
    );
    assert_eq!(
        claims["link"],
        json!({ "approval": "00000000-0000-0000-0000-000000000007" })
    );
    assert!(check(jws).valid());
}

#[test]
fn an_execution_names_the_decision_it_carries_out_and_its_outcome() {
    let execution = Draft {
        kind: ReceiptKind::Execution,
        code: Code::ExecutionDone,
        decision: None,
        meta: Meta {
            approval: Some(ApprovalId::new(Uuid::from_u128(7))),
            answers: Some(ReceiptId::new(Uuid::from_u128(8))),
            about: Some(ReceiptId::new(Uuid::from_u128(9))),
            upstream_status: Some(201),
            latency_ms: Some(12.345_678_9),
            answer_digest: Some(DIGEST.parse().unwrap()),
            ..Meta::default()
        },
        ..draft()
    };
    let jws = seal(&execution).jws;
    let claims = claims(&jws);
    assert_eq!(
        claims["meta"],
        json!({ "answer_digest": DIGEST, "latency_ms": 12.345_679, "upstream_status": 201 })
    );
    assert_eq!(
        claims["link"],
        json!({
            "approval": "00000000-0000-0000-0000-000000000007",
            "decision": "00000000-0000-0000-0000-000000000008",
            "receipt": "00000000-0000-0000-0000-000000000009",
        })
    );
    assert!(check(jws).valid());
}

#[test]
fn a_decision_says_how_the_people_who_approve_kept_up() {
    let meta = Meta {
        act_before: Some(place().ts.plus_minutes(1)),
        approval_saturated: Some(true),
        approval_backlog: Some(12),
        expected_wait_minutes: Some(1_950.0),
        approvals_open: Some(3),
        subject_limit: Some(3),
        token_limit: Some(10),
        ..Meta::default()
    };
    let jws = seal(&Draft { meta, ..draft() }).jws;
    let expected = json!({
        "act_before": "2026-01-31T12:01:00.000001Z",
        "approval_backlog": 12,
        "approval_saturated": true,
        "approvals_open": 3,
        "expected_wait_minutes": 1_950,
        "subject_limit": 3,
        "token_limit": 10,
    });
    assert_eq!(claims(&jws)["meta"], expected);
    assert!(check(jws).valid());
}

#[test]
fn numbers_are_rounded_to_six_decimals() {
    let meta = Meta {
        rho: Some(0.123_456_789),
        mu_est: Some(f64::INFINITY),
        ..Meta::default()
    };
    let claims = claims(&seal(&Draft { meta, ..draft() }).jws);
    assert_eq!(
        claims["meta"],
        json!({ "mu_est": 1_000_000_000, "rho": 0.123_457 })
    );
}

#[test]
fn a_replay_says_which_receipts_it_went_through_and_what_it_came_to() {
    let filter = LogFilter {
        digest: utc_attestation::sha256_hex("asked").parse().unwrap(),
        from: Some(crate::fixture::TS.parse().unwrap()),
        to: None,
        unit: Some("payments-api".parse().unwrap()),
        subject: None,
        log_size: 9,
    };
    let totals = ReplayTotals {
        total: 7,
        equal: 4,
        different: 2,
        not_replayable: 1,
    };
    let jws = seal(&Draft {
        kind: ReceiptKind::Replay,
        decision: None,
        meta: Meta {
            filter: Some(filter.clone()),
            replay: Some(totals),
            ..Meta::default()
        },
        ..draft()
    })
    .jws;
    let found = claims(&jws);
    assert_eq!(
        found["link"],
        json!({"filter": {"digest": filter.digest.as_str(), "from": crate::fixture::TS, "log_size": 9, "unit": "payments-api"}})
    );
    assert_eq!(
        found["meta"],
        json!({"replay": {"different": 2, "equal": 4, "not_replayable": 1, "total": 7}})
    );
    assert!(check(jws).valid());
}
