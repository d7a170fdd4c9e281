//! Receipts, oldest first: for going through a part of the log page by page, in search of decisions.
//!
//! The columns beside a receipt only repeat what it says. Whoever looks for changes takes every row and compares.

use diesel::prelude::*;
use utc_domain::{ReceiptKind, Timestamp};

use super::receipts::{ReceiptRow, first_at_or_after};
use crate::StorageError;
use crate::connection::Db;
use crate::schema::receipts;

/// A part of the log: positions `[from, before)`, perhaps of one unit only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The first position.
    pub from: i64,
    /// The first position behind it.
    pub before: i64,
    /// Only receipts about this unit.
    pub unit: Option<String>,
}

/// A receipt, and what it is filed as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// The receipt.
    pub row: ReceiptRow,
    /// Its kind, as the column says.
    pub kind: String,
}

/// Some receipts, and where to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Of every kind, oldest first. There may be none although there are more behind.
    pub rows: Vec<Filed>,
    /// Every receipt of the stretch before this position has been read.
    pub next: i64,
}

/// The positions that lie within two times, of a log of `size` receipts.
pub fn between(
    db: &mut Db,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    size: i64,
) -> Result<(i64, i64), StorageError> {
    let mut position = |at: Timestamp| -> Result<i64, StorageError> {
        let found = first_at_or_after(db, at.as_micros())?;
        Ok(found.unwrap_or(size).min(size))
    };
    let first = from.map_or(Ok(0), &mut position)?;
    let before = to.map_or(Ok(size), &mut position)?;
    Ok((first, before.max(first)))
}

/// The next receipts of a stretch, decisions and others. No page looks at more than `limit` receipts of the stretch, so that none takes long.
pub fn page(db: &mut Db, stretch: &Stretch, limit: i64) -> Result<Page, StorageError> {
    let full = stretch.from.saturating_add(limit).min(stretch.before);
    let before = match stretch.unit {
        // Led by the unit's index, whatever lies in between is not looked at.
        Some(_) => stretch.before,
        None => full,
    };
    let row = (
        receipts::seq,
        receipts::id,
        receipts::ts,
        receipts::unit,
        receipts::jws,
    );
    let rows: Vec<(ReceiptRow, String)> = within(stretch.from, before, stretch.unit.as_ref())
        .order(receipts::seq.asc())
        .limit(limit)
        .select((row, receipts::kind))
        .load(db)?;
    let next = match rows.last() {
        Some((last, _)) if i64::try_from(rows.len()).unwrap_or(limit) == limit => last.seq + 1,
        Some(_) | None => before,
    };
    let rows = rows.into_iter().map(|(row, kind)| Filed { row, kind });
    Ok(Page {
        rows: rows.collect(),
        next,
    })
}

/// The position of the row of a stretch, of those filed as decisions, that is the `count`-th from its end; none where it has fewer.
pub fn from_end(db: &mut Db, stretch: &Stretch, count: i64) -> Result<Option<i64>, StorageError> {
    let found = within(stretch.from, stretch.before, stretch.unit.as_ref())
        .filter(receipts::kind.eq(ReceiptKind::Decision.as_str()))
        .order(receipts::seq.desc())
        .offset(count.saturating_sub(1))
        .limit(1)
        .select(receipts::seq)
        .first(db);
    Ok(found.optional()?)
}

type Boxed<'a> = receipts::BoxedQuery<'a, <Db as Connection>::Backend>;

fn within(from: i64, before: i64, unit: Option<&String>) -> Boxed<'_> {
    let query = receipts::table
        .filter(receipts::seq.ge(from))
        .filter(receipts::seq.lt(before))
        .into_boxed();
    match unit {
        Some(unit) => query.filter(receipts::unit.eq(unit)),
        None => query,
    }
}
