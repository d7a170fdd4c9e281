//! Falco.

use serde_json::{Value, json};
use utc_tdx::receive::falco;
use utc_tdx::{Entity, Event, QuarantineReason, Refusal, Severity};

use crate::support::{Post, check_refused, name, one, speaker, with};

fn alert() -> Value {
    json!({
        "uuid": "9a0f-1",
        "output": "11:00:00.1: Warning A shell was spawned\n",
        "priority": "Warning",
        "rule": "Terminal shell in container",
        "time": "2026-01-31T11:00:00.123456789Z",
        "hostname": "Node-1",
        "output_fields": { "k8s.ns.name": "payments", "container.name": "pay", "proc.pid": 7, "container.id": null },
        "source": "syscall",
        "tags": ["container"],
    })
}

fn receive(body: &Value) -> Result<Vec<Event>, Refusal> {
    let (source, speaker) = (name("falco"), speaker(&["falco"]));
    Post::json(body).to(|delivery| falco::receive(delivery, &source, &speaker))
}

#[test]
fn an_alert_becomes_an_event_about_where_it_happened() {
    let event = one(receive(&alert()));
    assert_eq!(event.source, name("falco"));
    assert_eq!(event.severity, Severity::Medium);
    let entities: Vec<_> = event.entities.iter().map(Entity::as_str).collect();
    let expected = [
        "container.name=pay",
        "k8s.ns.name=payments",
        "node-1",
        "pay",
        "payments",
    ];
    assert_eq!(entities, expected);
    let summary = event.summary.unwrap();
    assert_eq!(summary.as_str(), "11:00:00.1: Warning A shell was spawned");
}

#[test]
fn each_priority_has_its_severity() {
    for (priority, severity) in [
        ("Emergency", Severity::Critical),
        ("alert", Severity::Critical),
        ("CRITICAL", Severity::Critical),
        ("Error", Severity::High),
        ("Warning", Severity::Medium),
        ("Notice", Severity::Low),
        ("Informational", Severity::Info),
        ("Debug", Severity::Info),
    ] {
        let body = with(alert(), "/priority", json!(priority));
        assert_eq!(one(receive(&body)).severity, severity, "{priority}");
    }
}

#[test]
fn without_a_uuid_the_content_is_the_id() {
    let bare = with(alert(), "/uuid", Value::Null);
    let first = one(receive(&bare));
    assert_eq!(first.keys, one(receive(&bare)).keys);
    let later = with(bare, "/time", json!("2026-01-31T11:00:01Z"));
    assert_ne!(first.keys, one(receive(&later)).keys);
}

#[test]
fn other_forms_are_refused() {
    for (pointer, member) in [
        ("/priority", json!("urgent")),
        ("/time", Value::Null),
        ("/uuid", json!("x".repeat(101))),
        ("/output_fields", json!([])),
    ] {
        let body = with(alert(), pointer, member);
        check_refused(receive(&body), QuarantineReason::Form, pointer);
    }
    let nameless = with(with(alert(), "/output", Value::Null), "/rule", Value::Null);
    check_refused(receive(&nameless), QuarantineReason::Form, "/rule");
}

#[test]
fn the_token_must_be_allowed_to_speak_for_the_source_in_the_path() {
    let refused = Post::json(&alert())
        .to(|delivery| falco::receive(delivery, &name("falco"), &speaker(&["other"])));
    check_refused(refused, QuarantineReason::NotGranted, "`falco`");
}
