//! What scores are computed from: events by the units that they match, and what is over.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};

use crate::StorageError;
use crate::connection::Db;
use crate::schema::{closings, events, unit_signals};

/// An event that matches a unit.
#[derive(Debug, Clone, PartialEq, Queryable, Insertable)]
#[diesel(table_name = unit_signals)]
pub struct UnitSignalRow {
    /// The unit.
    pub unit: String,
    /// The event's number.
    pub event: i64,
    /// Who said it.
    pub source: String,
    /// The digest of its content, 32 bytes.
    pub hash: Vec<u8>,
    /// Under which name it can be closed, 32 bytes.
    pub thread: Vec<u8>,
    /// When it begins to lose weight.
    pub counts_from: i64,
    /// After how many microseconds it counts half.
    pub half_life: i64,
    /// How bad it is.
    pub severity: String,
    /// How sure the source is, from 0 to 1.
    pub confidence: f64,
    /// Whether it raises a score: not when it closes, is of unknown type, or was dismissed.
    pub counts: bool,
}

/// What a score needs of an event that matches a unit.
#[derive(Debug, Clone, PartialEq, Queryable)]
pub struct Said {
    /// The unit.
    pub unit: String,
    /// Who said it.
    pub source: String,
    /// The digest of its content, 32 bytes.
    pub hash: Vec<u8>,
    /// When it begins to lose weight.
    pub counts_from: i64,
    /// After how many microseconds it counts half.
    pub half_life: i64,
    /// How bad it is.
    pub severity: String,
    /// How sure the source is, from 0 to 1.
    pub confidence: f64,
    /// Whether it raises a score: not when it closes, is of unknown type, or was dismissed.
    pub counts: bool,
    /// When its source last said that it is over.
    pub closed_at: Option<i64>,
}

type SaidColumns = (
    unit_signals::unit,
    unit_signals::source,
    unit_signals::hash,
    unit_signals::counts_from,
    unit_signals::half_life,
    unit_signals::severity,
    unit_signals::confidence,
    unit_signals::counts,
    diesel::dsl::Nullable<closings::at>,
);

fn said_columns() -> SaidColumns {
    (
        unit_signals::unit,
        unit_signals::source,
        unit_signals::hash,
        unit_signals::counts_from,
        unit_signals::half_life,
        unit_signals::severity,
        unit_signals::confidence,
        unit_signals::counts,
        closings::at.nullable(),
    )
}

const PUT_CLOSING: &str = "INSERT INTO closings (source, thread, at, until) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (source, thread) DO UPDATE SET at = excluded.at, until = excluded.until \
     WHERE closings.at < excluded.at";

/// Adds signals.
pub fn insert(db: &mut Db, rows: &[UnitSignalRow]) -> Result<(), StorageError> {
    super::events::insert_each!(db, unit_signals::table, rows);
    Ok(())
}

/// Notes that a source said that a thread of its own is over.
pub fn close(
    db: &mut Db,
    source: &str,
    thread: &[u8],
    at: i64,
    until: i64,
) -> Result<(), StorageError> {
    diesel::sql_query(PUT_CLOSING)
        .bind::<Text, _>(source)
        .bind::<Binary, _>(thread)
        .bind::<BigInt, _>(at)
        .bind::<BigInt, _>(until)
        .execute(db)?;
    Ok(())
}

/// What is said of the units after `after` up to and including `to` and says anything at `now`: for so many half-lives. By
/// unit.
pub fn between(
    db: &mut Db,
    after: &str,
    to: &str,
    now: i64,
    half_lives: i64,
) -> Result<Vec<Said>, StorageError> {
    let over = closings::source
        .eq(unit_signals::source)
        .and(closings::thread.eq(unit_signals::thread));
    Ok(unit_signals::table
        .left_join(closings::table.on(over))
        .filter(unit_signals::unit.gt(after))
        .filter(unit_signals::unit.le(to))
        .filter((unit_signals::counts_from + unit_signals::half_life * half_lives).gt(now))
        .order(unit_signals::unit.asc())
        .select(said_columns())
        .load(db)?)
}

/// The same of one unit.
pub fn of_unit(
    db: &mut Db,
    unit: &str,
    now: i64,
    half_lives: i64,
) -> Result<Vec<Said>, StorageError> {
    let over = closings::source
        .eq(unit_signals::source)
        .and(closings::thread.eq(unit_signals::thread));
    Ok(unit_signals::table
        .left_join(closings::table.on(over))
        .filter(unit_signals::unit.eq(unit))
        .filter((unit_signals::counts_from + unit_signals::half_life * half_lives).gt(now))
        .select(said_columns())
        .load(db)?)
}

/// The units that an event matches.
pub fn units_of(db: &mut Db, event: i64) -> Result<Vec<String>, StorageError> {
    Ok(unit_signals::table
        .filter(unit_signals::event.eq(event))
        .order(unit_signals::unit.asc())
        .select(unit_signals::unit)
        .load(db)?)
}

/// The units that what a source said in a thread matches.
pub fn units_in_thread(
    db: &mut Db,
    source: &str,
    thread: &[u8],
) -> Result<Vec<String>, StorageError> {
    let said = events::table
        .filter(events::thread.eq(thread))
        .filter(events::source.eq(source))
        .select(events::seq);
    Ok(unit_signals::table
        .filter(unit_signals::event.eq_any(said))
        .select(unit_signals::unit)
        .distinct()
        .load(db)?)
}

/// Units with signals after `after`, by name, at most `limit`.
pub fn units_after(db: &mut Db, after: &str, limit: i64) -> Result<Vec<String>, StorageError> {
    let sql = "SELECT name AS unit FROM units WHERE name > $1 AND \
         EXISTS (SELECT 1 FROM unit_signals WHERE unit_signals.unit = units.name) ORDER BY name LIMIT $2";
    let rows: Vec<Unit> = diesel::sql_query(sql)
        .bind::<Text, _>(after)
        .bind::<BigInt, _>(limit)
        .load(db)?;
    Ok(rows.into_iter().map(|row| row.unit).collect())
}

#[derive(diesel::QueryableByName)]
struct Unit {
    #[diesel(sql_type = Text)]
    unit: String,
}

/// An event matches a unit no more.
pub fn remove(db: &mut Db, unit: &str, event: i64) -> Result<(), StorageError> {
    diesel::delete(unit_signals::table.find((unit, event))).execute(db)?;
    Ok(())
}

/// What an event says counts no more.
pub fn silence(db: &mut Db, event: i64) -> Result<(), StorageError> {
    diesel::update(unit_signals::table.filter(unit_signals::event.eq(event)))
        .set(unit_signals::counts.eq(false))
        .execute(db)?;
    Ok(())
}

/// Forgets closings whose time is over, at most `limit`.
pub fn forget_closings(db: &mut Db, now: i64, limit: i64) -> Result<usize, StorageError> {
    let old: Vec<(String, Vec<u8>)> = closings::table
        .filter(closings::until.lt(now))
        .order(closings::until.asc())
        .limit(limit)
        .select((closings::source, closings::thread))
        .load(db)?;
    for (source, thread) in &old {
        diesel::delete(closings::table.find((source, thread))).execute(db)?;
    }
    Ok(old.len())
}
