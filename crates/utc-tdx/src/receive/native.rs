//! The console's own JSON: one event or an array of them.

use serde_json::Value;
use utc_domain::{DomainError, Timestamp};

use crate::adapter::{Adapter, Proof};
use crate::bounded::Confidence;
use crate::delivery::Delivery;
use crate::draft::{Draft, Intent};
use crate::entity::Entity;
use crate::event::{Event, MAX_ENTITIES, MAX_EVENTS};
use crate::members::Members;
use crate::refusal::Refusal;
use crate::source::{SourceName, Speaker};
use crate::text::Summary;
use crate::topic::Topic;

/// The events of a delivery whose sender `speaker` describes. An array may hold events of several sources, if the token
/// may speak for all of them.
pub fn receive(delivery: &Delivery<'_>, speaker: &Speaker) -> Result<Vec<Event>, Refusal> {
    let body = delivery.json()?;
    let stamp = delivery.stamp(Adapter::Native, Proof::Token);
    let seal = |draft: Draft| {
        speaker.check(&draft.source)?;
        Ok(draft.seal(&stamp))
    };
    each(&body, |value, pointer| draft(&Members::of(value, pointer)?))?
        .into_iter()
        .map(seal)
        .collect()
}

impl Speaker {
    pub(crate) fn check(&self, source: &SourceName) -> Result<(), Refusal> {
        if self.may_speak_for(source) {
            return Ok(());
        }
        Err(Refusal::NotGranted {
            source_name: source.to_string(),
        })
    }
}

/// Reads one thing, or an array of at most [`MAX_EVENTS`] of them.
pub(crate) fn each<T>(
    body: &Value,
    read: impl Fn(&Value, &str) -> Result<T, Refusal>,
) -> Result<Vec<T>, Refusal> {
    let Some(all) = body.as_array() else {
        return Ok(vec![read(body, "")?]);
    };
    check_count(all.len())?;
    let numbered = all.iter().enumerate();
    numbered
        .map(|(index, value)| read(value, &format!("/{index}")))
        .collect()
}

pub(crate) fn check_count(actual: usize) -> Result<(), Refusal> {
    if actual > MAX_EVENTS {
        return Err(Refusal::TooMany {
            max: MAX_EVENTS,
            actual,
        });
    }
    Ok(())
}

/// An event that names its source, time and topic itself.
pub(crate) fn draft(event: &Members<'_>) -> Result<Draft, Refusal> {
    let origin = Origin {
        source: event.parsed("source")?,
        event_time: event.parsed("event_time")?,
        topic: event.parsed("topic")?,
    };
    origin.draft(event)
}

/// What an event says of itself, or the envelope around it says instead.
pub(crate) struct Origin {
    pub(crate) source: SourceName,
    pub(crate) event_time: Timestamp,
    pub(crate) topic: Topic,
}

impl Origin {
    /// The draft with everything else as `event` says.
    pub(crate) fn draft(self, event: &Members<'_>) -> Result<Draft, Refusal> {
        let closes = event.optional_parsed("closes")?;
        Ok(Draft {
            source: self.source,
            event_time: self.event_time,
            topic: self.topic,
            severity: event.parsed("severity")?,
            confidence: confidence(event)?,
            entities: entities(event)?,
            link: event.optional_parsed("link")?,
            summary: event.optional_text("summary")?.and_then(Summary::cleaned),
            intent: closes.map_or(Intent::Raises, Intent::ClosesEvent),
            identities: Vec::new(),
            thread: None,
        })
    }
}

fn confidence(event: &Members<'_>) -> Result<Confidence, Refusal> {
    let value = event.number("confidence")?;
    Confidence::new(value).map_err(|error| event.wrong("confidence", error.to_string()))
}

fn entities(event: &Members<'_>) -> Result<Vec<Entity>, Refusal> {
    let all = event.array("entities")?;
    if all.len() > MAX_ENTITIES {
        let problem = format!("must have at most {MAX_ENTITIES} items");
        return Err(event.wrong("entities", problem));
    }
    let entity = |(index, value): (usize, &Value)| {
        let at = event.at(&format!("entities/{index}"));
        let text = value.as_str();
        let text = text.ok_or_else(|| Refusal::form(&at, "must be text"))?;
        let parsed = text.parse();
        parsed.map_err(|error: DomainError| Refusal::form(&at, error.to_string()))
    };
    all.iter().enumerate().map(entity).collect()
}
