//! What the adapters of tools have in common.

use serde_json::Value;

use crate::bounded::Confidence;
use crate::entity::Entity;
use crate::event::MAX_ENTITIES;
use crate::members::Members;
use crate::severity::Severity;
use crate::text::{Link, Summary};
use crate::topic::Topic;

/// Tools name much that is no use here; what cannot be an entity is left out, and no more than the most are kept.
pub(crate) fn entities(texts: impl IntoIterator<Item = String>) -> Vec<Entity> {
    let parsed = texts.into_iter().filter_map(|text| text.parse().ok());
    let mut all: Vec<Entity> = parsed.take(MAX_ENTITIES).collect();
    all.sort();
    all.dedup();
    all
}

/// The texts among an object's members as labels.
pub(crate) fn labels(members: &Members<'_>) -> Vec<String> {
    let label = |(key, value): (&String, &Value)| Some(format!("{key}={}", value.as_str()?));
    members.map().iter().filter_map(label).collect()
}

/// A link, if it is one; a tool that has none to give writes all kinds of things.
pub(crate) fn link(text: Option<&str>) -> Option<Link> {
    text.and_then(|text| text.parse().ok())
}

pub(crate) fn summary(text: Option<&str>) -> Option<Summary> {
    text.and_then(Summary::cleaned)
}

/// The severity that a table gives to a word in any case.
pub(crate) fn severity(table: &[(&str, Severity)], word: &str) -> Option<Severity> {
    let found = table
        .iter()
        .find(|(other, _)| word.eq_ignore_ascii_case(other));
    found.map(|(_, severity)| *severity)
}

/// How sure a kind of tool is in general, and what it speaks of.
pub(crate) struct Nature {
    pub(crate) topic: &'static str,
    pub(crate) confidence: Confidence,
}

impl Nature {
    pub(crate) const fn new(topic: &'static str, confidence: f64) -> Self {
        Self {
            topic,
            confidence: Confidence::of(confidence),
        }
    }

    pub(crate) fn topic(&self) -> Topic {
        Topic::known(self.topic)
    }
}
