//! What a sealed receipt looks like, and what is not sealed.

use std::error::Error;
use std::sync::Arc;

use serde_json::json;
use utc_attestation::{KeyRing, MAX_ENTRY_BYTES, leaf_hash};
use utc_domain::{
    Decision, Draft, KeyChange, KeyState, LeafHash, Meta, Mode, Placement, ReceiptKind, SealError,
    Sealer,
};

use crate::fixture::{
    SECRET, check, claims, draft, expected, place, ring, seal, sealer, secret, segment, token,
};

const OTHER: &str = "another secret, also of 32 characters and more";

fn refusal(draft: &Draft, place: &Placement) -> String {
    let ring = ring();
    let error = sealer(&ring).seal(ring.active(), draft, place).unwrap_err();
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}

#[test]
fn the_header_is_exact() {
    let header = String::from_utf8(segment(&token(), 0)).unwrap();
    let kid = ring().active().clone();
    assert_eq!(header, format!(r#"{{"alg":"HS256","kid":"{kid}","typ":"utc-receipt+jwt"}}"#));
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

    let place = Placement { seq: 8, prev: first.leaf, ..place() };
    let second = sealer.seal(ring.active(), &draft(), &place).unwrap();
    assert_eq!(check(second.jws).claims.unwrap().prev_leaf(), Some(first.leaf));
}

#[test]
fn a_policy_change_names_itself_as_the_decision() {
    let kind = ReceiptKind::PolicyChange;
    let jws = seal(&Draft { kind, decision: None, ..draft() }).jws;
    assert_eq!(claims(&jws)["decision"], "POLICY_CHANGE");
    assert!(check(jws).valid());
}

#[test]
fn what_is_absent_is_absent_in_the_token() {
    let kind = ReceiptKind::RiskChange;
    let bare = Draft { kind, action: None, unit: None, decision: None, payload_hash: None, ..draft() };
    let jws = seal(&Draft { meta: Meta::default(), ..bare }).jws;
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
        keys: vec![KeyChange { kid: kid.clone(), state: KeyState::Active }],
        about: Some(draft().id),
        mode: Some(Mode::Observe),
        would_be: Some(Decision::RequireApproval),
        ..Meta::default()
    };
    let jws = seal(&Draft { kind: ReceiptKind::KeyChange, decision: None, meta, ..draft() }).jws;
    let claims = claims(&jws);
    assert_eq!(claims["meta"]["keys"], json!([{ "kid": kid.as_str(), "state": "active" }]));
    assert_eq!(claims["meta"]["would_be"], "REQUIRE_APPROVAL");
    assert_eq!(claims["link"], json!({ "receipt": draft().id.to_string() }));
    assert!(check(jws).valid());
}

#[test]
fn numbers_are_rounded_to_six_decimals() {
    let meta = Meta { rho: Some(0.123_456_789), mu_est: Some(f64::INFINITY), ..Meta::default() };
    let claims = claims(&seal(&Draft { meta, ..draft() }).jws);
    assert_eq!(claims["meta"], json!({ "mu_est": 1_000_000_000, "rho": 0.123_457 }));
}

#[test]
fn only_keys_that_may_sign_seal() {
    let (old, new) = (secret(SECRET), secret(OTHER));
    let before = Arc::new(KeyRing::new(old.clone(), Some(new.clone()), Vec::new()).unwrap());
    let after = Arc::new(KeyRing::new(new, None, vec![old]).unwrap());
    let (old, new) = (before.active(), after.active());

    let by_next = sealer(&before).seal(new, &draft(), &place()).unwrap();
    let by_old = sealer(&before).seal(old, &draft(), &place()).unwrap();
    for jws in [&by_next.jws, &by_old.jws] {
        assert!(utc_attestation::verify(jws.as_bytes(), &after, &expected()).valid());
    }
    let error = sealer(&after).seal(old, &draft(), &place()).unwrap_err();
    assert!(matches!(error, SealError::KeyNotHeld { key } if key == *old));
}

#[test]
fn the_largest_entry_verifies_and_a_larger_one_is_not_sealed() {
    let ring = ring();
    let seal = |length: usize| {
        let draft = Draft { reason: "x".repeat(length), ..draft() };
        sealer(&ring).seal(ring.active(), &draft, &place())
    };
    let largest = (48_000..).take_while(|&length| seal(length).is_ok()).last().unwrap();
    let jws = seal(largest).unwrap().jws;
    assert!(jws.len() <= MAX_ENTRY_BYTES && jws.len() > MAX_ENTRY_BYTES - 2, "{}", jws.len());
    assert!(check(jws).valid());
    let error = seal(largest + 1).unwrap_err();
    assert!(matches!(error, SealError::TooLarge { max: 65_535, actual } if actual > 65_535));
}

#[test]
fn a_clock_outside_2020_to_2199_seals_nothing() {
    let at = |ts: &str| Placement { ts: ts.parse().unwrap(), ..place() };
    for ts in ["2019-12-31T23:59:59.999999Z", "2200-01-01T00:00:00.000000Z"] {
        let why = refusal(&draft(), &at(ts));
        assert_eq!(why, format!("the time {ts} lies outside 2020 to 2199; is the clock right?"));
    }
    let ring = ring();
    for ts in ["2020-01-01T00:00:00.000000Z", "2199-12-31T23:59:59.999999Z"] {
        let sealed = sealer(&ring).seal(ring.active(), &draft(), &at(ts)).unwrap();
        assert!(check(sealed.jws).valid(), "{ts}");
    }
}

#[test]
fn an_integer_that_nobody_can_read_back_is_not_sealed() {
    let place = Placement { seq: 1 << 53, prev: LeafHash::ZERO, ..place() };
    let why = refusal(&draft(), &place);
    assert_eq!(why, "`seq` is 9007199254740992, at most 9007199254740991 is allowed");
}

#[test]
fn a_decision_goes_with_its_kind_only() {
    let without = refusal(&Draft { decision: None, ..draft() }, &place());
    assert_eq!(without, "kind `decision` does not go with decision `none`");
    let with = refusal(&Draft { kind: ReceiptKind::KeyChange, ..draft() }, &place());
    assert_eq!(with, "kind `key_change` does not go with decision `DENY`");
}
