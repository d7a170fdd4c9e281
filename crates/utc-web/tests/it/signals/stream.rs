//! Security event tokens pushed over HTTP: what a transmitter is told, and what has an effect.

use serde_json::{Value, json};
use utc_test_support::Upstream;

use super::Signals;
use crate::keys::{RSA_PUBLIC_PEM, SHORT_RSA_N, Signer, encoded, jwks};
use crate::support::{Answer, Ask};

const ISSUER: &str = "https://idp.example";
const AUDIENCE: &str = "https://utc.example";
const REVOKED: &str = "https://schemas.openid.net/secevent/caep/event-type/session-revoked";
const VERIFICATION: &str = "https://schemas.openid.net/secevent/ssf/event-type/verification";
const UPDATED: &str = "https://schemas.openid.net/secevent/ssf/event-type/stream-updated";
const PATH: &str = "/api/v1/tdx/ssf/idp";

/// A transmitter with keys in a file.
struct Stream {
    signals: Signals,
    file: std::path::PathBuf,
    number: std::cell::Cell<u32>,
}

impl Stream {
    async fn new() -> Self {
        let signals = Signals::new();
        let file = signals.site.folder.path().join("jwks.json");
        let stream = Self {
            signals,
            file,
            number: 0.into(),
        };
        stream.rotate(&jwks(&[Signer::Rsa, Signer::P256, Signer::Ed25519]));
        stream.register(&stream.file.display().to_string()).await;
        stream
    }

    async fn register(&self, location: &str) {
        let body = json!({
            "trust": 0.9, "authoritative": true, "signature": "ssf", "jwks": location, "issuer": ISSUER,
            "audience": [AUDIENCE], "stream_id": "stream-1",
        });
        self.signals.source("idp", body).await;
    }

    fn rotate(&self, keys: &[u8]) {
        std::fs::write(&self.file, keys).unwrap();
    }

    /// The claims of a token with this event, and an id of its own.
    fn claims(&self, event_type: &str, event: Value) -> Value {
        self.number.set(self.number.get() + 1);
        let events = serde_json::Map::from_iter([(event_type.to_owned(), event)]);
        json!({
            "iss": ISSUER, "aud": AUDIENCE, "iat": self.signals.now().as_seconds(),
            "jti": format!("jti-{}", self.number.get()),
            "sub_id": { "format": "email", "email": "alice@example.com" },
            "events": events,
        })
    }

    fn revoked(&self) -> Value {
        self.claims(REVOKED, json!({}))
    }

    fn about_stream(&self, event_type: &str, event: Value) -> Value {
        let mut claims = self.claims(event_type, event);
        claims["sub_id"] = json!({ "format": "opaque", "id": "stream-1" });
        claims
    }

    async fn push(&self, token: &str) -> Answer {
        let ask = Ask::new("POST", PATH).text("application/secevent+jwt", token);
        self.signals.site.send(ask).await
    }

    /// Taken: 202, and nothing else.
    async fn check_taken(&self, token: &str) {
        let answer = self.push(token).await;
        assert_eq!((answer.status, answer.text.as_str()), (202, ""));
    }

    /// Not taken: 400 with this code, and a place in the quarantine.
    async fn check_refused(&self, token: &str, err: &str) {
        let before = (
            self.signals.events().await,
            self.signals.quarantined().await.len(),
        );
        let answer = self.push(token).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        let body = answer.json();
        assert_eq!(body["err"], err, "{}", answer.text);
        assert!(
            body["description"]
                .as_str()
                .is_some_and(|text| !text.is_empty())
        );
        assert_eq!(answer.header("content-type"), Some("application/json"));
        let after = (
            self.signals.events().await,
            self.signals.quarantined().await.len(),
        );
        assert_eq!(after, (before.0, before.1 + 1));
    }

    async fn check_claims(&self, claims: &Value, err: &str) {
        self.check_refused(&Signer::Ed25519.sign(claims), err).await;
    }

    async fn source(&self) -> Value {
        self.signals.get("/api/v1/tdx/sources/idp").await
    }
}

#[actix_web::test]
async fn a_token_is_taken_once_whatever_is_sent_again() {
    let stream = Stream::new().await;
    for signer in [Signer::Rsa, Signer::P256, Signer::Ed25519] {
        let token = signer.sign(&stream.revoked());
        stream.check_taken(&token).await;
        stream.check_taken(&token).await;
    }
    assert_eq!(stream.signals.events().await, 3);
    // The same claims under another signature, as after a rotation.
    let claims = stream.revoked();
    stream.check_taken(&Signer::Ed25519.sign(&claims)).await;
    stream.check_taken(&Signer::Rsa.sign(&claims)).await;
    assert_eq!(stream.signals.events().await, 4);
    // The same id with other claims.
    let mut other = claims.clone();
    other["events"] = json!({ REVOKED: { "reason_admin": { "en": "other" } } });
    let answer = stream.push(&Signer::Ed25519.sign(&other)).await;
    assert_eq!(
        (answer.status, &answer.json()["err"]),
        (400, &json!("invalid_request"))
    );
    assert_eq!(stream.signals.quarantined().await, ["conflict"]);
    assert_eq!(stream.signals.events().await, 4);
}

#[actix_web::test]
async fn an_unknown_type_and_a_subject_that_is_gone_are_taken() {
    let stream = Stream::new().await;
    let odd = stream.claims("https://example.com/odd", json!({}));
    stream.check_taken(&Signer::Ed25519.sign(&odd)).await;
    let mut gone = stream.revoked();
    gone["sub_id"] = json!({ "format": "opaque", "id": "removed" });
    stream.check_taken(&Signer::Ed25519.sign(&gone)).await;
    let found = stream.signals.get("/api/v1/tdx/events").await;
    let meanings: Vec<&str> = found["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["meaning"].as_str().unwrap())
        .collect();
    assert_eq!(meanings, ["raises", "unknown"]);
}

#[actix_web::test]
async fn verification_answers_what_was_asked_for_and_nothing_else() {
    let stream = Stream::new().await;
    let asked = stream
        .signals
        .admin("POST", "/api/v1/tdx/sources/idp/verification", None)
        .await
        .json();
    let state = asked["state"].clone();
    // Behind ordinary events.
    stream
        .check_taken(&Signer::Ed25519.sign(&stream.revoked()))
        .await;
    let wrong = stream.about_stream(VERIFICATION, json!({ "state": "of another" }));
    stream.check_claims(&wrong, "invalid_state").await;
    let right = stream.about_stream(VERIFICATION, json!({ "state": state }));
    let token = Signer::Ed25519.sign(&right);
    stream.check_taken(&token).await;
    assert!(stream.source().await["verified_at"].is_string());
    // The answer was lost and it comes again, when the state is not waited for any more.
    stream.check_taken(&token).await;
    let replayed = stream.about_stream(VERIFICATION, json!({ "state": state }));
    stream.check_claims(&replayed, "invalid_state").await;
    // Of the transmitter's own accord there is no state.
    let unsolicited = stream.about_stream(VERIFICATION, json!({}));
    stream
        .check_taken(&Signer::Ed25519.sign(&unsolicited))
        .await;
    assert_eq!(
        stream.signals.events().await,
        1,
        "none of these is an event"
    );
    let mut elsewhere = stream.about_stream(VERIFICATION, json!({}));
    elsewhere["sub_id"] = json!({ "format": "opaque", "id": "stream-2" });
    stream.check_claims(&elsewhere, "invalid_request").await;
}

#[actix_web::test]
async fn a_stream_that_is_paused_shows_as_stale_until_it_goes_on() {
    let stream = Stream::new().await;
    stream
        .check_taken(&Signer::Ed25519.sign(&stream.revoked()))
        .await;
    for (status, health) in [
        ("paused", "stale"),
        ("disabled", "stale"),
        ("enabled", "heard"),
    ] {
        let updated = stream.about_stream(UPDATED, json!({ "status": status }));
        stream.check_taken(&Signer::Ed25519.sign(&updated)).await;
        let source = stream.source().await;
        assert_eq!(
            (&source["health"], &source["stream_status"]),
            (&json!(health), &json!(status))
        );
    }
    let odd = stream.about_stream(UPDATED, json!({ "status": "asleep" }));
    stream.check_claims(&odd, "invalid_request").await;
}

#[actix_web::test]
async fn tokens_that_do_not_hold_are_refused_each_with_its_code() {
    let stream = Stream::new().await;
    let with = |name: &str, value: Value| {
        let mut claims = stream.revoked();
        claims[name] = value;
        claims
    };
    let without = |name: &str| {
        let mut claims = stream.revoked();
        claims.as_object_mut().unwrap().remove(name);
        claims
    };
    for (claims, err) in [
        (
            with("iss", json!("https://other.example")),
            "invalid_issuer",
        ),
        (
            with("aud", json!("https://other.example")),
            "invalid_audience",
        ),
        (with("sub", json!("alice")), "invalid_request"),
        (with("exp", json!(4_000_000_000_u64)), "invalid_request"),
        (
            with("events", json!({ REVOKED: {}, VERIFICATION: {} })),
            "invalid_request",
        ),
        (with("events", json!({})), "invalid_request"),
        (without("jti"), "invalid_request"),
        (without("iat"), "invalid_request"),
        (without("sub_id"), "invalid_request"),
        (with("iat", json!(1_000_000_000)), "invalid_request"),
    ] {
        stream.check_claims(&claims, err).await;
    }
    let mut header = Signer::Ed25519.header();
    header.typ = None;
    let untyped = Signer::Ed25519.sign_with(&header, &stream.revoked());
    stream.check_refused(&untyped, "invalid_request").await;
    // One character in the middle of the signature: the last ones are often zero, and would stay as they are.
    let mut token = Signer::Ed25519.sign(&stream.revoked());
    let at = token.len() - 40;
    let other = if token[at..].starts_with('A') {
        "B"
    } else {
        "A"
    };
    token.replace_range(at..=at, other);
    let forged = stream.push(&token).await;
    assert_eq!(forged.status, 400, "{}", forged.text);
    let ask = Ask::new("POST", PATH).text("application/json", "{}");
    let media = stream.signals.site.send(ask).await;
    assert_eq!(
        (media.status, &media.json()["err"]),
        (400, &json!("invalid_request"))
    );
}

#[actix_web::test]
async fn no_trick_with_algorithms_and_keys_is_believed() {
    let stream = Stream::new().await;
    // `none`.
    let header = encoded(&json!({ "alg": "none", "typ": "secevent+jwt", "kid": "rsa" }));
    let none = format!("{header}.{}.", encoded(&stream.revoked()));
    let answer = stream.push(&none).await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    // An HMAC with the public key.
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
    header.typ = Some("secevent+jwt".to_owned());
    header.kid = Some("rsa".to_owned());
    let secret = jsonwebtoken::EncodingKey::from_secret(RSA_PUBLIC_PEM);
    let hmac = jsonwebtoken::encode(&header, &stream.revoked(), &secret).unwrap();
    let answer = stream.push(&hmac).await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    // The key of another source.
    let other = Signer::OtherRsa.sign(&stream.revoked());
    stream.check_refused(&other, "invalid_key").await;
    // A signature over whatever header its maker likes, under the key of another kind.
    let header = json!({ "alg": "EdDSA", "typ": "secevent+jwt", "kid": "rsa" });
    let crossed = Signer::Ed25519.sign_raw(&header, &stream.revoked());
    let answer = stream.push(&crossed).await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    // RSA of 1024 bits.
    let short = json!({ "kty": "RSA", "kid": "short", "n": SHORT_RSA_N, "e": "AQAB" });
    let keys = json!({ "keys": [short, Signer::Ed25519.jwk()] });
    stream.rotate(keys.to_string().as_bytes());
    let header = json!({ "alg": "RS256", "typ": "secevent+jwt", "kid": "short" });
    let weak = Signer::Rsa.sign_text(&header, &stream.revoked().to_string());
    stream.check_refused(&weak, "invalid_key").await;
    assert_eq!(stream.signals.events().await, 0);
}

#[actix_web::test]
async fn keys_are_rotated_without_a_word_to_us() {
    let stream = Stream::new().await;
    let before = Signer::Rsa.sign(&stream.revoked());
    stream.check_taken(&before).await;
    stream.rotate(&jwks(&[Signer::OtherRsa]));
    let after = Signer::OtherRsa.sign(&stream.revoked());
    stream.check_taken(&after).await;
    // The old key is gone. What was taken before is answered as before only under a key that still is.
    stream
        .check_refused(&Signer::Rsa.sign(&stream.revoked()), "invalid_key")
        .await;
}

#[actix_web::test]
async fn a_transmitter_whose_keys_cannot_be_had_is_told_to_try_again() {
    let stream = Stream::new().await;
    let down = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = down.local_addr().unwrap();
    drop(down);
    let slow = Upstream::start(|_, _| {
        std::thread::sleep(std::time::Duration::from_secs(20));
        Ok(())
    });
    let large = Upstream::answering(format!(
        "HTTP/1.1 200 OK\r\ncontent-length: 52428800\r\n\r\n{}",
        " ".repeat(1 << 20)
    ));
    for location in [format!("http://{address}/"), slow.origin(), large.origin()] {
        stream.register(&location).await;
        let answer = stream.push(&Signer::Rsa.sign(&stream.revoked())).await;
        answer.check(503, "keys_unavailable");
        assert!(!answer.text.contains("127.0.0.1"), "{}", answer.text);
        assert!(stream.source().await["jwks_trouble"].is_string());
    }
    assert_eq!(stream.signals.events().await, 0);
    // Nothing of the tokens is to blame.
    assert!(stream.signals.quarantined().await.is_empty());
}

#[actix_web::test]
async fn keys_on_a_private_address_are_refused_when_they_are_set() {
    let stream = Stream::new().await;
    let body = json!({
        "trust": 0.9, "authoritative": true, "signature": "ssf", "jwks": "http://169.254.169.254/keys", "issuer": ISSUER,
        "audience": [AUDIENCE],
    });
    let refused = stream
        .signals
        .admin("PUT", "/api/v1/tdx/sources/idp", Some(body))
        .await;
    refused.check(400, "invalid_request");
    assert_eq!(refused.json()["errors"][0]["pointer"], "/jwks");
}

#[actix_web::test]
async fn a_stranger_cannot_tell_which_sources_push() {
    let stream = Stream::new().await;
    let mut hook = super::registered("standard_webhooks");
    hook["secret"] = json!("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    stream.signals.source("hook", hook).await;
    let forged = Signer::OtherRsa.sign(&stream.revoked());
    for token in ["a.b.c", &forged] {
        let mut told = Vec::new();
        for name in ["idp", "hook", "nobody", "not%20a%20name"] {
            let path = format!("/api/v1/tdx/ssf/{name}");
            let ask = Ask::new("POST", &path).text("application/secevent+jwt", token);
            let answer = stream.signals.site.send(ask).await;
            told.push((answer.status, answer.text));
        }
        assert_eq!(told[0].0, 400);
        assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
    }
}
