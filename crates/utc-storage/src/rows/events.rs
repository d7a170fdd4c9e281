//! What sources said.

use std::collections::HashSet;

use diesel::dsl::{max, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use crate::StorageError;
use crate::connection::Db;
use crate::schema::{events, open_entities, unit_signals};

/// Inserts many rows: one by one on SQLite, where that is as fast, in a few statements on PostgreSQL.
macro_rules! insert_each {
    ($db:expr, $table:expr, $rows:expr) => {
        match $db {
            Db::Sqlite(inner) => {
                for row in $rows {
                    diesel::insert_into($table).values(row).execute(inner)?;
                }
            }
            Db::Postgres(inner) => {
                for part in $rows.chunks(1_000) {
                    diesel::insert_into($table).values(part).execute(inner)?;
                }
            }
        }
    };
}
pub(super) use insert_each;

/// An event. Digests have 32 bytes.
#[derive(Debug, Clone, PartialEq, Queryable, Insertable)]
#[diesel(table_name = events)]
pub struct EventRow {
    /// Its number; rises in the order of arrival.
    pub seq: i64,
    /// The digest of its content.
    pub hash: Vec<u8>,
    /// Who said it.
    pub source: String,
    /// When it happened, by the source's clock.
    pub event_time: i64,
    /// When it came in.
    pub seen_at: i64,
    /// When it begins to lose weight, by the clock of scores.
    pub counts_from: i64,
    /// What it is about.
    pub topic: String,
    /// How bad it is.
    pub severity: String,
    /// How sure the source is, from 0 to 1.
    pub confidence: f64,
    /// What it concerns, one a line.
    pub entities: String,
    /// Where to read more.
    pub link: Option<String>,
    /// What happened, in the source's words.
    pub summary: Option<String>,
    /// `raises`, `closes` or `unknown`.
    pub meaning: String,
    /// Under which name it can be closed.
    pub thread: Vec<u8>,
    /// The thread that it closes.
    pub closes: Option<Vec<u8>>,
    /// The format that it came in.
    pub adapter: String,
    /// How the source proved itself.
    pub proof: String,
    /// The digest of the body that it came in.
    pub body_hash: Vec<u8>,
    /// Whether it matches a unit.
    pub matched: bool,
    /// Patterns of units on which its sender's token held, one a line; none: every unit.
    pub sender_units: Option<String>,
    /// When a person dismissed it.
    pub dismissed_at: Option<i64>,
    /// Who did.
    pub dismissed_by: Option<String>,
    /// Why.
    pub dismiss_reason: Option<String>,
    /// The receipt of that.
    pub dismiss_receipt_id: Option<String>,
    /// Until when it is kept.
    pub until: i64,
}

/// What to search for; all given conditions must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Of this source.
    pub source: Option<String>,
    /// Matching this unit.
    pub unit: Option<String>,
    /// About this topic.
    pub topic: Option<String>,
    /// As bad as this.
    pub severity: Option<String>,
    /// Seen at this time or later.
    pub from: Option<i64>,
    /// Seen before this time.
    pub to: Option<i64>,
    /// Only what matches no unit.
    pub unmatched: bool,
}

/// The number of the next event. Invariant: asked for under the lock of the log's head, so no two get one number.
pub fn next_seq(db: &mut Db) -> Result<i64, StorageError> {
    let last: Option<i64> = events::table.select(max(events::seq)).get_result(db)?;
    Ok(last.map_or(0, |last| last + 1))
}

/// Adds events.
pub fn insert(db: &mut Db, rows: &[EventRow]) -> Result<(), StorageError> {
    insert_each!(db, events::table, rows);
    Ok(())
}

/// Which of these digests are those of events.
pub fn known(db: &mut Db, hashes: &[&[u8]]) -> Result<HashSet<Vec<u8>>, StorageError> {
    match db {
        // One by one, as with keys.
        Db::Sqlite(inner) => {
            let mut known = HashSet::new();
            for hash in hashes {
                let found: Option<Vec<u8>> = events::table
                    .filter(events::hash.eq(hash))
                    .select(events::hash)
                    .get_result(inner)
                    .optional()?;
                known.extend(found);
            }
            Ok(known)
        }
        Db::Postgres(inner) => {
            let rows: Vec<Vec<u8>> = events::table
                .filter(events::hash.eq_any(hashes))
                .select(events::hash)
                .load(inner)?;
            Ok(rows.into_iter().collect())
        }
    }
}

/// The event of this digest.
pub fn by_hash(db: &mut Db, hash: &[u8]) -> Result<Option<EventRow>, StorageError> {
    Ok(events::table
        .filter(events::hash.eq(hash))
        .select(events::all_columns)
        .get_result(db)
        .optional()?)
}

/// The events of these digests.
pub fn by_hashes(db: &mut Db, hashes: &[Vec<u8>]) -> Result<Vec<EventRow>, StorageError> {
    Ok(events::table
        .filter(events::hash.eq_any(hashes))
        .order(events::seq.desc())
        .select(events::all_columns)
        .load(db)?)
}

/// Events below `before` (or from the newest), newest first. Filters lead through their indexes.
pub fn page(
    db: &mut Db,
    filter: &EventFilter,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<EventRow>, StorageError> {
    let Some((first, last)) = span(db, filter)? else {
        return Ok(Vec::new());
    };
    let unmatched = match db {
        Db::Sqlite(_) => "matched = 0",
        Db::Postgres(_) => "NOT matched",
    };
    let mut query = events::table
        .filter(events::seq.lt(before.unwrap_or(i64::MAX)))
        .filter(events::seq.between(first, last))
        .order(events::seq.desc())
        .limit(limit)
        .select(events::all_columns)
        .into_boxed();
    if let Some(unit) = &filter.unit {
        let of_unit = unit_signals::table
            .filter(unit_signals::unit.eq(unit))
            .filter(unit_signals::event.between(first, last))
            .select(unit_signals::event);
        query = query.filter(events::seq.eq_any(of_unit));
    }
    if let Some(source) = &filter.source {
        query = query.filter(events::source.eq(source));
    }
    if let Some(topic) = &filter.topic {
        query = query.filter(events::topic.eq(topic));
    }
    if let Some(severity) = &filter.severity {
        query = query.filter(events::severity.eq(severity));
    }
    // A sum, so that nobody takes the index of times, which would have to be read to its end to be put in order.
    if let Some(from) = filter.from {
        query = query.filter(sql::<BigInt>("seen_at + 0").ge(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(sql::<BigInt>("seen_at + 0").lt(to));
    }
    if filter.unmatched {
        query = query.filter(sql::<Bool>(unmatched));
    }
    Ok(query.load(db)?)
}

/// Numbers rise with time, but for those that came at the same time. So many next to each other may be in another order.
const DISORDER: i64 = 1_000;

/// The first and the last number that may lie in the filter's span of time; none where nothing does.
fn span(db: &mut Db, filter: &EventFilter) -> Result<Option<(i64, i64)>, StorageError> {
    let mut bounds = (0, i64::MAX);
    if let Some(from) = filter.from {
        let near: Vec<i64> = events::table
            .filter(events::seen_at.ge(from))
            .order(events::seen_at.asc())
            .limit(DISORDER)
            .select(events::seq)
            .load(db)?;
        let Some(first) = near.into_iter().min() else {
            return Ok(None);
        };
        bounds.0 = first;
    }
    if let Some(to) = filter.to {
        let near: Vec<i64> = events::table
            .filter(events::seen_at.lt(to))
            .order(events::seen_at.desc())
            .limit(DISORDER)
            .select(events::seq)
            .load(db)?;
        let Some(last) = near.into_iter().max() else {
            return Ok(None);
        };
        bounds.1 = last;
    }
    Ok(Some(bounds))
}

/// Notes whether an event matches a unit.
pub fn set_matched(db: &mut Db, seq: i64, matched: bool) -> Result<(), StorageError> {
    diesel::update(events::table.find(seq))
        .set(events::matched.eq(matched))
        .execute(db)?;
    Ok(())
}

/// Who dismissed an event, when and why.
pub struct Dismissal<'a> {
    /// When.
    pub at: i64,
    /// Who.
    pub by: &'a str,
    /// Why.
    pub reason: &'a str,
    /// The receipt.
    pub receipt_id: &'a str,
}

/// Notes that a person dismissed an event.
pub fn dismiss(db: &mut Db, seq: i64, dismissal: &Dismissal<'_>) -> Result<(), StorageError> {
    diesel::update(events::table.find(seq))
        .set((
            events::dismissed_at.eq(Some(dismissal.at)),
            events::dismissed_by.eq(Some(dismissal.by)),
            events::dismiss_reason.eq(Some(dismissal.reason)),
            events::dismiss_receipt_id.eq(Some(dismissal.receipt_id)),
        ))
        .execute(db)?;
    Ok(())
}

/// Forgets events whose time is over, at most `limit`. The newest one stays: from its number the next ones go on, and what
/// was scored up to a number must not be asked about a lower one.
pub fn forget(db: &mut Db, now: i64, limit: i64) -> Result<usize, StorageError> {
    let newest = next_seq(db)? - 1;
    let old: Vec<i64> = events::table
        .filter(events::until.lt(now))
        .filter(events::seq.lt(newest))
        .order(events::until.asc())
        .limit(limit)
        .select(events::seq)
        .load(db)?;
    let signals = unit_signals::table.filter(unit_signals::event.eq_any(&old));
    diesel::delete(signals).execute(db)?;
    let named = open_entities::table.filter(open_entities::event.eq_any(&old));
    diesel::delete(named).execute(db)?;
    Ok(diesel::delete(events::table.filter(events::seq.eq_any(&old))).execute(db)?)
}

/// How many events are kept.
pub fn count(db: &mut Db) -> Result<i64, StorageError> {
    Ok(events::table.count().get_result(db)?)
}
