//! Falco's JSON output, as its HTTP output and Falcosidekick send it.

use serde_json::{Value, json};

use crate::adapter::{Adapter, Proof};
use crate::delivery::Delivery;
use crate::draft::{Draft, Identity, Intent};
use crate::entity::Entity;
use crate::event::Event;
use crate::hash::ContentHash;
use crate::members::Members;
use crate::receive::native::each;
use crate::receive::read::{Nature, entities, labels, severity, summary};
use crate::refusal::Refusal;
use crate::severity::Severity;
use crate::source::{SourceName, Speaker};

/// Falco's priorities.
const PRIORITIES: &[(&str, Severity)] = &[
    ("emergency", Severity::Critical),
    ("alert", Severity::Critical),
    ("critical", Severity::Critical),
    ("error", Severity::High),
    ("warning", Severity::Medium),
    ("notice", Severity::Low),
    ("informational", Severity::Info),
    ("info", Severity::Info),
    ("debug", Severity::Info),
];
/// The output fields whose values are names that a unit may have.
const NAMING: &[&str] = &["k8s.ns.name", "k8s.pod.name", "container.name"];
const NATURE: Nature = Nature::new("runtime", 0.7);
/// The longest `uuid`.
const MAX_UUID: usize = 100;

/// The alerts of `source`, one or an array, for which `speaker` must be allowed to speak.
///
/// An alert with a `uuid` is known by it; without one by its content, so that two identical ones within a microsecond
/// are one.
pub fn receive(
    delivery: &Delivery<'_>,
    source: &SourceName,
    speaker: &Speaker,
) -> Result<Vec<Event>, Refusal> {
    speaker.check(source)?;
    let body = delivery.json()?;
    let stamp = delivery.stamp(Adapter::Falco, Proof::Token);
    let drafts = each(&body, |value, pointer| draft(value, pointer, source))?;
    Ok(drafts.into_iter().map(|draft| draft.seal(&stamp)).collect())
}

fn draft(value: &Value, pointer: &str, source: &SourceName) -> Result<Draft, Refusal> {
    let alert = Members::of(value, pointer)?;
    let priority = severity(PRIORITIES, alert.text("priority")?);
    let content = ContentHash::of_json(value);
    let identity = match uuid(&alert)? {
        Some(uuid) => Identity::new("falco-uuid", json!(uuid), content),
        None => Identity::new("falco-content", json!(content.to_string()), content),
    };
    Ok(Draft {
        source: source.clone(),
        event_time: alert.parsed("time")?,
        topic: NATURE.topic(),
        severity: priority.ok_or_else(|| alert.wrong("priority", "must be a Falco priority"))?,
        confidence: NATURE.confidence,
        entities: about(&alert)?,
        link: None,
        summary: summary(alert.optional_text("output")?.or(Some(alert.text("rule")?))),
        intent: Intent::Raises,
        identities: vec![identity],
        thread: None,
    })
}

fn uuid<'a>(alert: &Members<'a>) -> Result<Option<&'a str>, Refusal> {
    let found = alert.optional_text("uuid")?.filter(|id| !id.is_empty());
    if found.is_some_and(|id| id.len() > MAX_UUID) {
        return Err(alert.wrong("uuid", "must have at most 100 bytes"));
    }
    Ok(found)
}

fn about(alert: &Members<'_>) -> Result<Vec<Entity>, Refusal> {
    let mut texts: Vec<String> = alert
        .optional_text("hostname")?
        .map(str::to_lowercase)
        .into_iter()
        .collect();
    if let Some(fields) = alert.optional_object("output_fields")? {
        for name in NAMING {
            let value = fields.get(name).and_then(Value::as_str);
            texts.extend(value.map(str::to_lowercase));
        }
        texts.extend(labels(&fields));
    }
    Ok(entities(texts))
}
