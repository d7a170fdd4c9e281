//! From an event to its rows.

use utc_domain::{Scope, Timestamp, UnitName};
use utc_storage::rows::events::EventRow;
use utc_storage::rows::unit_signals::UnitSignalRow;
use utc_tdx::{Entity, Event, Link, Meaning, Summary};

use crate::identity::scope_text;

/// An event as it is kept.
pub(super) fn event_row(
    event: &Event,
    seq: i64,
    counts_from: Timestamp,
    matched: bool,
    units: &Scope,
    until: i64,
) -> EventRow {
    let entities: Vec<&str> = event.entities.iter().map(Entity::as_str).collect();
    let closes = match event.meaning {
        Meaning::Closes(thread) => Some(thread.as_bytes().to_vec()),
        Meaning::Raises | Meaning::Unknown => None,
    };
    EventRow {
        seq,
        hash: event.hash.as_bytes().to_vec(),
        source: event.source.to_string(),
        event_time: event.event_time.as_micros(),
        seen_at: event.when_seen.as_micros(),
        counts_from: counts_from.as_micros(),
        topic: event.topic.to_string(),
        severity: event.severity.to_string(),
        confidence: event.confidence.get(),
        // No entity holds a line end.
        entities: entities.join("\n"),
        link: event.link.as_ref().map(Link::to_string),
        summary: event.summary.as_ref().map(Summary::to_string),
        meaning: event.meaning.as_str().to_owned(),
        thread: event.thread.as_bytes().to_vec(),
        closes,
        adapter: event.adapter.to_string(),
        proof: event.proof.to_string(),
        body_hash: event.body_hash.as_bytes().to_vec(),
        matched,
        sender_units: scope_text(units),
        dismissed_at: None,
        dismissed_by: None,
        dismiss_reason: None,
        dismiss_receipt_id: None,
        until,
    }
}

/// An event as scores of `unit` see it.
pub(super) fn signal_row(
    event: &Event,
    unit: &UnitName,
    seq: i64,
    counts_from: Timestamp,
) -> UnitSignalRow {
    UnitSignalRow {
        unit: unit.to_string(),
        event: seq,
        source: event.source.to_string(),
        hash: event.hash.as_bytes().to_vec(),
        thread: event.thread.as_bytes().to_vec(),
        counts_from: counts_from.as_micros(),
        half_life: event.topic.half_life_micros(),
        severity: event.severity.to_string(),
        confidence: event.confidence.get(),
        counts: event.meaning == Meaning::Raises,
    }
}
