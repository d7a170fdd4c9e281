//! Deliveries and sources for the tests.

use serde_json::{Value, json};
use utc_domain::Timestamp;
use utc_tdx::receive::SignedSource;
use utc_tdx::{Delivery, Event, HmacSecret, QuarantineReason, Refusal, SourceName, Speaker};

/// 2026-01-31T12:00:00Z.
pub(crate) fn now() -> Timestamp {
    "2026-01-31T12:00:00Z".parse().unwrap()
}

pub(crate) fn name(text: &str) -> SourceName {
    text.parse().unwrap()
}

pub(crate) fn speaker(patterns: &[&str]) -> Speaker {
    Speaker::new(patterns.iter().map(|one| one.parse().unwrap()).collect())
}

/// A source with the secrets of these Standard Webhooks texts.
pub(crate) fn signed(source: &str, secrets: &[&str]) -> SignedSource {
    let secret = |text: &&str| HmacSecret::from_webhook_text(text).unwrap();
    SignedSource {
        name: name(source),
        secrets: secrets.iter().map(secret).collect(),
    }
}

/// A request that is being put together.
#[derive(Clone)]
pub(crate) struct Post {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    now: Timestamp,
}

impl Post {
    pub(crate) fn new(media_type: &str, body: &[u8]) -> Self {
        Self {
            headers: vec![("Content-Type".to_owned(), media_type.to_owned())],
            body: body.to_vec(),
            now: now(),
        }
    }

    pub(crate) fn json(body: &Value) -> Self {
        Self::new("application/json", body.to_string().as_bytes())
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers
            .retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self
    }

    pub(crate) fn at(mut self, now: Timestamp) -> Self {
        self.now = now;
        self
    }

    /// Hands the delivery over.
    pub(crate) fn to<T>(
        &self,
        receive: impl FnOnce(&Delivery<'_>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let headers: Vec<(&str, &[u8])> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect();
        receive(&Delivery::new(&headers, &self.body, self.now)?)
    }
}

/// A native event, complete.
pub(crate) fn native() -> Value {
    json!({
        "source": "scanner",
        "event_time": "2026-01-31T11:00:00Z",
        "topic": "vulnerability",
        "severity": "high",
        "confidence": 0.9,
        "entities": ["payments-api", "team=payments"],
        "link": "https://scanner.example/1",
        "summary": "an old library",
    })
}

/// The same with one member set, or taken away by null.
pub(crate) fn with(mut value: Value, pointer: &str, member: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = value.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    if member.is_null() {
        parent.remove(name);
    } else {
        parent.insert(name.to_owned(), member);
    }
    value
}

pub(crate) fn one(events: Result<Vec<Event>, Refusal>) -> Event {
    let mut events = events.unwrap();
    assert_eq!(events.len(), 1);
    events.remove(0)
}

/// The delivery is refused under this heading, with these words in the message.
#[track_caller]
pub(crate) fn check_refused<T: std::fmt::Debug>(
    result: Result<T, Refusal>,
    reason: QuarantineReason,
    words: &str,
) {
    let refusal = result.unwrap_err();
    let text = refusal.to_string();
    assert_eq!(refusal.reason(), reason, "{text}");
    assert!(text.contains(words), "{text}");
    assert!(text.len() < 1_000, "quarantine entries are short");
}
