//! What a token with a right tag must say.

use serde_json::{Value, json};
use utc_attestation::{CheckName, Expected, Outcome, verify};

use super::assert_fails_at;
use crate::fixture::{check, claims, forge, ring, segment, token};

#[track_caller]
fn assert_claim_fails(name: CheckName, member: &str, value: Value) {
    let mut claims = claims(&token());
    claims[member] = value;
    assert_fails_at(name, forge(segment(&token(), 0), claims.to_string()));
}

#[test]
fn issuer_and_audience_are_exact() {
    for iss in [json!("UTC"), json!("utc "), json!(["utc"]), json!(null)] {
        assert_claim_fails(CheckName::IssuerAudience, "iss", iss);
    }
    for aud in [json!("utc"), json!(["utc-receipts"]), json!(null)] {
        assert_claim_fails(CheckName::IssuerAudience, "aud", aud);
    }
    let elsewhere = Expected {
        issuer: "other".to_owned(),
    };
    let verification = verify(token().as_bytes(), &ring(), &elsewhere);
    assert_eq!(
        verification.outcome(CheckName::IssuerAudience),
        Outcome::Failed
    );
}

#[test]
fn times_are_of_their_type_and_agree() {
    for iat in [
        json!("1769860800"),
        json!(1_769_860_800.0),
        json!(1_769_860_801),
        json!(-1),
    ] {
        assert_claim_fails(CheckName::Times, "iat", iat);
    }
    let spellings = [
        "2026-01-31T12:00:00Z",
        "2026-01-31T12:00:00.000001+00:00",
        "yesterday",
    ];
    for ts in spellings {
        assert_claim_fails(CheckName::Times, "ts", json!(ts));
    }
    assert_claim_fails(CheckName::Times, "ts", json!(1_769_860_800));
}

#[test]
fn times_lie_in_a_sane_range() {
    for (iat, ts) in [
        (1_577_836_799_i64, "2019-12-31T23:59:59.999999Z"),
        (7_258_118_400, "2200-01-01T00:00:00.000000Z"),
        (0, "1970-01-01T00:00:00.000000Z"),
    ] {
        let mut claims = claims(&token());
        claims["iat"] = json!(iat);
        claims["ts"] = json!(ts);
        assert_fails_at(
            CheckName::Times,
            forge(segment(&token(), 0), claims.to_string()),
        );
    }
}

#[test]
fn claims_are_those_of_a_receipt() {
    for (member, value) in [
        ("v", json!(2)),
        ("v", json!("1")),
        ("v", json!(null)),
        ("jti", json!("0192F0C1-2345-7ABC-8DEF-0123456789AB")),
        ("prev", json!("AAAA")),
        ("seq", json!(-1)),
        ("seq", json!("7")),
        ("rules", json!("none")),
        ("meta", json!({ "rho": "high" })),
        ("policy", json!({})),
    ] {
        assert_claim_fails(CheckName::Claims, member, value);
    }
}

#[test]
fn a_member_from_a_later_release_is_kept_and_not_an_error() {
    let mut claims = claims(&token());
    claims["colour"] = json!("green");
    let verification = check(forge(segment(&token(), 0), claims.to_string()));
    assert!(verification.valid());
    assert_eq!(verification.payload.unwrap()["colour"], "green");
}

#[test]
fn claims_that_can_be_read_two_ways_are_not_read() {
    let good = String::from_utf8(segment(&token(), 1)).unwrap();
    for payload in [
        good.replacen('{', r#"{"sub":"root","#, 1),
        good.replacen("\"seq\":7", "\"seq\":9007199254740993", 1),
        good.replacen("0.95", "1e400", 1),
        format!("{good} {good}"),
        "[]".to_owned(),
        String::new(),
        "[".repeat(20_000),
    ] {
        let verification = check(forge(segment(&token(), 0), payload));
        assert_eq!(verification.outcome(CheckName::Tag), Outcome::Ok);
        assert_eq!(
            verification.outcome(CheckName::IssuerAudience),
            Outcome::NotChecked
        );
        assert_eq!(verification.outcome(CheckName::Claims), Outcome::Failed);
        assert!(!verification.valid());
        assert_eq!((verification.claims, verification.payload), (None, None));
    }
}
