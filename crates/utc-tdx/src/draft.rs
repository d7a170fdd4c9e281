//! What an adapter reads out of a delivery, before it becomes an event.

use serde_json::{Value, json};
use utc_domain::Timestamp;

use crate::adapter::{Adapter, Proof};
use crate::bounded::Confidence;
use crate::entity::Entity;
use crate::event::{Event, Meaning};
use crate::hash::ContentHash;
use crate::key::DedupeKey;
use crate::severity::Severity;
use crate::source::SourceName;
use crate::text::{Link, Summary};
use crate::topic::Topic;

/// How a delivery came in.
#[derive(Debug, Clone)]
pub(crate) struct Stamp {
    pub(crate) adapter: Adapter,
    pub(crate) proof: Proof,
    pub(crate) seen: Timestamp,
    pub(crate) body_hash: ContentHash,
}

/// An id that a sender gives, and what it must not change under it.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) kind: &'static str,
    pub(crate) id: Value,
    /// None when the event's hash is what must stay.
    pub(crate) content: Option<ContentHash>,
}

impl Identity {
    pub(crate) fn new(kind: &'static str, id: Value, content: ContentHash) -> Self {
        let content = Some(content);
        Self { kind, id, content }
    }
}

/// What a draft does to a score.
#[derive(Debug, Clone)]
pub(crate) enum Intent {
    Raises,
    /// Closes what is known by this hash.
    ClosesEvent(ContentHash),
    /// Closes its own thread.
    ClosesThread,
    Unknown,
}

/// The content of an event.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) source: SourceName,
    pub(crate) event_time: Timestamp,
    pub(crate) topic: Topic,
    pub(crate) severity: Severity,
    pub(crate) confidence: Confidence,
    pub(crate) entities: Vec<Entity>,
    pub(crate) link: Option<Link>,
    pub(crate) summary: Option<Summary>,
    pub(crate) intent: Intent,
    /// The ids that the sender gave; none when the content is the id.
    pub(crate) identities: Vec<Identity>,
    /// What this and the event that closes it have in common; none when its hash is its name.
    pub(crate) thread: Option<Value>,
}

impl Draft {
    /// The event that came in this way.
    pub(crate) fn seal(self, stamp: &Stamp) -> Event {
        let hash = ContentHash::of_json(&self.canonical());
        let thread = self.thread_name().unwrap_or(hash);
        Event {
            meaning: match self.intent {
                Intent::Raises => Meaning::Raises,
                Intent::ClosesEvent(closed) => Meaning::Closes(closed),
                Intent::ClosesThread => Meaning::Closes(thread),
                Intent::Unknown => Meaning::Unknown,
            },
            keys: self.keys(hash),
            source: self.source,
            event_time: self.event_time,
            when_seen: stamp.seen,
            topic: self.topic,
            severity: self.severity,
            confidence: self.confidence,
            entities: self.entities,
            link: self.link,
            summary: self.summary,
            thread,
            hash,
            adapter: stamp.adapter,
            proof: stamp.proof.clone(),
            body_hash: stamp.body_hash,
        }
    }

    fn thread_name(&self) -> Option<ContentHash> {
        let named = |id| ContentHash::of_json(&json!([self.source.as_str(), "thread", id]));
        self.thread.as_ref().map(named)
    }

    /// Everything that makes this event another than the next.
    fn canonical(&self) -> Value {
        let meaning = match &self.intent {
            Intent::Raises => json!("raises"),
            Intent::ClosesEvent(closed) => json!({ "closes": closed.to_string() }),
            Intent::ClosesThread => json!("closes"),
            Intent::Unknown => json!("unknown"),
        };
        let entities: Vec<&str> = self.entities.iter().map(Entity::as_str).collect();
        json!({
            "source": self.source.as_str(),
            "event_time": self.event_time.to_string(),
            "topic": self.topic.as_str(),
            "severity": self.severity.as_str(),
            "confidence": self.confidence.get(),
            "entities": entities,
            "link": self.link.as_ref().map(Link::as_str),
            "summary": self.summary.as_ref().map(Summary::as_str),
            "meaning": meaning,
            "thread": self.thread,
            "id": self.identities.first().map(|first| json!([first.kind, first.id])),
        })
    }

    fn keys(&self, hash: ContentHash) -> Vec<DedupeKey> {
        if self.identities.is_empty() {
            return vec![DedupeKey::of_content(&self.source, hash)];
        }
        let key = |kind, id: &Value, content| DedupeKey::new(&self.source, kind, id, content);
        let given = self.identities.iter();
        given
            .map(|one| key(one.kind, &one.id, one.content.unwrap_or(hash)))
            .collect()
    }
}
