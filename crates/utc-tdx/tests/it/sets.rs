//! Security event tokens: what is taken, and every way not to be.

use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};
use utc_tdx::ssf::{self, Algorithm, KeySet, SetError, SetMeaning, SetReceived, Stream};
use utc_tdx::{Entity, Event, Meaning, Proof, QuarantineReason, Refusal, Severity};

use crate::keys::{RSA_PUBLIC_PEM, SHORT_RSA_N, Signer, encoded, jwks};
use crate::support::{Post, name, now, with};

pub(crate) const SESSION_REVOKED: &str =
    "https://schemas.openid.net/secevent/caep/event-type/session-revoked";

/// For how long ids are kept, in seconds.
const KEPT: i64 = ssf::SET_RETENTION_DAYS * 24 * 3_600;

/// A transmitter with these keys.
pub(crate) fn stream_with(keys: &[u8]) -> Stream {
    Stream {
        source: name("idp"),
        issuer: "https://idp.example".to_owned(),
        audience: vec!["https://utc.example".to_owned()],
        keys: KeySet::parse(keys).unwrap(),
        algorithms: Algorithm::ALL.to_vec(),
        stream_id: Some("stream-1".to_owned()),
        expected_states: vec!["VGhpcyBpcyBhbiBleGFtcGxl".to_owned()],
    }
}

pub(crate) fn stream() -> Stream {
    stream_with(&jwks(&[Signer::Rsa, Signer::P256, Signer::Ed25519]))
}

/// The claims of a token with this event.
pub(crate) fn claims_of(event_type: &str, event: Value) -> Value {
    let mut events = serde_json::Map::new();
    events.insert(event_type.to_owned(), event);
    json!({
        "iss": "https://idp.example",
        "aud": "https://utc.example",
        "iat": now().as_seconds() - 60,
        "jti": "jti-1",
        "sub_id": { "format": "email", "email": "alice@example.com" },
        "events": events,
    })
}

pub(crate) fn claims() -> Value {
    let event =
        json!({ "event_timestamp": now().as_seconds() - 120, "reason_admin": { "en": "policy" } });
    claims_of(SESSION_REVOKED, event)
}

fn receive(token: &str, stream: &Stream) -> Result<SetReceived, Refusal> {
    Post::new("application/secevent+jwt", token.as_bytes())
        .to(|delivery| ssf::receive(delivery, stream))
}

pub(crate) fn push(claims: &Value) -> Result<SetReceived, Refusal> {
    receive(&Signer::Ed25519.sign(claims), &stream())
}

pub(crate) fn signal(claims: &Value) -> Event {
    match push(claims).unwrap().meaning.unwrap() {
        SetMeaning::Signal(event) => *event,
        other => panic!("{other:?}"),
    }
}

/// The token is refused with this code.
#[track_caller]
fn check_token(token: &str, error: SetError, words: &str) {
    let refusal = receive(token, &stream()).unwrap_err();
    assert_eq!(refusal.set_error(), error, "{refusal}");
    assert!(refusal.to_string().contains(words), "{refusal}");
}

#[track_caller]
fn check_claims(claims: &Value, error: SetError, words: &str) {
    check_token(&Signer::Ed25519.sign(claims), error, words);
}

#[test]
fn every_allowed_algorithm_is_taken_by_its_key() {
    for signer in [Signer::Rsa, Signer::P256, Signer::Ed25519] {
        let received = receive(&signer.sign(&claims()), &stream()).unwrap();
        let Ok(SetMeaning::Signal(event)) = received.meaning else {
            panic!("{signer:?}");
        };
        let kid = signer.kid().to_owned();
        assert_eq!(event.proof, Proof::Jws { kid });
        assert!(received.key.as_str().starts_with("idp/set/"));
        assert_eq!(event.keys, [received.key]);
    }
}

#[test]
fn a_known_type_is_mapped_and_says_whom_it_is_about() {
    let event = signal(&claims());
    assert_eq!(event.source.as_str(), "idp");
    assert_eq!(event.topic.as_str(), "identity");
    assert_eq!(event.severity, Severity::Medium);
    assert_eq!(event.meaning, Meaning::Raises);
    assert_eq!(event.event_time, now().plus_minutes(-2));
    assert_eq!(event.summary.unwrap().as_str(), "session-revoked: policy");
    let entities: Vec<_> = event.entities.iter().map(Entity::as_str).collect();
    assert_eq!(entities, ["alice@example.com", "email=alice@example.com"]);
}

#[test]
fn an_unknown_type_is_kept_without_weight() {
    let event = signal(&claims_of("https://example.com/odd", json!({})));
    assert_eq!(event.meaning, Meaning::Unknown);
    assert_eq!(event.summary.unwrap().as_str(), "https://example.com/odd");
}

#[test]
fn a_subject_that_nobody_knows_any_more_is_taken_all_the_same() {
    let removed = json!({ "format": "opaque", "id": "gone" });
    assert_eq!(
        signal(&with(claims(), "/sub_id", removed)).entities.len(),
        2
    );
    let odd = json!({ "format": "shoe-size", "size": 42 });
    assert!(signal(&with(claims(), "/sub_id", odd)).entities.is_empty());
}

#[test]
fn a_subject_of_many_parts_is_all_of_them() {
    let complex = json!({
        "format": "complex",
        "user": { "format": "iss_sub", "iss": "https://idp.example", "sub": "u1" },
        "device": { "format": "opaque", "id": "d1" },
    });
    let entities = signal(&with(claims(), "/sub_id", complex)).entities;
    let texts: Vec<_> = entities.iter().map(Entity::as_str).collect();
    assert_eq!(texts, ["d1", "id=d1", "sub=u1", "u1"]);
    let aliases = json!({
        "format": "aliases",
        "identifiers": [{ "format": "email", "email": "a@b" }, { "format": "phone_number", "phone_number": "+1" }],
    });
    assert_eq!(
        signal(&with(claims(), "/sub_id", aliases)).entities.len(),
        4
    );
}

#[test]
fn the_time_is_the_events_else_that_of_the_change_else_that_of_the_token() {
    let bare = claims_of(SESSION_REVOKED, json!({}));
    assert_eq!(signal(&bare).event_time, now().plus_seconds(-60));
    let toe = with(bare, "/toe", json!(now().as_seconds() - 90));
    assert_eq!(signal(&toe).event_time, now().plus_seconds(-90));
    let millis = (now().as_seconds() - 30) * 1_000;
    let drafts = claims_of(SESSION_REVOKED, json!({ "event_timestamp": millis }));
    assert_eq!(signal(&drafts).event_time, now().plus_seconds(-30));
}

#[test]
fn one_of_many_audiences_is_enough() {
    let many = json!(["https://other.example", "https://utc.example"]);
    assert!(push(&with(claims(), "/aud", many)).is_ok());
}

#[test]
fn a_corrupted_signature_is_an_invalid_key() {
    for signer in [Signer::Rsa, Signer::P256, Signer::Ed25519] {
        let good = signer.sign(&claims());
        let (signed, _) = good.rsplit_once('.').unwrap();
        let other = signer.sign(&with(claims(), "/jti", json!("jti-2")));
        let (_, foreign) = other.rsplit_once('.').unwrap();
        let swapped = format!("{signed}.{foreign}");
        check_token(&swapped, SetError::InvalidKey, "does not verify");
        check_token(
            &format!("{signed}."),
            SetError::InvalidKey,
            "does not verify",
        );
        check_token(
            &format!("{signed}.AAAA"),
            SetError::InvalidKey,
            "does not verify",
        );
    }
}

#[test]
fn a_wrong_issuer_is_an_invalid_issuer() {
    let wrong = with(claims(), "/iss", json!("https://idp.example/"));
    check_claims(&wrong, SetError::InvalidIssuer, "iss");
}

#[test]
fn a_wrong_audience_is_an_invalid_audience() {
    for aud in [
        json!("https://other.example"),
        json!([]),
        json!([7]),
        json!({}),
    ] {
        check_claims(
            &with(claims(), "/aud", aud),
            SetError::InvalidAudience,
            "aud",
        );
    }
}

#[test]
fn a_key_that_the_source_does_not_have_is_an_invalid_key() {
    let unknown = Signer::OtherRsa.sign(&claims());
    check_token(&unknown, SetError::InvalidKey, "no such key");
    // Another source has the key. Its kid means nothing here.
    let theirs = stream_with(&jwks(&[Signer::OtherRsa]));
    assert!(receive(&unknown, &theirs).is_ok());
    let ours = Signer::Ed25519.sign(&claims());
    assert_eq!(
        receive(&ours, &theirs).unwrap_err().set_error(),
        SetError::InvalidKey
    );
}

#[test]
fn a_key_under_the_kid_of_another_does_not_verify() {
    let mut header = Signer::OtherRsa.header();
    header.kid = Some("rsa".to_owned());
    let token = Signer::OtherRsa.sign_with(&header, &claims());
    check_token(&token, SetError::InvalidKey, "does not verify");
}

#[test]
fn keys_rotate_when_the_set_does() {
    let token = Signer::OtherRsa.sign(&claims());
    let before = stream_with(&jwks(&[Signer::Rsa]));
    let during = stream_with(&jwks(&[Signer::Rsa, Signer::OtherRsa]));
    let after = stream_with(&jwks(&[Signer::OtherRsa]));
    assert!(receive(&token, &before).is_err());
    assert!(receive(&token, &during).is_ok());
    assert!(receive(&token, &after).is_ok());
    let old = Signer::Rsa.sign(&claims());
    assert_eq!(
        receive(&old, &after).unwrap_err().set_error(),
        SetError::InvalidKey
    );
}

#[test]
fn none_is_no_algorithm() {
    for alg in ["none", "None", "NONE", ""] {
        for kid in ["rsa", "p256", "ed25519"] {
            let header = json!({ "typ": "secevent+jwt", "alg": alg, "kid": kid });
            let token = format!("{}.{}.", encoded(&header), encoded(&claims()));
            check_token(&token, SetError::InvalidKey, "another algorithm");
        }
    }
}

#[test]
fn a_public_key_is_no_shared_secret() {
    for kid in ["rsa", "p256", "ed25519"] {
        let mut header = Header::new(jsonwebtoken::Algorithm::HS256);
        header.typ = Some("secevent+jwt".to_owned());
        header.kid = Some(kid.to_owned());
        let key = EncodingKey::from_secret(RSA_PUBLIC_PEM);
        let token = jsonwebtoken::encode(&header, &claims(), &key).unwrap();
        check_token(&token, SetError::InvalidKey, "another algorithm");
    }
}

#[test]
fn the_key_says_the_algorithm_and_not_the_token() {
    for alg in ["RS384", "PS256", "ES256", "rs256"] {
        let header = json!({ "typ": "secevent+jwt", "alg": alg, "kid": "rsa" });
        let token = Signer::Rsa.sign_raw(&header, &claims());
        check_token(&token, SetError::InvalidKey, "the key is for RS256");
    }
    let header = json!({ "typ": "secevent+jwt", "alg": "RS256", "kid": "rsa" });
    assert!(receive(&Signer::Rsa.sign_raw(&header, &claims()), &stream()).is_ok());
}

#[test]
fn a_key_in_the_token_is_not_believed() {
    let header = json!({
        "typ": "secevent+jwt", "alg": "RS256", "kid": "rsa", "jwk": Signer::OtherRsa.jwk(),
    });
    let token = Signer::OtherRsa.sign_raw(&header, &claims());
    check_token(&token, SetError::InvalidKey, "does not verify");
}

#[test]
fn an_algorithm_that_is_not_allowed_for_the_source_is_refused() {
    let mut strict = stream();
    strict.algorithms = vec![Algorithm::Es256];
    let refusal = receive(&Signer::Ed25519.sign(&claims()), &strict).unwrap_err();
    assert_eq!(refusal.set_error(), SetError::InvalidKey);
    assert!(receive(&Signer::P256.sign(&claims()), &strict).is_ok());
}

#[test]
fn a_short_rsa_key_is_named_in_the_refusal() {
    let short = json!({ "kty": "RSA", "kid": "short", "n": SHORT_RSA_N, "e": "AQAB" });
    let keys = json!({ "keys": [short, Signer::Rsa.jwk()] }).to_string();
    let header = json!({ "typ": "secevent+jwt", "alg": "RS256", "kid": "short" });
    let token = Signer::Rsa.sign_raw(&header, &claims());
    let refusal = receive(&token, &stream_with(keys.as_bytes())).unwrap_err();
    assert_eq!(refusal.set_error(), SetError::InvalidKey);
    assert!(refusal.to_string().contains("2048"), "{refusal}");
}

#[test]
fn the_type_of_the_token_must_be_that_of_a_security_event() {
    for typ in [
        json!("JWT"),
        json!("at+jwt"),
        json!("application/secevent+jwt"),
        json!(7),
        Value::Null,
    ] {
        let mut header = json!({ "typ": typ, "alg": "EdDSA", "kid": "ed25519" });
        if typ.is_null() {
            header = with(header, "/typ", Value::Null);
        }
        let token = Signer::Ed25519.sign_raw(&header, &claims());
        check_token(&token, SetError::InvalidRequest, "typ");
    }
}

#[test]
fn critical_headers_and_a_missing_kid_are_refused() {
    let critical = json!({ "typ": "secevent+jwt", "alg": "EdDSA", "kid": "ed25519", "crit": ["b64"], "b64": false });
    let token = Signer::Ed25519.sign_raw(&critical, &claims());
    check_token(&token, SetError::InvalidRequest, "crit");
    let nameless = json!({ "typ": "secevent+jwt", "alg": "EdDSA" });
    let token = Signer::Ed25519.sign_raw(&nameless, &claims());
    check_token(&token, SetError::InvalidRequest, "kid");
}

#[test]
fn sub_and_exp_must_be_absent_even_when_null() {
    for name in ["sub", "exp"] {
        for value in [json!("alice"), json!(4_000_000_000_u64)] {
            let wrong = with(claims(), &format!("/{name}"), value);
            check_claims(&wrong, SetError::InvalidRequest, "must be absent");
        }
        let mut null = claims();
        null[name] = Value::Null;
        check_claims(&null, SetError::InvalidRequest, "must be absent");
    }
}

#[test]
fn required_claims_are_required() {
    for name in ["iss", "aud", "iat", "jti", "events", "sub_id"] {
        let wrong = with(claims(), &format!("/{name}"), Value::Null);
        let refusal = push(&wrong).unwrap_err();
        assert_eq!(refusal.set_error(), SetError::InvalidRequest, "{name}");
        assert_eq!(refusal.reason(), QuarantineReason::Form, "{name}");
    }
    check_claims(
        &with(claims(), "/jti", json!("")),
        SetError::InvalidRequest,
        "jti",
    );
    check_claims(
        &with(claims(), "/sub_id", json!("alice")),
        SetError::InvalidRequest,
        "sub_id",
    );
}

#[test]
fn there_is_exactly_one_event() {
    let two = json!({ SESSION_REVOKED: {}, "https://example.com/other": {} });
    check_claims(
        &with(claims(), "/events", two),
        SetError::InvalidRequest,
        "exactly one",
    );
    check_claims(
        &with(claims(), "/events", json!({})),
        SetError::InvalidRequest,
        "exactly one",
    );
    let text = json!({ SESSION_REVOKED: "text" });
    check_claims(
        &with(claims(), "/events", text),
        SetError::InvalidRequest,
        "object",
    );
}

#[test]
fn a_token_is_taken_for_as_long_as_its_id_is_kept() {
    let issued = |ago: i64| with(claims(), "/iat", json!(now().as_seconds() - ago));
    for ago in [-300, 0, KEPT] {
        assert!(push(&issued(ago)).is_ok(), "{ago}");
    }
    check_claims(&issued(-301), SetError::InvalidRequest, "future");
    check_claims(&issued(KEPT + 1), SetError::InvalidRequest, "30 days ago");
    for odd in [json!("now"), json!(-1), json!(1e300)] {
        check_claims(
            &with(claims(), "/iat", odd),
            SetError::InvalidRequest,
            "iat",
        );
    }
}

#[test]
fn what_is_no_token_is_refused() {
    for body in ["", ".", "..", "a.b", "a.b.c.d", "é.é.é", "e30.e30.e30"] {
        let refusal = receive(body, &stream()).unwrap_err();
        assert_eq!(refusal.set_error(), SetError::InvalidRequest, "{body}");
    }
    let padded = Signer::Ed25519.sign(&claims()) + "=";
    check_token(&padded, SetError::InvalidRequest, "compact");
}

#[test]
fn another_media_type_is_refused() {
    let token = Signer::Ed25519.sign(&claims());
    for other in ["application/jwt", "application/json"] {
        let post = Post::new(other, token.as_bytes());
        let refusal = post
            .to(|delivery| ssf::receive(delivery, &stream()))
            .unwrap_err();
        assert_eq!(refusal.reason(), QuarantineReason::MediaType);
        assert_eq!(refusal.set_error(), SetError::InvalidRequest);
    }
}

#[test]
fn a_claim_that_stands_twice_is_refused_although_it_is_signed() {
    let twice = claims()
        .to_string()
        .replacen('{', "{\"iss\":\"https://evil.example\",", 1);
    let header = json!({ "typ": "secevent+jwt", "alg": "EdDSA", "kid": "ed25519" });
    let token = Signer::Ed25519.sign_text(&header, &twice);
    check_token(&token, SetError::InvalidRequest, "two members");
}
