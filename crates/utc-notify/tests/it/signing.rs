//! Signatures, by computations that are not ours.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;
use utc_domain::NoticeFormat;
use utc_notify::signature;

use crate::receiver::{Received, Receiver};
use crate::stage::{Stage, courier};

/// The example of the specification's reference libraries.
#[test]
fn the_known_example_is_signed_as_known() {
    let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let made = signature(
        &secret,
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1_614_265_330,
        "{\"test\": 2432232314}",
    );
    assert_eq!(
        made.unwrap(),
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    );
}

/// As a receiver would do it, from what came alone.
#[track_caller]
fn check_signed(received: &Received, secret: &str) {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap());
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.unwrap()).unwrap();
    let id = received.header("webhook-id");
    let time = received.header("webhook-timestamp");
    mac.update(format!("{id}.{time}.{}", received.body).as_bytes());
    // Any of several signatures may be the right one.
    let signatures = received.header("webhook-signature").split(' ');
    let tags = signatures.map(|one| STANDARD.decode(one.strip_prefix("v1,").unwrap()).unwrap());
    let right = |tag: &Vec<u8>| mac.clone().verify_slice(tag).is_ok();
    assert_eq!(tags.filter(right).count(), 1);
}

#[test]
fn what_arrives_is_signed_with_the_secret_that_was_shown() {
    let stage = Stage::sqlite();
    let receiver = Receiver::answering(204);
    let (id, secret) = stage.webhook(&receiver.url(), NoticeFormat::Standard);
    let _sender = stage.send(courier());
    stage.tell();
    let arrived = receiver.wait_for(1).remove(0);
    assert_eq!(arrived.line, "POST /hook?token=secret-path HTTP/1.1");
    assert_eq!(arrived.header("content-type"), "application/json");
    check_signed(&arrived, &secret.unwrap());
    let delivery = stage.deliveries(id).pop().unwrap();
    assert_eq!(arrived.header("webhook-id"), delivery.id.to_string());
    let body: Value = serde_json::from_str(&arrived.body).unwrap();
    assert_eq!(body["type"], "rule.changed");
    assert_eq!(body["data"]["subject"], "user:<alice>");
}

#[test]
fn slack_gets_text_in_which_no_name_is_markup_and_nothing_is_signed() {
    let stage = Stage::sqlite();
    let receiver = Receiver::answering(200);
    stage.webhook(&receiver.url(), NoticeFormat::Slack);
    let _sender = stage.send(courier());
    stage.tell();
    let arrived = receiver.wait_for(1).remove(0);
    let body: Value = serde_json::from_str(&arrived.body).unwrap();
    assert_eq!(body.as_object().unwrap().len(), 1);
    let text = body["text"].as_str().unwrap();
    let start =
        "user:&lt;alice&gt; turned rule read_only_for_risky on. <https://trust.example/receipts/";
    assert!(text.starts_with(start), "{text}");
    assert!(
        !arrived
            .headers
            .keys()
            .any(|name| name.starts_with("webhook-"))
    );
}

#[test]
fn after_a_change_of_the_secret_both_verify_what_arrives() {
    let stage = Stage::sqlite();
    let receiver = Receiver::answering(204);
    let (id, first) = stage.webhook(&receiver.url(), NoticeFormat::Standard);
    let change = utc_app::WebhookChange {
        new_secret: true,
        ..utc_app::WebhookChange::default()
    };
    let actor: utc_domain::Subject = "user:ann".parse().unwrap();
    let changed = stage.console.change_webhook(actor, id, change);
    let second = changed.wait().unwrap().secret.unwrap();
    let _sender = stage.send(courier());
    stage.tell();
    let arrived = receiver.wait_for(1).remove(0);
    check_signed(&arrived, &first.unwrap());
    check_signed(&arrived, &second);
}
