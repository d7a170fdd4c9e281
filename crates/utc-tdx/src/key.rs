//! Whether an event came before.

use serde_json::{Value, json};

use crate::hash::ContentHash;
use crate::source::SourceName;

/// The kind of a key that is the content itself.
const OF_CONTENT: &str = "hash";

/// What an event is recognised by, and what must be the same when it comes again.
///
/// The text begins with the name of the source that proved itself: no source can use up the ids of another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DedupeKey {
    text: String,
    content: ContentHash,
    is_content: bool,
}

impl DedupeKey {
    pub(crate) fn new(
        source: &SourceName,
        kind: &'static str,
        id: &Value,
        content: ContentHash,
    ) -> Self {
        let digest = ContentHash::of_json(&json!([source.as_str(), kind, id]));
        Self {
            text: format!("{source}/{kind}/{digest}"),
            content,
            is_content: kind == OF_CONTENT,
        }
    }

    /// The key of an event whose content is its id.
    pub(crate) fn of_content(source: &SourceName, hash: ContentHash) -> Self {
        Self::new(source, OF_CONTENT, &json!(hash.to_string()), hash)
    }

    /// Whether it stands for the content alone: whoever keeps the event under its digest need not keep this key beside it.
    pub fn is_content(&self) -> bool {
        self.is_content
    }

    /// The key, at most 300 characters.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The digest of what the sender must not change under this key.
    pub fn content(&self) -> ContentHash {
        self.content
    }
}

/// Whether an event came before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Novelty {
    /// It did not: store it, with all its keys.
    New,
    /// It did: answer as the first time, and change nothing.
    Repeat,
    /// Its id came before with other content: into the quarantine, as
    /// [`Conflict`](crate::QuarantineReason::Conflict).
    Conflict,
}

/// Compares an event's keys with those that are stored, of which `known` gives the content.
pub fn novelty(keys: &[DedupeKey], mut known: impl FnMut(&str) -> Option<ContentHash>) -> Novelty {
    let mut seen = Novelty::New;
    for key in keys {
        match known(key.as_str()) {
            Some(content) if content != key.content => return Novelty::Conflict,
            Some(_) => seen = Novelty::Repeat,
            None => {}
        }
    }
    seen
}
