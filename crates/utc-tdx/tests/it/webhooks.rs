//! Standard Webhooks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use utc_domain::Timestamp;
use utc_tdx::receive::{SignedSource, standard_webhooks};
use utc_tdx::{Event, HmacSecret, Proof, QuarantineReason, Refusal, SecretError};

use crate::support::{Post, check_refused, native, now, one, signed, with};

/// The secret of the specification's example.
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER: &str = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn receive(post: &Post, source: &SignedSource) -> Result<Vec<Event>, Refusal> {
    post.to(|delivery| standard_webhooks::receive(delivery, source))
}

/// The value of `webhook-signature`.
pub(crate) fn sign(secret: &str, id: &str, seconds: i64, body: &str) -> String {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap());
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.unwrap()).unwrap();
    mac.update(format!("{id}.{seconds}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// A message signed at `signed_at` that comes in now.
fn message(id: &str, signed_at: Timestamp, body: &Value) -> Post {
    let body = body.to_string();
    let seconds = signed_at.as_seconds();
    Post::new("application/json", body.as_bytes())
        .header("webhook-id", id)
        .header("webhook-timestamp", &seconds.to_string())
        .header("webhook-signature", &sign(SECRET, id, seconds, &body))
}

fn source() -> SignedSource {
    signed("scanner", &[SECRET])
}

fn taken(post: &Post) -> Event {
    one(receive(post, &source()))
}

#[track_caller]
fn check_signature(post: &Post, words: &str) {
    check_refused(receive(post, &source()), QuarantineReason::Signature, words);
}

#[test]
fn the_example_of_the_specification_verifies() {
    let at = Timestamp::EPOCH.plus_seconds(1_614_265_330);
    let post = Post::new("application/json", br#"{"test": 2432232314}"#)
        .header("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
        .header("webhook-timestamp", "1614265330")
        .header(
            "webhook-signature",
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        )
        .at(at);
    // It holds no event; what is refused is its form, after the signature was found to hold.
    let unprefixed = signed("scanner", &[SECRET.strip_prefix("whsec_").unwrap()]);
    for source in [source(), unprefixed] {
        check_refused(
            receive(&post, &source),
            QuarantineReason::Form,
            "/event_time",
        );
    }
    let stranger = signed("scanner", &[OTHER]);
    check_refused(
        receive(&post, &stranger),
        QuarantineReason::Signature,
        "verify",
    );
}

#[test]
fn a_signed_event_is_taken_as_its_source_says() {
    let event = taken(&message("msg_1", now(), &native()));
    assert_eq!(
        (event.source.as_str(), event.proof),
        ("scanner", Proof::Hmac)
    );
}

#[test]
fn the_envelope_of_the_specification_gives_topic_and_time() {
    let body = json!({
        "type": "identity",
        "timestamp": "2026-01-31T11:59:00Z",
        "data": { "severity": "low", "confidence": 1, "entities": ["a"] },
    });
    let event = taken(&message("msg_1", now(), &body));
    assert_eq!(event.topic.as_str(), "identity");
    assert_eq!(event.event_time, now().plus_minutes(-1));
}

#[test]
fn the_body_cannot_name_another_source() {
    let foreign = message("msg_1", now(), &with(native(), "/source", json!("other")));
    check_refused(
        receive(&foreign, &source()),
        QuarantineReason::Form,
        "that signed",
    );
}

#[test]
fn any_secret_and_any_signature_may_hold_while_they_change() {
    let both = signed("scanner", &[OTHER, SECRET]);
    let old = message("msg_1", now(), &native());
    assert!(receive(&old, &both).is_ok());
    let body = native().to_string();
    let seconds = now().as_seconds();
    let good = sign(SECRET, "msg_1", seconds, &body);
    let two = format!("v1a,xyz v1,AAAA {good}");
    let post = old
        .without("webhook-signature")
        .header("webhook-signature", &two);
    assert!(receive(&post, &source()).is_ok());
}

#[test]
fn a_changed_byte_anywhere_fails_the_signature() {
    let good = message("msg_1", now(), &native());
    let later = now().plus_seconds(1).as_seconds().to_string();
    let wrong = [
        good.clone()
            .without("webhook-id")
            .header("webhook-id", "msg_2"),
        good.clone()
            .without("webhook-timestamp")
            .header("webhook-timestamp", &later),
    ];
    for post in wrong {
        check_signature(&post, "does not verify");
    }
    let signature = sign(SECRET, "msg_1", now().as_seconds(), "{}");
    let other = good
        .without("webhook-signature")
        .header("webhook-signature", &signature);
    check_signature(&other, "does not verify");
}

#[test]
fn without_a_signature_or_a_secret_nothing_is_read() {
    let good = message("msg_1", now(), &native());
    let bare = good.clone().without("webhook-signature");
    for (value, words) in [
        ("v1a,MEUCIQ", "missing"),
        ("", "missing"),
        ("v1,", "does not verify"),
        ("v1,not base64", "missing"),
    ] {
        check_signature(&bare.clone().header("webhook-signature", value), words);
    }
    check_refused(
        receive(&bare, &source()),
        QuarantineReason::Form,
        "is missing",
    );
    let none = signed("scanner", &[]);
    check_refused(
        receive(&good, &none),
        QuarantineReason::Signature,
        "does not verify",
    );
}

#[test]
fn a_signed_time_holds_for_five_minutes_each_way() {
    for seconds in [-300, 0, 300] {
        let at = now().plus_seconds(seconds);
        assert!(receive(&message("msg_1", at, &native()), &source()).is_ok());
    }
    for seconds in [-301, 301] {
        let at = now().plus_seconds(seconds);
        let stale = receive(&message("msg_1", at, &native()), &source());
        check_refused(stale, QuarantineReason::Stale, "301 s away");
    }
}

#[test]
fn a_time_has_one_writing_and_an_id_no_dot() {
    let body = native().to_string();
    let seconds = format!("+{}", now().as_seconds());
    let mut mac = Hmac::<Sha256>::new_from_slice(&STANDARD.decode(&SECRET[6..]).unwrap()).unwrap();
    mac.update(format!("msg_1.{seconds}.{body}").as_bytes());
    let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    let post = Post::new("application/json", body.as_bytes())
        .header("webhook-id", "msg_1")
        .header("webhook-timestamp", &seconds)
        .header("webhook-signature", &signature);
    check_refused(
        receive(&post, &source()),
        QuarantineReason::Form,
        "whole seconds",
    );
    for id in ["a.1", "a b", &"x".repeat(256)] {
        let odd = receive(&message(id, now(), &native()), &source());
        check_refused(odd, QuarantineReason::Form, "webhook-id");
    }
}

#[test]
fn secrets_are_long_enough_and_never_shown() {
    let short = HmacSecret::from_webhook_text("whsec_MfKQ9r8GKYqrTwjU").map(|_| ());
    assert_eq!(short, Err(SecretError::TooShort { actual: 12 }));
    let odd = HmacSecret::from_webhook_text("whsec_!").map(|_| ());
    assert_eq!(odd, Err(SecretError::Encoding));
    let secret = HmacSecret::from_webhook_text(SECRET).unwrap();
    assert_eq!(format!("{secret:?}"), "HmacSecret(..)");
}
