//! Runs of the scorer.

use diesel::prelude::*;

use crate::StorageError;
use crate::connection::Db;
use crate::schema::tdx_runs;

/// A run.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = tdx_runs, treat_none_as_null = true)]
pub struct RunRow {
    /// Its id; rises with time.
    pub id: String,
    /// `schedule` or `demand`.
    pub occasion: String,
    /// The process that ran it.
    pub owner: String,
    /// When it began.
    pub started_at: i64,
    /// When it was done; none while it goes on, and for one that was broken off.
    pub finished_at: Option<i64>,
    /// The moment that it scored for, by the clock of scores.
    pub scored_at: i64,
    /// How many units it scored.
    pub units: i64,
    /// From how many signals.
    pub events: i64,
    /// How many units it flagged.
    pub flagged: i64,
    /// How many flags it cleared.
    pub cleared: i64,
    /// How many units were risky at its end.
    pub risky: i64,
    /// What it did to the rule: `on` or `off`.
    pub flip: Option<String>,
    /// How many events it forgot.
    pub forgotten: i64,
}

/// Adds a run.
pub fn insert(db: &mut Db, row: &RunRow) -> Result<(), StorageError> {
    diesel::insert_into(tdx_runs::table)
        .values(row)
        .execute(db)?;
    Ok(())
}

/// Sets every column of a run.
pub fn update(db: &mut Db, row: &RunRow) -> Result<(), StorageError> {
    diesel::update(tdx_runs::table.find(&row.id))
        .set(row)
        .execute(db)?;
    Ok(())
}

/// One run.
pub fn find(db: &mut Db, id: &str) -> Result<Option<RunRow>, StorageError> {
    Ok(tdx_runs::table
        .find(id)
        .select(tdx_runs::all_columns)
        .get_result(db)
        .optional()?)
}

/// Runs below `before` (or from the newest), newest first.
pub fn page(db: &mut Db, before: Option<&str>, limit: i64) -> Result<Vec<RunRow>, StorageError> {
    let mut query = tdx_runs::table
        .order(tdx_runs::id.desc())
        .limit(limit)
        .select(tdx_runs::all_columns)
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(tdx_runs::id.lt(before.to_owned()));
    }
    Ok(query.load(db)?)
}
