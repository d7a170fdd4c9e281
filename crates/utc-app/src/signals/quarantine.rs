//! Deliveries that were not taken, for people to look at.

use std::net::IpAddr;

use utc_domain::Timestamp;
use utc_storage::StorageError;
use utc_storage::journal::Class;
use utc_storage::rows::quarantine::{self, QuarantineRow};
use utc_tdx::{Adapter, ContentHash, DedupeKey, Event, QuarantineReason, SourceName};

use super::Incoming;
use crate::console::Console;
use crate::task::{Plan, Task};
use crate::{AppError, Ticket};

/// The longest text that is kept of why, in characters; with everything else it stays below 1 KiB.
const MAX_DETAIL: usize = 300;

/// A delivery that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineView {
    /// Its number; rises with time.
    pub number: i64,
    /// When it came.
    pub at: Timestamp,
    /// Which receiver it came to.
    pub adapter: String,
    /// The source that it named, where it named one.
    pub source: Option<String>,
    /// The heading of why.
    pub reason: String,
    /// Why, in words.
    pub detail: String,
    /// Where it came from.
    pub address: Option<String>,
    /// The digest of its body.
    pub body_hash: Option<String>,
    /// How large its body was, in bytes.
    pub body_bytes: u64,
}

/// A page of the quarantine, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantinePage {
    /// The deliveries.
    pub items: Vec<QuarantineView>,
    /// List again before this one; none at the end.
    pub next: Option<i64>,
}

/// What the quarantine says of a delivery.
#[derive(Debug, Clone)]
pub struct Quarantined<'a> {
    /// Which receiver it came to.
    pub adapter: &'static str,
    /// The source in its path.
    pub source: Option<&'a str>,
    /// The heading of why.
    pub reason: QuarantineReason,
    /// Why, in words.
    pub detail: &'a str,
    /// The delivery.
    pub incoming: &'a Incoming,
}

impl Console {
    /// Notes a delivery that was not taken. Its body is not kept.
    pub fn quarantine(&self, what: &Quarantined<'_>) -> Ticket<()> {
        let row = row(what);
        let cache = std::sync::Arc::clone(self.cache());
        let (job, ticket) = Task::boxed_as(Class::Decision, cache, move |tx| {
            let at = tx.now().as_micros();
            quarantine::insert(tx.db(), QuarantineRow { at, ..row.clone() })?;
            Ok(Plan::silent(()))
        });
        self.journal().submit(job);
        ticket.map(|(answer, _)| answer)
    }

    /// What was not taken, below `before` or from the newest. Blocks.
    pub fn quarantined(
        &self,
        before: Option<i64>,
        limit: usize,
    ) -> Result<QuarantinePage, AppError> {
        let most = i64::try_from(limit).unwrap_or(i64::MAX - 1);
        let mut rows = self
            .store()
            .read(|db| quarantine::page(db, before, most + 1))?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| row.seq);
        let items = rows.into_iter().map(view).collect();
        Ok(QuarantinePage { items, next })
    }

    /// How many deliveries stand in the quarantine. Blocks.
    pub fn quarantine_size(&self) -> Result<u64, AppError> {
        let count: Result<i64, StorageError> = self.store().read(quarantine::count);
        Ok(count?.unsigned_abs())
    }
}

fn row(what: &Quarantined<'_>) -> QuarantineRow {
    let body = &what.incoming.body;
    QuarantineRow {
        seq: 0,
        at: 0,
        adapter: what.adapter.to_owned(),
        source: what.source.map(shown_name),
        reason: what.reason.to_string(),
        detail: shown(what.detail, MAX_DETAIL),
        address: what.incoming.address.map(|address| address.to_string()),
        body_hash: Some(ContentHash::of(body).to_string()),
        body_bytes: i64::try_from(body.len()).unwrap_or(i64::MAX),
    }
}

/// What an authenticated source sent under an id that came before with other content.
pub(super) fn conflict(event: &Event, address: Option<&str>, now: Timestamp) -> QuarantineRow {
    let key = event.keys.first().map_or("", |key| key.as_str());
    let detail = format!(
        "an id came again with other content: {}; key {key}",
        event.hash
    );
    QuarantineRow {
        seq: 0,
        at: now.as_micros(),
        adapter: event.adapter.to_string(),
        source: Some(shown_name(event.source.as_str())),
        reason: QuarantineReason::Conflict.to_string(),
        detail: shown(&detail, MAX_DETAIL),
        address: address.map(str::to_owned),
        body_hash: Some(event.body_hash.to_string()),
        body_bytes: 0,
    }
}

/// A security event token whose `jti` came before with other claims.
pub(super) fn token_conflict(
    source: &SourceName,
    key: &DedupeKey,
    address: Option<&str>,
    now: Timestamp,
) -> QuarantineRow {
    let detail = format!("a `jti` came again with other claims; key {}", key.as_str());
    QuarantineRow {
        seq: 0,
        at: now.as_micros(),
        adapter: Adapter::Ssf.to_string(),
        source: Some(shown_name(source.as_str())),
        reason: QuarantineReason::Conflict.to_string(),
        detail: shown(&detail, MAX_DETAIL),
        address: address.map(str::to_owned),
        body_hash: Some(key.content().to_string()),
        body_bytes: 0,
    }
}

fn shown_name(name: &str) -> String {
    let name = shown(name, 100);
    if name.is_empty() {
        "-".to_owned()
    } else {
        name
    }
}

/// A text without what could hide or reorder others.
fn shown(text: &str, max: usize) -> String {
    let plain = |c: char| {
        if c == ' ' || c.is_ascii_graphic() {
            c
        } else {
            '?'
        }
    };
    let text: String = text.chars().take(max).map(plain).collect();
    if text.is_empty() {
        "-".to_owned()
    } else {
        text
    }
}

fn view(row: QuarantineRow) -> QuarantineView {
    QuarantineView {
        number: row.seq,
        at: Timestamp::from_micros(row.at),
        adapter: row.adapter,
        source: row.source,
        reason: row.reason,
        detail: row.detail,
        address: row.address,
        body_hash: row.body_hash,
        body_bytes: row.body_bytes.unsigned_abs(),
    }
}

/// An address as it is stored.
pub(super) fn address_text(address: Option<IpAddr>) -> Option<String> {
    address.map(|address| address.to_string())
}
