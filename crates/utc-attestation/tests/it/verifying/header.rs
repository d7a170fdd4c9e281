//! From the size of a token to its tag.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use utc_attestation::{CheckName, KeyRing, Outcome, verify};

use super::assert_fails_at;
use crate::fixture::{expected, forge, ring, secret, segment, token};

fn header() -> Value {
    serde_json::from_slice(&segment(&token(), 0)).unwrap()
}

#[track_caller]
fn assert_header_fails(name: CheckName, member: &str, value: Value) {
    let mut header = header();
    header[member] = value;
    assert_fails_at(name, forge(header.to_string(), segment(&token(), 1)));
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
    // 43 characters hold 258 bits, a tag has 256: the last two must be zero.
    let token = token();
    let (rest, last) = token.split_at(token.len() - 1);
    let next = char::from(last.as_bytes()[0] + 1);
    assert_fails_at(CheckName::Base64url, format!("{rest}{next}"));
}

#[test]
fn the_header_is_one_object_without_surprises() {
    let good = String::from_utf8(segment(&token(), 0)).unwrap();
    let twice = good.replacen('{', r#"{"alg":"HS256","#, 1);
    let escaped = good.replacen('{', r#"{"\u0061lg":"none","#, 1);
    let trailing = format!("{good}{good}");
    for header in [
        &*twice,
        &escaped,
        &trailing,
        "[]",
        "null",
        "",
        "{\"alg\"",
        "\u{feff}{}",
    ] {
        assert_fails_at(CheckName::HeaderJson, forge(header, segment(&token(), 1)));
    }
    assert_header_fails(CheckName::HeaderJson, "cty", json!("JWT"));
}

#[test]
fn the_algorithm_is_the_configured_one() {
    for alg in [
        "none", "None", "NONE", "nOnE", " none", "", "hs256", "HS384", "HS512", "RS256",
    ] {
        assert_header_fails(CheckName::Algorithm, "alg", json!(alg));
    }
    for alg in [json!(null), json!(["HS256"]), json!(256)] {
        assert_header_fails(CheckName::Algorithm, "alg", alg);
    }
}

#[test]
fn no_signature_at_all_is_refused() {
    let unsigned = forge(
        r#"{"alg":"none","typ":"utc-receipt+jwt"}"#,
        segment(&token(), 1),
    );
    let end = unsigned.rfind('.').unwrap() + 1;
    assert_fails_at(CheckName::Algorithm, &unsigned[..end]);
}

#[test]
fn the_key_comes_from_the_ring() {
    for kid in [
        json!("0123456789abcdef"),
        json!(""),
        json!(7),
        json!(null),
        json!("../../etc"),
    ] {
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
    let other = KeyRing::new(
        secret("some other secret of enough characters"),
        None,
        vec![],
    )
    .unwrap();
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
    for typ in [
        json!("JWT"),
        json!("UTC-receipt+jwt"),
        json!("utc-receipt"),
        json!(null),
    ] {
        assert_header_fails(CheckName::Type, "typ", typ);
    }
}

#[test]
fn the_whole_tag_counts() {
    let token = token();
    let (signed, _) = token.rsplit_once('.').unwrap();
    let tag = segment(&token, 2);
    let longer = [tag.as_slice(), &[0]].concat();
    for wrong in [
        &tag[..0],
        &tag[..1],
        &tag[..16],
        &tag[..31],
        &longer,
        &[0; 32],
    ] {
        assert_fails_at(
            CheckName::Tag,
            format!("{signed}.{}", URL_SAFE_NO_PAD.encode(wrong)),
        );
    }
}
