//! What comes again, and what only pretends to.

use std::collections::HashMap;

use serde_json::{Value, json};
use utc_tdx::receive::cloud_events::{self, Authority};
use utc_tdx::receive::{alertmanager, falco, native};
use utc_tdx::{ContentHash, Event, Novelty, novelty};

use crate::support::{Post, name, one, speaker, with};

/// A store in miniature: every key of every event that was new.
#[derive(Default)]
struct Known(HashMap<String, ContentHash>);

impl Known {
    fn take(&mut self, event: &Event) -> Novelty {
        let found = novelty(&event.keys, |text| self.0.get(text).copied());
        if found == Novelty::New {
            let keys = event.keys.iter();
            let entries = keys.map(|key| (key.as_str().to_owned(), key.content()));
            self.0.extend(entries);
        }
        found
    }
}

/// The first is new; the others are what is said of them, in order.
#[track_caller]
fn check(first: &Event, others: &[(Event, Novelty)]) {
    let mut known = Known::default();
    assert_eq!(known.take(first), Novelty::New);
    for (other, expected) in others {
        assert_eq!(known.take(other), *expected, "{:?}", other.keys);
    }
}

fn cloud_event(body: &Value) -> Event {
    let all = speaker(&["**"]);
    let post = Post::new("application/cloudevents+json", body.to_string().as_bytes());
    one(post.to(|delivery| cloud_events::receive(delivery, Authority::Token(&all))))
}

fn cloud(source: &str, id: &str, severity: &str) -> Event {
    cloud_event(&json!({
        "specversion": "1.0", "id": id, "source": source, "type": "t", "time": "2026-01-31T11:00:00Z",
        "data": { "severity": severity, "confidence": 1 },
    }))
}

fn native_event(body: &Value) -> Event {
    one(Post::json(body).to(|delivery| native::receive(delivery, &speaker(&["**"]))))
}

fn alert(status: &str, fingerprint: &str, summary: &str, team: &str) -> Event {
    let body = json!({ "version": "4", "alerts": [{
        "status": status, "fingerprint": fingerprint, "labels": { "team": team },
        "annotations": { "summary": summary },
        "startsAt": "2026-01-31T11:00:00Z", "endsAt": "2026-01-31T11:30:00Z",
    }] });
    let source = name("prom");
    one(Post::json(&body)
        .to(|delivery| alertmanager::receive(delivery, &source, &speaker(&["prom"]))))
}

fn falco_alert(uuid: &str, rule: &str) -> Event {
    let body =
        json!({ "uuid": uuid, "rule": rule, "priority": "Error", "time": "2026-01-31T11:00:00Z" });
    let source = name("falco");
    one(Post::json(&body).to(|delivery| falco::receive(delivery, &source, &speaker(&["falco"]))))
}

#[test]
fn the_same_content_is_the_same_event() {
    let event = crate::support::native();
    let other = with(event.clone(), "/severity", json!("low"));
    check(
        &native_event(&event),
        &[
            (native_event(&event), Novelty::Repeat),
            (native_event(&other), Novelty::New),
        ],
    );
}

#[test]
fn an_id_with_other_content_is_a_conflict_and_not_a_repetition() {
    check(
        &cloud("a", "1", "low"),
        &[
            (cloud("a", "1", "low"), Novelty::Repeat),
            (cloud("a", "1", "critical"), Novelty::Conflict),
            (cloud("a", "2", "low"), Novelty::New),
        ],
    );
    check(
        &falco_alert("u", "shell"),
        &[
            (falco_alert("u", "shell"), Novelty::Repeat),
            (falco_alert("u", "other"), Novelty::Conflict),
        ],
    );
}

#[test]
fn no_source_uses_up_the_ids_of_another() {
    // Names that would run into each other if they were only joined.
    check(
        &cloud("a", "b/1", "low"),
        &[
            (cloud("a/b", "1", "low"), Novelty::New),
            (cloud("b", "b/1", "critical"), Novelty::New),
        ],
    );
    for event in [
        cloud("a", "1", "low"),
        falco_alert("u", "r"),
        alert("firing", "f", "s", "t"),
    ] {
        for key in &event.keys {
            assert!(key.as_str().starts_with(&format!("{}/", event.source)));
            assert!(key.as_str().len() <= 300);
        }
    }
}

#[test]
fn an_alert_that_still_fires_is_a_repetition_whatever_its_annotations_say() {
    check(
        &alert("firing", "f", "5 % errors", "pay"),
        &[
            (alert("firing", "f", "7 % errors", "pay"), Novelty::Repeat),
            (alert("resolved", "f", "0 % errors", "pay"), Novelty::New),
            (
                alert("firing", "f", "5 % errors", "other"),
                Novelty::Conflict,
            ),
            (alert("firing", "g", "5 % errors", "pay"), Novelty::New),
        ],
    );
}

#[test]
fn the_id_is_part_of_what_makes_an_event_another() {
    assert_ne!(cloud("a", "1", "low").hash, cloud("a", "2", "low").hash);
    assert_eq!(cloud("a", "1", "low").hash, cloud("a", "1", "low").hash);
}
