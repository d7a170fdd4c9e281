//! Receipts by subject and unit, oldest first: for handing out a part of the log page by page.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::receipts::{COLUMNS, INDEXED_KIND, ReceiptRow};
use crate::StorageError;
use crate::connection::Db;
use crate::schema::receipts;

/// A part of the log: positions `[from, before)`, perhaps of one subject, perhaps about one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The first position.
    pub from: i64,
    /// The first position behind it.
    pub before: i64,
    /// Only receipts of this subject.
    pub subject: Option<String>,
    /// Only receipts about this unit.
    pub unit: Option<String>,
}

/// Some receipts, and where to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    /// Oldest first. There may be none although there are more behind.
    pub rows: Vec<ReceiptRow>,
    /// Every receipt of the selection before this position has been read.
    pub next: i64,
}

/// The next receipts of a selection. The subject leads through its index, else the unit does; where both are given, the
/// unit is compared on at most `limit` entries, so that no page takes long.
pub fn page(db: &mut Db, selection: &Selection, limit: i64) -> Result<Selected, StorageError> {
    let mut query = receipts::table
        .filter(receipts::seq.ge(selection.from))
        .filter(receipts::seq.lt(selection.before))
        .order(receipts::seq.asc())
        .limit(limit)
        .select(COLUMNS)
        .into_boxed();
    if let Some(subject) = &selection.subject {
        query = query.filter(receipts::subject.eq(subject));
    } else if let Some(unit) = &selection.unit {
        query = query.filter(receipts::unit.eq(unit));
    }
    let mut rows: Vec<ReceiptRow> = query.load(db)?;
    let next = match rows.last() {
        Some(last) if i64::try_from(rows.len()).unwrap_or(limit) == limit => last.seq + 1,
        Some(_) | None => selection.before,
    };
    rows.retain(|row| selection.unit.is_none() || row.unit == selection.unit);
    Ok(Selected { rows, next })
}

/// Receipts of one kind, which is not `decision`, about one unit at `[from, before)`, oldest first, at most `limit`.
pub fn of_kind(
    db: &mut Db,
    kind: &str,
    unit: &str,
    (from, before): (i64, i64),
    limit: i64,
) -> Result<Vec<ReceiptRow>, StorageError> {
    let query = receipts::table
        .filter(receipts::kind.eq(kind))
        .filter(sql::<Bool>(INDEXED_KIND))
        .filter(receipts::unit.eq(unit))
        .filter(receipts::seq.ge(from))
        .filter(receipts::seq.lt(before));
    Ok(query
        .order(receipts::seq.asc())
        .limit(limit)
        .select(COLUMNS)
        .load(db)?)
}
