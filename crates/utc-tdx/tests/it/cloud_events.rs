//! `CloudEvents` in three modes.

use serde_json::{Value, json};
use utc_tdx::receive::cloud_events::{self, Authority};
use utc_tdx::{Event, QuarantineReason, Refusal};

use crate::support::{Post, check_refused, name, now, one, signed, speaker, with};
use crate::webhooks::{SECRET, sign};

const STRUCTURED: &str = "application/cloudevents+json";
const BATCH: &str = "application/cloudevents-batch+json";

fn event() -> Value {
    json!({
        "specversion": "1.0",
        "id": "A234-1234-1234",
        "source": "https://scanner.example/cluster",
        "type": "com.example.compliance.drift",
        "time": "2026-01-31T11:00:00Z",
        "datacontenttype": "application/json",
        "subject": "payments-api",
        "data": { "severity": "medium", "confidence": 0.5 },
    })
}

fn structured(event: &Value) -> Post {
    Post::new(STRUCTURED, event.to_string().as_bytes())
}

fn receive(post: &Post) -> Result<Vec<Event>, Refusal> {
    let speaker = speaker(&["https://scanner.example/**"]);
    post.to(|delivery| cloud_events::receive(delivery, Authority::Token(&speaker)))
}

fn binary() -> Post {
    Post::new(
        "application/json",
        br#"{"severity":"medium","confidence":0.5}"#,
    )
    .header("ce-specversion", "1.0")
    .header("CE-ID", "A234-1234-1234")
    .header("ce-source", "https://scanner.example/cluster")
    .header("ce-type", "com.example.compliance.drift")
    .header("ce-time", "2026-01-31T11:00:00Z")
    .header("ce-subject", "payments-api")
}

#[track_caller]
fn check_wrong(pointer: &str, member: Value, words: &str) {
    let wrong = structured(&with(event(), pointer, member));
    check_refused(receive(&wrong), QuarantineReason::Form, words);
}

#[test]
fn structured_and_binary_mode_are_one_event() {
    let first = one(receive(&structured(&event())));
    assert_eq!(first.topic.as_str(), "com.example.compliance.drift");
    assert_eq!(first.entities[0].as_str(), "payments-api");
    let second = one(receive(&binary()));
    assert_eq!(first.hash, second.hash);
    assert_eq!(first.keys[0].as_str(), second.keys[0].as_str());
}

#[test]
fn data_may_name_topic_and_entities_themselves() {
    let data = json!({ "severity": "low", "confidence": 1, "topic": "compliance", "entities": ["a", "b"] });
    let event = one(receive(&structured(&with(event(), "/data", data))));
    assert_eq!(event.topic.as_str(), "compliance");
    assert_eq!(event.entities.len(), 2);
}

#[test]
fn data_may_be_base64() {
    let data = json!("eyJzZXZlcml0eSI6Im1lZGl1bSIsImNvbmZpZGVuY2UiOjAuNX0=");
    let encoded = with(
        with(event(), "/data", Value::Null),
        "/data_base64",
        data.clone(),
    );
    let plain = one(receive(&structured(&event())));
    assert_eq!(one(receive(&structured(&encoded))).severity, plain.severity);
    check_wrong("/data_base64", data, "beside");
    let odd = with(
        with(event(), "/data", Value::Null),
        "/data_base64",
        json!("?"),
    );
    check_refused(receive(&structured(&odd)), QuarantineReason::Form, "base64");
}

#[test]
fn a_batch_is_taken_as_a_whole_or_not_at_all() {
    let other = with(event(), "/id", json!("B"));
    let batch = |events: &Value| Post::new(BATCH, events.to_string().as_bytes());
    assert_eq!(receive(&batch(&json!([event(), other]))).unwrap().len(), 2);
    assert!(receive(&batch(&json!([]))).unwrap().is_empty());
    let foreign = with(event(), "/source", json!("https://other.example/"));
    let mixed = receive(&batch(&json!([event(), foreign])));
    check_refused(mixed, QuarantineReason::NotGranted, "other.example");
    check_refused(receive(&batch(&event())), QuarantineReason::Form, "array");
}

#[test]
fn required_attributes_are_required() {
    for attribute in ["specversion", "id", "source", "type", "time", "data"] {
        check_wrong(&format!("/{attribute}"), Value::Null, attribute);
    }
    check_wrong("/specversion", json!("0.3"), "1.0");
    check_wrong("/id", json!(""), "1 to 500");
    check_wrong("/datacontenttype", json!("text/xml"), "JSON");
    check_wrong("/data", json!("text"), "object");
}

#[test]
fn attributes_in_headers_are_percent_decoded_and_unique() {
    let spaced = binary()
        .without("ce-subject")
        .header("ce-subject", "pay%C3%A4ments%20api");
    assert_eq!(one(receive(&spaced)).entities[0].as_str(), "payäments api");
    for odd in ["%", "%2", "%zz", "%ff"] {
        let post = binary().without("ce-subject").header("ce-subject", odd);
        check_refused(receive(&post), QuarantineReason::Form, "ce-");
    }
    let twice = binary().header("ce-id", "B");
    check_refused(receive(&twice), QuarantineReason::Form, "twice");
    let data = binary().header("ce-data", "{}");
    assert!(receive(&data).is_ok(), "no attribute replaces the body");
}

#[test]
fn a_signature_proves_its_own_source_and_no_other() {
    let source = signed("https://scanner.example/cluster", &[SECRET]);
    let other = signed("https://other.example/", &[SECRET]);
    let body = event().to_string();
    let signature = sign(SECRET, "m1", now().as_seconds(), &body);
    let post = structured(&event())
        .header("webhook-id", "m1")
        .header("webhook-timestamp", &now().as_seconds().to_string())
        .header("webhook-signature", &signature);
    let by =
        |source| post.to(|delivery| cloud_events::receive(delivery, Authority::Signed(source)));
    assert_eq!(by(&source).unwrap().len(), 1);
    check_refused(by(&other), QuarantineReason::NotGranted, "scanner.example");
    let claimed = post.to(cloud_events::claimed_source).unwrap();
    assert_eq!(claimed, name("https://scanner.example/cluster"));
}

#[test]
fn headers_that_no_signature_covers_are_not_believed() {
    let source = signed("https://scanner.example/cluster", &[SECRET]);
    let body = r#"{"severity":"medium","confidence":0.5}"#;
    let signature = sign(SECRET, "m1", now().as_seconds(), body);
    let post = binary()
        .header("webhook-id", "m1")
        .header("webhook-timestamp", &now().as_seconds().to_string())
        .header("webhook-signature", &signature);
    let refused = post.to(|delivery| cloud_events::receive(delivery, Authority::Signed(&source)));
    check_refused(refused, QuarantineReason::Unsupported, "structured");
}

#[test]
fn another_media_type_is_refused() {
    let xml = Post::new("application/cloudevents+xml", b"<x/>");
    check_refused(receive(&xml), QuarantineReason::MediaType, "cloudevents");
}
