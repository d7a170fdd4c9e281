//! Trust signals for the terminal.

use serde_json::{Value, json};
use utc_app::signals::{EventView, QuarantineView, RunView, SavedSource, SourceView};
use utc_domain::{Timestamp, UnitName};
use utc_tdx::ssf::StreamStatus;

use crate::context::Context;

pub(super) fn runs(context: &Context, runs: &[RunView]) {
    let value: Vec<Value> = runs.iter().map(run).collect();
    let line = |run: &RunView| {
        let flip = run.flip.as_deref().unwrap_or("-");
        let state = run.finished_at.map_or("not done", |_| "done");
        format!(
            "{}  {:<8}  {state:<8}  {:>6} units  {:>8} signals  +{} −{} risky {}  rule {flip}",
            run.started_at,
            run.occasion,
            run.units,
            run.events,
            run.flagged,
            run.cleared,
            run.risky
        )
    };
    context.say(&json!(value), &lines(runs.iter().map(line)));
}

fn run(run: &RunView) -> Value {
    json!({
        "id": run.id.to_string(),
        "occasion": run.occasion.as_str(),
        "started_at": run.started_at.to_string(),
        "finished_at": run.finished_at.map(|at| at.to_string()),
        "scored_at": run.scored_at.to_string(),
        "units": run.units,
        "events": run.events,
        "flagged": run.flagged,
        "cleared": run.cleared,
        "risky": run.risky,
        "flip": run.flip,
        "forgotten": run.forgotten,
    })
}

pub(super) fn sources(context: &Context, sources: &[SourceView]) {
    let value: Vec<Value> = sources.iter().map(described).collect();
    let line = |view: &SourceView| {
        let seen = view.last_seen_at;
        let seen = seen.map_or_else(|| "never".to_owned(), |at| at.to_string());
        format!(
            "{:<24}  {:<13}  trust {:<4}  {:<17}  {:<6}  {:>7} events  last {seen}",
            view.name.as_str(),
            view.standing.as_str(),
            view.trust.get(),
            view.signature.as_str(),
            view.health.as_str(),
            view.events,
        )
    };
    context.say(&json!(value), &lines(sources.iter().map(line)));
}

pub(super) fn source(context: &Context, saved: &SavedSource) {
    let mut value = described(&saved.view);
    let receipt = saved.receipt_id.to_string();
    if let Some(members) = value.as_object_mut() {
        members.insert("receipt_id".to_owned(), json!(receipt));
    }
    let verb = if saved.created {
        "registered"
    } else {
        "changed"
    };
    let line = format!("source {} {verb} (receipt {receipt})", saved.view.name);
    context.say(&value, &line);
}

fn described(view: &SourceView) -> Value {
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
    let units: Vec<&str> = view
        .units
        .patterns()
        .iter()
        .map(utc_domain::Pattern::as_str)
        .collect();
    json!({
        "source": view.name.as_str(),
        "standing": view.standing.as_str(),
        "trust": view.trust.get(),
        "signature": view.signature.as_str(),
        "has_secret": view.has_secret,
        "units": units,
        "health": view.health.as_str(),
        "stream_status": view.stream_status.map(StreamStatus::as_str),
        "last_seen_at": time(view.last_seen_at),
        "events": view.events,
        "repeats": view.repeats,
        "updated_by": view.updated_by,
    })
}

pub(super) fn events(context: &Context, events: &[EventView]) {
    let value: Vec<Value> = events.iter().map(event).collect();
    let line = |event: &EventView| {
        let units: Vec<&str> = event.units.iter().map(UnitName::as_str).collect();
        let about = if units.is_empty() {
            "(unmatched)".to_owned()
        } else {
            units.join(", ")
        };
        let summary = event.summary.as_deref().unwrap_or("-");
        format!(
            "{}  {:<8}  {:<14}  {:<20}  {about}: {summary}\n  {}",
            event.when_seen, event.severity, event.topic, event.source, event.hash
        )
    };
    context.say(&json!(value), &lines(events.iter().map(line)));
}

fn event(event: &EventView) -> Value {
    let units: Vec<&str> = event.units.iter().map(UnitName::as_str).collect();
    json!({
        "id": event.hash.to_string(),
        "source": event.source,
        "event_time": event.event_time.to_string(),
        "when_seen": event.when_seen.to_string(),
        "topic": event.topic,
        "severity": event.severity.as_str(),
        "confidence": event.confidence,
        "entities": event.entities,
        "units": units,
        "meaning": event.meaning,
        "summary": event.summary,
        "dismissed": event.dismissed.is_some(),
    })
}

pub(super) fn quarantine(context: &Context, entries: &[QuarantineView]) {
    let value: Vec<Value> = entries.iter().map(entry).collect();
    let line = |entry: &QuarantineView| {
        let source = entry.source.as_deref().unwrap_or("-");
        let address = entry.address.as_deref().unwrap_or("-");
        format!(
            "{}  {:<12}  {:<12}  {source} from {address}: {}",
            entry.at, entry.adapter, entry.reason, entry.detail
        )
    };
    context.say(&json!(value), &lines(entries.iter().map(line)));
}

fn entry(entry: &QuarantineView) -> Value {
    json!({
        "at": entry.at.to_string(),
        "adapter": entry.adapter,
        "source": entry.source,
        "reason": entry.reason,
        "detail": entry.detail,
        "address": entry.address,
        "body_hash": entry.body_hash,
        "body_bytes": entry.body_bytes,
    })
}

fn lines(lines: impl Iterator<Item = String>) -> String {
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() {
        "nothing".to_owned()
    } else {
        lines.join("\n")
    }
}
