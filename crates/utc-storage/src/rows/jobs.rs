//! Who does what comes once in a while. All of this is asked and written under the lock of the log's head.

use diesel::prelude::*;

use crate::StorageError;
use crate::connection::Db;
use crate::schema::jobs;

/// One slot of a job.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = jobs, primary_key(job, slot), treat_none_as_null = true)]
pub struct JobRow {
    /// The job.
    pub job: String,
    /// Which time of it.
    pub slot: i64,
    /// The process that does it.
    pub owner: String,
    /// Until when that counts as alive, unless it says so again.
    pub lease_until: i64,
    /// When it was done.
    pub done_at: Option<i64>,
}

/// One slot.
pub fn find(db: &mut Db, job: &str, slot: i64) -> Result<Option<JobRow>, StorageError> {
    Ok(jobs::table
        .find((job, slot))
        .select(jobs::all_columns)
        .get_result(db)
        .optional()?)
}

/// The slots of the job that were begun and not ended.
pub fn open(db: &mut Db, job: &str) -> Result<Vec<JobRow>, StorageError> {
    Ok(jobs::table
        .filter(jobs::job.eq(job))
        .filter(jobs::done_at.is_null())
        .order(jobs::slot.asc())
        .select(jobs::all_columns)
        .load(db)?)
}

/// The latest slot of the job that was done.
pub fn latest_done(db: &mut Db, job: &str) -> Result<Option<i64>, StorageError> {
    Ok(jobs::table
        .filter(jobs::job.eq(job))
        .filter(jobs::done_at.is_not_null())
        .select(diesel::dsl::max(jobs::slot))
        .get_result(db)?)
}

/// Adds a slot.
pub fn insert(db: &mut Db, row: &JobRow) -> Result<(), StorageError> {
    diesel::insert_into(jobs::table).values(row).execute(db)?;
    Ok(())
}

/// Sets every column of a slot.
pub fn update(db: &mut Db, row: &JobRow) -> Result<(), StorageError> {
    diesel::update(jobs::table.find((&row.job, row.slot)))
        .set(row)
        .execute(db)?;
    Ok(())
}

/// Forgets slots of the job from `from` up to, and without, `to`.
pub fn forget_between(db: &mut Db, job: &str, from: i64, to: i64) -> Result<(), StorageError> {
    let old = jobs::table
        .filter(jobs::job.eq(job))
        .filter(jobs::slot.ge(from))
        .filter(jobs::slot.lt(to));
    diesel::delete(old).execute(db)?;
    Ok(())
}
