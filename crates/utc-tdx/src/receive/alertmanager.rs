//! Prometheus Alertmanager, webhook version 4.

use serde_json::{Value, json};
use utc_domain::Timestamp;

use crate::adapter::{Adapter, Proof};
use crate::delivery::Delivery;
use crate::draft::{Draft, Identity, Intent};
use crate::entity::Entity;
use crate::event::Event;
use crate::hash::ContentHash;
use crate::members::Members;
use crate::receive::native::check_count;
use crate::receive::read::{Nature, entities, labels, link, severity, summary};
use crate::refusal::Refusal;
use crate::severity::Severity;
use crate::source::{SourceName, Speaker};
use crate::text::Summary;

/// The usual values of the label `severity`; any other counts as medium.
const SEVERITIES: &[(&str, Severity)] = &[
    ("none", Severity::Info),
    ("info", Severity::Info),
    ("low", Severity::Low),
    ("minor", Severity::Low),
    ("warning", Severity::Medium),
    ("medium", Severity::Medium),
    ("major", Severity::High),
    ("error", Severity::High),
    ("high", Severity::High),
    ("page", Severity::High),
    ("critical", Severity::Critical),
    ("emergency", Severity::Critical),
];
/// The labels whose values are names that a unit may have.
const NAMING: &[&str] = &["unit", "service", "app", "job"];
const NATURE: Nature = Nature::new("runtime", 0.8);
/// The longest fingerprint.
const MAX_FINGERPRINT: usize = 100;

/// The alerts of a notification of `source`, for which `speaker` must be allowed to speak.
///
/// An alert is known by fingerprint, start and status, because Alertmanager repeats what still fires. Its annotations may
/// change from one time to the next; its labels may not, they are what the fingerprint is of.
pub fn receive(
    delivery: &Delivery<'_>,
    source: &SourceName,
    speaker: &Speaker,
) -> Result<Vec<Event>, Refusal> {
    speaker.check(source)?;
    let body = delivery.json()?;
    let body = Members::of(&body, "")?;
    if body.text("version")? != "4" {
        return Err(body.wrong("version", "must be `4`"));
    }
    let alerts = body.array("alerts")?;
    check_count(alerts.len())?;
    let stamp = delivery.stamp(Adapter::Alertmanager, Proof::Token);
    let numbered = alerts.iter().enumerate();
    numbered
        .map(|(index, alert)| {
            let alert = Members::of(alert, &format!("/alerts/{index}"))?;
            Ok(draft(&alert, source)?.seal(&stamp))
        })
        .collect()
}

/// Whether an alert stands, by its `status`.
#[derive(Clone, Copy)]
enum Status {
    Firing,
    Resolved,
}

impl Status {
    fn of(alert: &Members<'_>) -> Result<Self, Refusal> {
        match alert.text("status")? {
            "firing" => Ok(Self::Firing),
            "resolved" => Ok(Self::Resolved),
            _ => Err(alert.wrong("status", "must be `firing` or `resolved`")),
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Resolved => "resolved",
        }
    }

    fn intent(self) -> Intent {
        match self {
            Self::Firing => Intent::Raises,
            Self::Resolved => Intent::ClosesThread,
        }
    }

    /// An alert ends no earlier than it started, whatever the clocks said.
    fn time(self, alert: &Members<'_>, starts: Timestamp) -> Result<Timestamp, Refusal> {
        match self {
            Self::Firing => Ok(starts),
            Self::Resolved => Ok(alert.parsed::<Timestamp>("endsAt")?.max(starts)),
        }
    }
}

fn draft(alert: &Members<'_>, source: &SourceName) -> Result<Draft, Refusal> {
    let status = Status::of(alert)?;
    let labels = alert.object("labels")?;
    let starts: Timestamp = alert.parsed("startsAt")?;
    let fingerprint = fingerprint(alert)?;
    let thread = json!([fingerprint, starts.to_string()]);
    let named = labels.optional_text("severity")?;
    Ok(Draft {
        source: source.clone(),
        event_time: status.time(alert, starts)?,
        topic: labels
            .optional_parsed("topic")?
            .unwrap_or_else(|| NATURE.topic()),
        severity: named
            .and_then(|word| severity(SEVERITIES, word))
            .unwrap_or(Severity::Medium),
        confidence: NATURE.confidence,
        entities: about(&labels)?,
        link: link(alert.optional_text("generatorURL")?),
        summary: said(alert, &labels)?,
        intent: status.intent(),
        identities: vec![identity(&thread, status, &labels)],
        thread: Some(thread),
    })
}

fn fingerprint<'a>(alert: &Members<'a>) -> Result<&'a str, Refusal> {
    let found = alert.text("fingerprint")?;
    if found.is_empty() || found.len() > MAX_FINGERPRINT {
        return Err(alert.wrong("fingerprint", "must have 1 to 100 bytes"));
    }
    Ok(found)
}

fn identity(thread: &Value, status: Status, labels: &Members<'_>) -> Identity {
    let content = ContentHash::of_json(&json!([labels.map()]));
    Identity::new("alert", json!([thread, status.as_str()]), content)
}

fn about(members: &Members<'_>) -> Result<Vec<Entity>, Refusal> {
    let mut texts = Vec::new();
    for name in NAMING {
        texts.extend(members.optional_text(name)?.map(str::to_lowercase));
    }
    texts.extend(labels(members));
    Ok(entities(texts))
}

fn said(alert: &Members<'_>, labels: &Members<'_>) -> Result<Option<Summary>, Refusal> {
    let annotations = alert.optional_object("annotations")?;
    let written = match &annotations {
        Some(annotations) => annotations.optional_text("summary")?,
        None => None,
    };
    Ok(summary(written.or(labels.optional_text("alertname")?)))
}
