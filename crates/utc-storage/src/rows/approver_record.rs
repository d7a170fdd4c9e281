//! What the people who approve did so far: one row.

use diesel::prelude::*;

use crate::StorageError;
use crate::connection::Db;
use crate::schema::approver_record;

const ONLY: i64 = 1;

/// Votes, and the time in which people could have voted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RecordRow {
    /// The votes.
    pub votes: i64,
    /// Hours in which something waited, summed over the people.
    pub exposure_hours: f64,
    /// Until when the hours are counted.
    pub as_of: i64,
}

/// The record; none before the first request for approval.
pub fn find(db: &mut Db) -> Result<Option<RecordRow>, StorageError> {
    let row: Option<(i64, f64, i64)> = approver_record::table
        .find(ONLY)
        .select((
            approver_record::votes,
            approver_record::exposure_hours,
            approver_record::as_of,
        ))
        .get_result(db)
        .optional()?;
    Ok(row.map(|(votes, exposure_hours, as_of)| RecordRow {
        votes,
        exposure_hours,
        as_of,
    }))
}

/// Stores the record, in place of the one before.
pub fn put(db: &mut Db, row: &RecordRow) -> Result<(), StorageError> {
    let values = (
        approver_record::votes.eq(row.votes),
        approver_record::exposure_hours.eq(row.exposure_hours),
        approver_record::as_of.eq(row.as_of),
    );
    let updated = diesel::update(approver_record::table.find(ONLY))
        .set(values)
        .execute(db)?;
    if updated == 0 {
        diesel::insert_into(approver_record::table)
            .values((approver_record::id.eq(ONLY), values))
            .execute(db)?;
    }
    Ok(())
}
