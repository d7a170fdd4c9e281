//! Deliveries that were not taken: a ring, without their bodies.

use diesel::prelude::*;

use crate::StorageError;
use crate::connection::Db;
use crate::schema::quarantine;

/// How many are kept.
pub const RING: i64 = 10_000;

/// A delivery that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = quarantine)]
pub struct QuarantineRow {
    /// Its number; rises with time.
    pub seq: i64,
    /// When it came.
    pub at: i64,
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
    /// How large its body was.
    pub body_bytes: i64,
}

/// Adds one, with the next number instead of its own, and forgets the one that leaves the ring.
pub fn insert(db: &mut Db, row: QuarantineRow) -> Result<i64, StorageError> {
    let last: Option<i64> = quarantine::table
        .order(quarantine::seq.desc())
        .select(quarantine::seq)
        .first(db)
        .optional()?;
    let seq = last.map_or(0, |last| last + 1);
    let row = QuarantineRow { seq, ..row };
    diesel::insert_into(quarantine::table)
        .values(&row)
        .execute(db)?;
    let gone = quarantine::table.filter(quarantine::seq.le(seq - RING));
    diesel::delete(gone).execute(db)?;
    Ok(seq)
}

/// Those below `before` (or from the newest), newest first.
pub fn page(
    db: &mut Db,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<QuarantineRow>, StorageError> {
    Ok(quarantine::table
        .filter(quarantine::seq.lt(before.unwrap_or(i64::MAX)))
        .order(quarantine::seq.desc())
        .limit(limit)
        .select(quarantine::all_columns)
        .load(db)?)
}

/// How many there are.
pub fn count(db: &mut Db) -> Result<i64, StorageError> {
    Ok(quarantine::table.count().get_result(db)?)
}
