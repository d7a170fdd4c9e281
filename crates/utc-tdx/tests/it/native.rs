//! The console's own form.

use serde_json::{Value, json};
use utc_tdx::receive::native;
use utc_tdx::{
    Adapter, Delivery, Event, MAX_BODY_BYTES, Meaning, Proof, QuarantineReason, Refusal, Severity,
};

use crate::support::{Post, check_refused, native as event, now, one, speaker, with};

fn receive(body: &Value) -> Result<Vec<Event>, Refusal> {
    post(&Post::json(body))
}

fn post(post: &Post) -> Result<Vec<Event>, Refusal> {
    post.to(|delivery| native::receive(delivery, &speaker(&["scanner", "lab:*"])))
}

#[track_caller]
fn check_wrong(pointer: &str, member: Value, words: &str) {
    let body = with(event(), pointer, member);
    check_refused(receive(&body), QuarantineReason::Form, pointer);
    check_refused(receive(&body), QuarantineReason::Form, words);
}

#[test]
fn an_event_is_taken_as_it_says() {
    let event = one(receive(&event()));
    assert_eq!(event.source.as_str(), "scanner");
    assert_eq!(event.event_time.to_string(), "2026-01-31T11:00:00.000000Z");
    assert_eq!(event.when_seen, now());
    assert_eq!(event.topic.as_str(), "vulnerability");
    assert_eq!(event.severity, Severity::High);
    assert_eq!(event.confidence.get(), 0.9);
    assert_eq!(event.entities[0].as_str(), "payments-api");
    assert_eq!(event.entities[1].label(), Some(("team", "payments")));
    assert_eq!(event.link.unwrap().as_str(), "https://scanner.example/1");
    assert_eq!(event.summary.unwrap().as_str(), "an old library");
    assert_eq!(event.meaning, Meaning::Raises);
    assert_eq!(
        (event.adapter, event.proof),
        (Adapter::Native, Proof::Token)
    );
}

#[test]
fn an_array_is_taken_as_a_whole_or_not_at_all() {
    let other = with(event(), "/source", json!("lab:7"));
    assert_eq!(receive(&json!([event(), other])).unwrap().len(), 2);
    assert!(receive(&json!([])).unwrap().is_empty());

    let broken = with(event(), "/severity", json!("awful"));
    let both = receive(&json!([event(), broken]));
    check_refused(both, QuarantineReason::Form, "/1/severity");
    let many = receive(&Value::Array(vec![event(); 1_001]));
    check_refused(many, QuarantineReason::Form, "1001 events");
}

#[test]
fn a_token_speaks_only_for_the_sources_it_was_given() {
    let foreign = with(event(), "/source", json!("other"));
    check_refused(receive(&foreign), QuarantineReason::NotGranted, "`other`");
    let deeper = with(event(), "/source", json!("lab:7:x"));
    check_refused(receive(&deeper), QuarantineReason::NotGranted, "`lab:7:x`");
    let nobody = Post::json(&event()).to(|delivery| native::receive(delivery, &speaker(&[])));
    check_refused(nobody, QuarantineReason::NotGranted, "`scanner`");
}

#[test]
fn every_member_is_checked_where_it_stands() {
    for required in [
        "source",
        "event_time",
        "topic",
        "severity",
        "confidence",
        "entities",
    ] {
        check_wrong(&format!("/{required}"), Value::Null, "is missing");
    }
    check_wrong("/source", json!("a b"), "U+0020");
    check_wrong("/event_time", json!("yesterday"), "ISO 8601");
    check_wrong("/event_time", json!(17), "must be text");
    check_wrong("/topic", json!("t".repeat(101)), "at most 100");
    check_wrong("/severity", json!("CRITICAL"), "must be one of");
    check_wrong("/confidence", json!(1.01), "from 0 to 1");
    check_wrong("/confidence", json!(-0.01), "from 0 to 1");
    check_wrong("/confidence", json!("1"), "must be a number");
    check_wrong("/entities", json!("payments-api"), "must be an array");
    check_wrong("/entities", json!(vec!["x"; 51]), "at most 50");
    check_wrong("/link", json!("javascript:alert(1)"), "web address");
    check_wrong("/closes", json!("sha256:12"), "64 lower-case");
}

#[test]
fn an_entity_is_checked_where_it_stands() {
    let body = with(event(), "/entities", json!(["payments-api", "a\u{202e}b"]));
    check_refused(receive(&body), QuarantineReason::Form, "/entities/1");
    let body = with(event(), "/entities", json!([7]));
    check_refused(receive(&body), QuarantineReason::Form, "/entities/0");
}

#[test]
fn unknown_members_are_ignored() {
    let more = with(event(), "/colour", json!("red"));
    assert_eq!(one(receive(&more)).hash, one(receive(&event())).hash);
}

#[test]
fn the_hash_follows_the_content_and_not_its_writing() {
    let first = one(receive(&event()));
    let spaced = event().to_string().replace(',', " ,\n");
    let again = one(post(&Post::new(
        "application/json; charset=utf-8",
        spaced.as_bytes(),
    )));
    assert_eq!(first.hash, again.hash);
    assert_ne!(first.body_hash, again.body_hash);
    for (pointer, member) in [
        ("/source", json!("lab:1")),
        ("/event_time", json!("2026-01-31T11:00:01Z")),
        ("/topic", json!("identity")),
        ("/severity", json!("low")),
        ("/confidence", json!(0.8)),
        ("/entities", json!([])),
        ("/link", Value::Null),
        ("/summary", json!("another")),
        ("/closes", json!(first.hash.to_string())),
    ] {
        let other = one(receive(&with(event(), pointer, member)));
        assert_ne!(first.hash, other.hash, "{pointer}");
    }
}

#[test]
fn a_closing_event_names_the_hash_of_what_is_over() {
    let first = one(receive(&event()));
    let closing = with(event(), "/closes", json!(first.hash.to_string()));
    let closing = one(receive(&closing));
    assert_eq!(closing.meaning, Meaning::Closes(first.thread));
    assert_eq!(first.thread, first.hash);
}

#[test]
fn a_summary_is_cleaned_and_cut_instead_of_refused() {
    let dirty = with(event(), "/summary", json!("\u{1b}[31mred\u{202e}\nline"));
    let summary = one(receive(&dirty)).summary.unwrap();
    assert_eq!(summary.as_str(), "[31mred  line");
    let long = with(event(), "/summary", json!("x".repeat(9_000)));
    assert_eq!(one(receive(&long)).summary.unwrap().as_str().len(), 500);
    let empty = with(event(), "/summary", json!(" \n"));
    assert_eq!(one(receive(&empty)).summary, None);
}

#[test]
fn another_media_type_is_refused() {
    for other in [
        "text/plain",
        "application/jsonp",
        "application/x-www-form-urlencoded",
    ] {
        let wrong = post(&Post::new(other, event().to_string().as_bytes()));
        check_refused(wrong, QuarantineReason::MediaType, "application/json");
    }
    let none = post(&Post::json(&event()).without("content-type"));
    check_refused(none, QuarantineReason::MediaType, "application/json");
    let two = Post::json(&event()).header("content-type", "application/json");
    check_refused(post(&two), QuarantineReason::Form, "twice");
}

#[test]
fn a_body_of_more_than_a_mebibyte_is_refused_before_it_is_read() {
    let fits = vec![b' '; MAX_BODY_BYTES];
    assert!(Delivery::new(&[], &fits, now()).is_ok());
    let too_large = vec![b' '; MAX_BODY_BYTES + 1];
    let refused = Delivery::new(&[], &too_large, now()).map(|_| ());
    check_refused(refused, QuarantineReason::TooLarge, "1048577 bytes");
}
