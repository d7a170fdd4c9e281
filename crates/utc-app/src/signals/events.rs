//! What sources said, for people: searched, looked at.

use utc_domain::{Timestamp, UnitName};
use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::rows::events::{self, EventFilter, EventRow};
use utc_storage::rows::unit_signals;
use utc_tdx::{Adapter, ContentHash, Entity, Severity};

use super::stored::{hash, read_lines};
use crate::AppError;
use crate::cache::StateCache;
use crate::console::Console;
use crate::identity::Principal;
use crate::units::stored::parse;

/// What to search for; all given conditions must hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventQuery {
    /// Of this source.
    pub source: Option<String>,
    /// Matching this unit, by its own name or an alias.
    pub unit: Option<UnitName>,
    /// About this topic.
    pub topic: Option<String>,
    /// As bad as this.
    pub severity: Option<Severity>,
    /// Seen at this time or later.
    pub from: Option<Timestamp>,
    /// Seen before this time.
    pub to: Option<Timestamp>,
    /// Only what matches no unit.
    pub unmatched: bool,
}

/// An event.
#[derive(Debug, Clone, PartialEq)]
pub struct EventView {
    /// The digest of its content, by which receipts name it.
    pub hash: ContentHash,
    /// Its number; rises in the order of arrival.
    pub number: i64,
    /// Who said it.
    pub source: String,
    /// When it happened, by the source's clock.
    pub event_time: Timestamp,
    /// When it came in.
    pub when_seen: Timestamp,
    /// What it is about.
    pub topic: String,
    /// How bad it is.
    pub severity: Severity,
    /// How sure the source is, from 0 to 1.
    pub confidence: f64,
    /// What it concerns, in the source's words; for those who do not see every unit, what names the units that they see.
    pub entities: Vec<String>,
    /// Where to read more.
    pub link: Option<String>,
    /// What happened, in the source's words.
    pub summary: Option<String>,
    /// `raises`, `closes` or `unknown`.
    pub meaning: String,
    /// The thread that it closes.
    pub closes: Option<ContentHash>,
    /// The format that it came in.
    pub adapter: Adapter,
    /// How the source proved itself.
    pub proof: String,
    /// The digest of the body that it came in.
    pub body_hash: ContentHash,
    /// The units that it matches and that whoever asks may see; none: it is unmatched, or not for them.
    pub units: Vec<UnitName>,
    /// Who dismissed it, when and why.
    pub dismissed: Option<DismissedView>,
}

/// A person's word that an event does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DismissedView {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// The receipt.
    pub receipt_id: String,
}

/// A page of events, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct EventPage {
    /// The events.
    pub items: Vec<EventView>,
    /// List again before this one; none at the end.
    pub next: Option<i64>,
}

impl Console {
    /// Events below `before`, or from the newest, that `by` may see: those that match a unit of theirs, and for those who
    /// see every unit all. Looks at no more than `limit`, so that a page may hold fewer and still have a next one. Blocks.
    pub fn events(
        &self,
        by: &Principal,
        query: &EventQuery,
        before: Option<i64>,
        limit: usize,
    ) -> Result<EventPage, AppError> {
        let most = i64::try_from(limit).unwrap_or(i64::MAX - 1);
        let filter = self.filter(query);
        self.store().read(|db| {
            let mut rows = events::page(db, &filter, before, most + 1)?;
            let more = rows.len() > limit;
            rows.truncate(limit);
            let next = rows.last().filter(|_| more).map(|row| row.seq);
            let mut items = Vec::new();
            for row in rows {
                items.extend(self.seen_by(db, by, row)?);
            }
            Ok(EventPage { items, next })
        })
    }

    /// One event. Blocks.
    ///
    /// # Errors
    /// [`AppError::NotFound`] also where `by` may not see it.
    pub fn event(&self, by: &Principal, hash: ContentHash) -> Result<EventView, AppError> {
        let not_found = || AppError::NotFound {
            what: "event",
            name: hash.to_string(),
        };
        self.store().read(|db| {
            let row = events::by_hash(db, hash.as_bytes())?.ok_or_else(not_found)?;
            self.seen_by(db, by, row)?.ok_or_else(not_found)
        })
    }

    /// The event with the units that `by` sees; none where they see none of them.
    fn seen_by(
        &self,
        db: &mut Db,
        by: &Principal,
        row: EventRow,
    ) -> Result<Option<EventView>, StorageError> {
        let mut units = unit_signals::units_of(db, row.seq)?;
        units.retain(|unit| by.sees(Some(unit)));
        if units.is_empty() && !by.sees(None) {
            return Ok(None);
        }
        let units = units.iter().map(|unit| parse("unit_signals.unit", unit));
        let mut view = view(row, units.collect::<Result<_, _>>()?)?;
        if !by.sees(None) {
            self.cache().only_about(&mut view);
        }
        Ok(Some(view))
    }

    fn filter(&self, query: &EventQuery) -> EventFilter {
        EventFilter {
            source: query.source.clone(),
            unit: query
                .unit
                .as_ref()
                .map(|unit| self.cache().resolve(unit).to_string()),
            topic: query.topic.clone(),
            severity: query.severity.map(|severity| severity.to_string()),
            from: query.from.map(Timestamp::as_micros),
            to: query.to.map(Timestamp::as_micros),
            unmatched: query.unmatched,
        }
    }
}

impl StateCache {
    /// Leaves of an event's entities those that name its units: the others may be of units that whoever looks does not see.
    pub(super) fn only_about(&self, view: &mut EventView) {
        let directory = self.directory();
        let names = |text: &String| {
            let entity: Result<Entity, _> = text.parse();
            entity.is_ok_and(|entity| view.units.iter().any(|unit| directory.names(&entity, unit)))
        };
        let about = view.entities.iter().filter(|text| names(text)).cloned();
        view.entities = about.collect();
    }
}

pub(super) fn view(row: EventRow, units: Vec<UnitName>) -> Result<EventView, StorageError> {
    let closes = row.closes.as_deref();
    let dismissed = row
        .dismissed_at
        .zip(row.dismissed_by)
        .zip(row.dismiss_receipt_id);
    let reason = row.dismiss_reason.unwrap_or_default();
    Ok(EventView {
        hash: hash("events.hash", &row.hash)?,
        number: row.seq,
        source: row.source,
        event_time: Timestamp::from_micros(row.event_time),
        when_seen: Timestamp::from_micros(row.seen_at),
        topic: row.topic,
        severity: parse("events.severity", &row.severity)?,
        confidence: row.confidence,
        entities: read_lines(Some(&row.entities)),
        link: row.link,
        summary: row.summary,
        meaning: row.meaning,
        closes: closes
            .map(|bytes| hash("events.closes", bytes))
            .transpose()?,
        adapter: parse("events.adapter", &row.adapter)?,
        proof: row.proof,
        body_hash: hash("events.body_hash", &row.body_hash)?,
        units,
        dismissed: dismissed.map(|((at, by), receipt_id)| DismissedView {
            at: Timestamp::from_micros(at),
            by,
            reason,
            receipt_id,
        }),
    })
}
