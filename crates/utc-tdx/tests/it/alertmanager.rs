//! Prometheus Alertmanager.

use serde_json::{Value, json};
use utc_tdx::receive::alertmanager;
use utc_tdx::{Entity, Event, Meaning, QuarantineReason, Refusal, Severity};

use crate::support::{Post, check_refused, name, speaker, with};

fn notification() -> Value {
    json!({
        "version": "4",
        "groupKey": "{}:{}",
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "utc",
        "alerts": [{
            "status": "firing",
            "labels": { "alertname": "ErrorsHigh", "severity": "critical", "service": "Payments-API", "team": "pay" },
            "annotations": { "summary": "5 % errors" },
            "startsAt": "2026-01-31T11:00:00.123456789Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus.example/graph",
            "fingerprint": "c0ffee",
        }],
    })
}

fn receive(body: &Value) -> Result<Vec<Event>, Refusal> {
    let (source, speaker) = (name("prom"), speaker(&["prom"]));
    Post::json(body).to(|delivery| alertmanager::receive(delivery, &source, &speaker))
}

fn alert(pointer: &str, member: Value) -> Event {
    let body = with(notification(), &format!("/alerts/0/{pointer}"), member);
    crate::support::one(receive(&body))
}

fn firing() -> Event {
    crate::support::one(receive(&notification()))
}

fn resolved() -> Event {
    let ended = with(
        notification(),
        "/alerts/0/endsAt",
        json!("2026-01-31T11:30:00Z"),
    );
    let body = with(ended, "/alerts/0/status", json!("resolved"));
    crate::support::one(receive(&body))
}

#[test]
fn a_firing_alert_becomes_an_event_about_what_its_labels_name() {
    let event = firing();
    assert_eq!(event.severity, Severity::Critical);
    assert_eq!(event.topic.as_str(), "runtime");
    assert_eq!(event.meaning, Meaning::Raises);
    assert_eq!(event.event_time.to_string(), "2026-01-31T11:00:00.123456Z");
    let entities: Vec<_> = event.entities.iter().map(Entity::as_str).collect();
    assert!(entities.contains(&"payments-api"), "{entities:?}");
    assert!(entities.contains(&"team=pay"), "{entities:?}");
    assert_eq!(event.summary.unwrap().as_str(), "5 % errors");
}

#[test]
fn labels_say_topic_and_severity() {
    for (word, severity) in [
        ("none", Severity::Info),
        ("WARNING", Severity::Medium),
        ("page", Severity::High),
        ("something else", Severity::Medium),
    ] {
        assert_eq!(alert("labels/severity", json!(word)).severity, severity);
    }
    assert_eq!(
        alert("labels/severity", Value::Null).severity,
        Severity::Medium
    );
    let topic = alert("labels/topic", json!("compliance")).topic;
    assert_eq!(topic.as_str(), "compliance");
    let unannotated = alert("annotations", Value::Null).summary;
    assert_eq!(unannotated.unwrap().as_str(), "ErrorsHigh");
}

#[test]
fn a_resolved_alert_closes_the_firing_one_of_the_same_start() {
    let (firing, resolved) = (firing(), resolved());
    assert_eq!(resolved.meaning, Meaning::Closes(firing.thread));
    assert_eq!(
        resolved.event_time.to_string(),
        "2026-01-31T11:30:00.000000Z"
    );
    let later = alert("startsAt", json!("2026-01-31T11:45:00Z"));
    assert_ne!(later.thread, firing.thread);
}

#[test]
fn an_alert_ends_no_earlier_than_it_started() {
    let ended = with(
        notification(),
        "/alerts/0/endsAt",
        json!("2026-01-31T10:00:00Z"),
    );
    let body = with(ended, "/alerts/0/status", json!("resolved"));
    let event = crate::support::one(receive(&body));
    assert_eq!(event.event_time, firing().event_time);
}

#[test]
fn many_alerts_are_taken_as_a_whole_or_not_at_all() {
    let first = notification()["alerts"][0].clone();
    let second = with(first.clone(), "/fingerprint", json!("decaf"));
    let body = with(notification(), "/alerts", json!([first, second]));
    assert_eq!(receive(&body).unwrap().len(), 2);
    let broken = with(first.clone(), "/status", json!("silent"));
    let body = with(notification(), "/alerts", json!([first, broken]));
    check_refused(receive(&body), QuarantineReason::Form, "/alerts/1/status");
}

#[test]
fn other_versions_and_forms_are_refused() {
    for (pointer, member) in [
        ("/version", json!("3")),
        ("/alerts", Value::Null),
        ("/alerts/0/labels", Value::Null),
        ("/alerts/0/startsAt", json!("0001-01-01T00:00:00Z")),
        ("/alerts/0/fingerprint", json!("")),
        ("/alerts/0/fingerprint", json!("f".repeat(101))),
    ] {
        let body = with(notification(), pointer, member);
        check_refused(receive(&body), QuarantineReason::Form, pointer);
    }
}

#[test]
fn the_token_must_be_allowed_to_speak_for_the_source_in_the_path() {
    let refused = Post::json(&notification())
        .to(|delivery| alertmanager::receive(delivery, &name("prom"), &speaker(&["other"])));
    check_refused(refused, QuarantineReason::NotGranted, "`prom`");
}
