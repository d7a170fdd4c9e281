//! Who asked how often, on each unit.

use diesel::prelude::*;

use crate::StorageError;
use crate::connection::Db;
use crate::schema::arrival_tallies;

/// What one subject asked of a unit. Counts fade: they are as they were at `at`.
#[derive(Debug, Clone, PartialEq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = arrival_tallies, primary_key(unit, subject))]
pub struct TallyRow {
    /// The unit's name.
    pub unit: String,
    /// The subject; empty for all that did not find a place.
    pub subject: String,
    /// When the counts were these, in microseconds.
    pub at: i64,
    /// Writes that the short memory holds.
    pub recent_writes: f64,
    /// Reads and writes that it holds.
    pub recent_all: f64,
    /// Writes that the long memory holds.
    pub long_writes: f64,
    /// Reads and writes that it holds.
    pub long_all: f64,
}

/// What one subject asked of a unit; none when that is forgotten.
pub fn find(db: &mut Db, unit: &str, subject: &str) -> Result<Option<TallyRow>, StorageError> {
    Ok(arrival_tallies::table
        .find((unit, subject))
        .select(arrival_tallies::all_columns)
        .get_result(db)
        .optional()?)
}

/// What was asked of a unit, by subject.
pub fn of_unit(db: &mut Db, unit: &str) -> Result<Vec<TallyRow>, StorageError> {
    let rows = arrival_tallies::table
        .filter(arrival_tallies::unit.eq(unit))
        .order(arrival_tallies::subject.asc());
    Ok(rows.select(arrival_tallies::all_columns).load(db)?)
}

/// How many subjects are remembered of a unit.
pub fn count(db: &mut Db, unit: &str) -> Result<i64, StorageError> {
    let rows = arrival_tallies::table.filter(arrival_tallies::unit.eq(unit));
    Ok(rows.count().get_result(db)?)
}

/// Stores what one subject asked, in place of what was.
pub fn put(db: &mut Db, row: &TallyRow) -> Result<(), StorageError> {
    let updated = diesel::update(arrival_tallies::table.find((&row.unit, &row.subject)))
        .set(row)
        .execute(db)?;
    if updated == 0 {
        diesel::insert_into(arrival_tallies::table)
            .values(row)
            .execute(db)?;
    }
    Ok(())
}

/// Forgets what was last added to before `before`.
pub fn forget(db: &mut Db, before: i64) -> Result<usize, StorageError> {
    let old = arrival_tallies::table.filter(arrival_tallies::at.lt(before));
    Ok(diesel::delete(old).execute(db)?)
}
