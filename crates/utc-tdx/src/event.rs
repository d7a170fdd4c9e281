//! The one form that every event is brought into.

use utc_domain::Timestamp;

use crate::adapter::{Adapter, Proof};
use crate::bounded::Confidence;
use crate::entity::Entity;
use crate::hash::ContentHash;
use crate::key::DedupeKey;
use crate::severity::Severity;
use crate::source::SourceName;
use crate::text::{Link, Summary};
use crate::topic::Topic;

/// The most entities of one event.
pub const MAX_ENTITIES: usize = 50;
/// The most events of one delivery.
pub const MAX_EVENTS: usize = 1_000;

/// What an event does to a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// It raises the score of the units that it matches.
    Raises,
    /// It cancels what the same source said in this thread until then, and raises nothing.
    Closes(ContentHash),
    /// Its type is unknown here: it is kept and shown, and weighs nothing.
    Unknown,
}

impl Meaning {
    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Raises => "raises",
            Self::Closes(_) => "closes",
            Self::Unknown => "unknown",
        }
    }
}

/// One event in normal form. What it is about is matched with units by [`Directory`](crate::Directory).
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Who said it, and proved to be that source.
    pub source: SourceName,
    /// When it happened, by the source's clock. [`Self::counts_from`] is what scores go by.
    pub event_time: Timestamp,
    /// When it came in.
    pub when_seen: Timestamp,
    /// What it is about.
    pub topic: Topic,
    /// How bad it is.
    pub severity: Severity,
    /// How sure the source is.
    pub confidence: Confidence,
    /// What it concerns; at most [`MAX_ENTITIES`].
    pub entities: Vec<Entity>,
    /// Where to read more.
    pub link: Option<Link>,
    /// What happened, in the source's words.
    pub summary: Option<Summary>,
    /// What it does to a score.
    pub meaning: Meaning,
    /// Under which name a later event of the same source can close it.
    pub thread: ContentHash,
    /// The digest of the canonical content, id included; the same hash is the same event.
    pub hash: ContentHash,
    /// What it is recognised by when it comes again; at least one.
    pub keys: Vec<DedupeKey>,
    /// The format that it came in.
    pub adapter: Adapter,
    /// How the source proved itself.
    pub proof: Proof,
    /// The digest of the body that it came in.
    pub body_hash: ContentHash,
}

impl Event {
    /// From when on it loses weight: when it happened, but no later than it came in.
    ///
    /// An event that is dated ahead would otherwise keep its full weight until then.
    pub fn counts_from(&self) -> Timestamp {
        self.event_time.min(self.when_seen)
    }
}
