//! Which check refuses what.

use serde_json::{Value, json};
use utc_attestation::{Check, CheckName, Expected, KeyRing, Outcome, verify};

use crate::fixture::{check, claims, expected, forge, ring, secret, segment, token};

fn header() -> Value {
    serde_json::from_slice(&segment(&token(), 0)).unwrap()
}

/// Every check before `name` holds, `name` fails, and nothing after it was looked at.
#[track_caller]
fn assert_fails_at(name: CheckName, token: impl AsRef<[u8]>) {
    let verification = check(token);
    let names: Vec<CheckName> = verification.checks.iter().map(|check| check.name).collect();
    assert_eq!(names, CheckName::TOKEN);
    let mut failed = false;
    for check in &verification.checks {
        let expected = match (check.name == name, failed) {
            (true, _) => Outcome::Failed,
            (false, true) => Outcome::NotChecked,
            (false, false) => Outcome::Ok,
        };
        assert_eq!(check.outcome, expected, "{check:?}");
        failed |= check.name == name;
    }
    assert!(!verification.valid() && verification.claims.is_none());
}

#[track_caller]
fn assert_header_fails(name: CheckName, member: &str, value: Value) {
    let mut header = header();
    header[member] = value;
    assert_fails_at(name, forge(header.to_string(), segment(&token(), 1)));
}

#[track_caller]
fn assert_claim_fails(name: CheckName, member: &str, value: Value) {
    let mut claims = claims(&token());
    claims[member] = value;
    assert_fails_at(name, forge(segment(&token(), 0), claims.to_string()));
}

#[test]
fn a_sealed_receipt_passes_every_check() {
    let verification = check(token());
    assert!(verification.valid());
    assert!(verification.checks.iter().all(|check| check.outcome == Outcome::Ok));
    assert_eq!(verification.kid.as_ref(), Some(ring().active()));
    assert_eq!(verification.payload, Some(claims(&token())));
    assert_eq!(verification.claims.unwrap().sub, "agent-42");
}

#[test]
fn size_is_checked_before_anything_is_decoded() {
    assert_fails_at(CheckName::Size, vec![b'.'; 65_537]);
    assert_fails_at(CheckName::Segments, vec![b'.'; 65_536]);
}

#[test]
fn only_the_compact_form_has_three_segments() {
    for text in ["", "a", "a.b", "a.b.c.d", r#"{"payload":"e30"}"#] {
        assert_fails_at(CheckName::Segments, text);
    }
    assert_fails_at(CheckName::Segments, format!("{}.", token()));
}

#[test]
fn segments_are_strict_base64url() {
    let token = token();
    for changed in [
        format!("{token}="),
        format!("{token}\n"),
        format!(" {token}"),
        token.replacen('.', "=.", 1),
        token.replacen('.', "+.", 1),
    ] {
        assert_fails_at(CheckName::Base64url, changed);
    }
}

#[test]
fn stray_bits_behind_the_last_byte_are_refused() {
    // 32 bytes leave four bits of the last character, of which two must be zero.
    let (rest, last) = token().split_at(token().len() - 1).to_owned_pair();
    let next = char::from(last.as_bytes()[0] + 1);
    assert_fails_at(CheckName::Base64url, format!("{rest}{next}"));
}

trait ToOwnedPair {
    fn to_owned_pair(self) -> (String, String);
}

impl ToOwnedPair for (&str, &str) {
    fn to_owned_pair(self) -> (String, String) {
        (self.0.to_owned(), self.1.to_owned())
    }
}

#[test]
fn the_header_is_one_object_without_surprises() {
    let good = String::from_utf8(segment(&token(), 0)).unwrap();
    let twice = good.replacen('{', r#"{"alg":"HS256","#, 1);
    let escaped = good.replacen('{', r#"{"\u0061lg":"none","#, 1);
    let trailing = format!("{good}{good}");
    for header in [&*twice, &escaped, &trailing, "[]", "null", "", "{\"alg\"", "\u{feff}{}"] {
        assert_fails_at(CheckName::HeaderJson, forge(header, segment(&token(), 1)));
    }
    assert_header_fails(CheckName::HeaderJson, "cty", json!("JWT"));
}

#[test]
fn the_algorithm_is_the_configured_one() {
    for alg in ["none", "None", "NONE", "nOnE", " none", "", "hs256", "HS384", "HS512", "RS256"] {
        assert_header_fails(CheckName::Algorithm, "alg", json!(alg));
    }
    for alg in [json!(null), json!(["HS256"]), json!(256)] {
        assert_header_fails(CheckName::Algorithm, "alg", alg);
    }
}

#[test]
fn no_signature_at_all_is_refused() {
    let unsigned = forge(r#"{"alg":"none","typ":"utc-receipt+jwt"}"#, segment(&token(), 1));
    let end = unsigned.rfind('.').unwrap() + 1;
    assert_fails_at(CheckName::Algorithm, &unsigned[..end]);
}

#[test]
fn the_key_comes_from_the_ring() {
    for kid in [json!("0123456789abcdef"), json!(""), json!(7), json!(null), json!("../../etc")] {
        assert_header_fails(CheckName::Key, "kid", kid);
    }
    for member in ["jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256"] {
        assert_header_fails(CheckName::Key, member, json!("https://example.org/key"));
    }
    let header = r#"{"alg":"HS256","typ":"utc-receipt+jwt"}"#;
    assert_fails_at(CheckName::Key, forge(header, segment(&token(), 1)));
}

#[test]
fn an_unknown_key_is_named_so_that_its_owner_can_be_found() {
    let other = KeyRing::new(secret("some other secret of enough characters"), None, vec![]).unwrap();
    let verification = verify(token().as_bytes(), &other, &expected());
    assert_eq!(verification.outcome(CheckName::Key), Outcome::Failed);
    assert_eq!(verification.outcome(CheckName::Tag), Outcome::NotChecked);
    assert_eq!(verification.kid.as_ref(), Some(ring().active()));
}

#[test]
fn extensions_are_refused() {
    assert_header_fails(CheckName::Critical, "crit", json!(["exp"]));
    assert_header_fails(CheckName::Critical, "crit", json!([]));
    assert_header_fails(CheckName::Critical, "b64", json!(false));
    assert_header_fails(CheckName::Critical, "b64", json!(true));
}

#[test]
fn the_type_is_exact() {
    for typ in [json!("JWT"), json!("UTC-receipt+jwt"), json!("utc-receipt"), json!(null)] {
        assert_header_fails(CheckName::Type, "typ", typ);
    }
}

#[test]
fn the_whole_tag_counts() {
    let token = token();
    let start = token.rfind('.').unwrap() + 1;
    for length in [0, 2, 4, 22, 42] {
        let cut = &token[..start + length];
        // Ends that leave stray bits fail earlier; these lengths may or may not.
        assert!(!check(cut).valid(), "{length}");
    }
    assert_fails_at(CheckName::Tag, &token[..start]);
    assert_fails_at(CheckName::Tag, format!("{token}AAAA").replace("AAAA", "") .replacen(&token[start..], "", 1));
}

#[test]
fn issuer_and_audience_are_exact() {
    for iss in [json!("UTC"), json!("utc "), json!(["utc"]), json!(null)] {
        assert_claim_fails(CheckName::IssuerAudience, "iss", iss);
    }
    for aud in [json!("utc"), json!(["utc-receipts"]), json!(null)] {
        assert_claim_fails(CheckName::IssuerAudience, "aud", aud);
    }
    let elsewhere = Expected { issuer: "other".to_owned() };
    let verification = verify(token().as_bytes(), &ring(), &elsewhere);
    assert_eq!(verification.outcome(CheckName::IssuerAudience), Outcome::Failed);
}

#[test]
fn times_are_of_their_type_and_agree() {
    for iat in [json!("1769860800"), json!(1_769_860_800.0), json!(1_769_860_801), json!(-1)] {
        assert_claim_fails(CheckName::Times, "iat", iat);
    }
    let spellings = ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000001+00:00", "yesterday"];
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
        assert_fails_at(CheckName::Times, forge(segment(&token(), 0), claims.to_string()));
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
        assert_eq!(verification.outcome(CheckName::IssuerAudience), Outcome::NotChecked);
        assert_eq!(verification.outcome(CheckName::Claims), Outcome::Failed);
        assert!(!verification.valid());
        assert_eq!((verification.claims, verification.payload), (None, None));
    }
}

#[test]
fn checks_of_the_log_can_be_added_and_count() {
    let mut verification = check(token());
    let seq = |outcome| Check { name: CheckName::Seq, outcome, detail: String::new() };
    verification.push(seq(Outcome::Ok));
    assert!(verification.valid());
    verification.push(seq(Outcome::NotChecked));
    assert!(!verification.valid());
}

#[test]
fn a_reason_is_given_for_everything_that_is_not_well() {
    let checks = check("a.b").checks;
    let details: Vec<&str> = checks.iter().map(|check| check.detail.as_str()).collect();
    assert_eq!(details[1], "a compact token has 3 segments, this has 2");
    assert!(details[2..].iter().all(|why| *why == "not reached, because `segments` failed"));
}
