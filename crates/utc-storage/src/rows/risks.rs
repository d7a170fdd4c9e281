//! The scorer's word on units, its history, and which scores wait to be computed again.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::fixed::{Fixed, Value};
use crate::StorageError;
use crate::connection::Db;
use crate::schema::{risk_due, risk_history, scoring, unit_risks};

/// What the scorer says of a unit.
#[derive(Debug, Clone, PartialEq, Queryable)]
pub struct UnitRiskRow {
    /// The unit.
    pub unit: String,
    /// From 0 to 100, by criticality.
    pub score: f64,
    /// From 0 to 1, whatever the criticality.
    pub risk: f64,
    /// Since when it is flagged, by the clock of scores.
    pub flagged_since: Option<i64>,
    /// How many runs in a row found a low score.
    pub low_runs: i64,
    /// The receipt of the flag.
    pub flag_receipt_id: Option<String>,
    /// What the score rests on, as JSON.
    pub evidence: String,
    /// Events of the last 24 hours that match.
    pub matched_count: i64,
    /// `rising`, `stable` or `falling`.
    pub trend: String,
    /// The moment that it was scored for, by the clock of scores.
    pub scored_at: i64,
    /// The number of the newest event that was there then.
    pub as_of: i64,
}

/// What the scorer said at one moment.
#[derive(Debug, Clone, PartialEq, Queryable)]
pub struct RiskHistoryRow {
    /// The unit.
    pub unit: String,
    /// When.
    pub ts: i64,
    /// The score, from 0 to 100.
    pub score: f64,
    /// Whether it was flagged.
    pub flagged: bool,
    /// Events of the 24 hours before that matched.
    pub matched_count: i64,
    /// `rising`, `stable` or `falling`.
    pub trend: String,
}

/// What the scorer says of a unit; none where it never scored it.
pub fn find(db: &mut Db, unit: &str) -> Result<Option<UnitRiskRow>, StorageError> {
    Ok(unit_risks::table
        .find(unit)
        .select(unit_risks::all_columns)
        .get_result(db)
        .optional()?)
}

/// How often a person changed what scores are made of.
pub fn revision(db: &mut Db) -> Result<i64, StorageError> {
    Ok(scoring::table
        .find(1)
        .select(scoring::revision)
        .get_result(db)?)
}

/// A person changed what scores are made of.
pub fn revise(db: &mut Db) -> Result<(), StorageError> {
    let next = scoring::revision.eq(scoring::revision + 1);
    diesel::update(scoring::table.find(1))
        .set(next)
        .execute(db)?;
    Ok(())
}

/// By what the scorer's word on a unit is told from the one before: the newest event that was there, and the moment.
pub type Version = (i64, i64);

/// The version of what it says of the units after `after` up to and including `to`.
pub fn versions_between(
    db: &mut Db,
    after: &str,
    to: &str,
) -> Result<Vec<(String, Version)>, StorageError> {
    Ok(unit_risks::table
        .filter(unit_risks::unit.gt(after))
        .filter(unit_risks::unit.le(to))
        .select((unit_risks::unit, (unit_risks::as_of, unit_risks::scored_at)))
        .load(db)?)
}

/// What the scorer says of some units.
pub fn of_units(db: &mut Db, units: &[&str]) -> Result<Vec<UnitRiskRow>, StorageError> {
    let rows = unit_risks::table.filter(unit_risks::unit.eq_any(units));
    Ok(rows.select(unit_risks::all_columns).load(db)?)
}

/// What it says of all.
pub fn all(db: &mut Db) -> Result<Vec<UnitRiskRow>, StorageError> {
    Ok(unit_risks::table
        .order(unit_risks::unit.asc())
        .select(unit_risks::all_columns)
        .load(db)?)
}

/// The units with the highest scores, at most `limit`.
pub fn highest(db: &mut Db, limit: i64) -> Result<Vec<UnitRiskRow>, StorageError> {
    Ok(unit_risks::table
        .filter(unit_risks::score.gt(0.0))
        .order((unit_risks::score.desc(), unit_risks::unit.asc()))
        .limit(limit)
        .select(unit_risks::all_columns)
        .load(db)?)
}

/// Units after `after` with a score above nothing or a flag, by name, at most `limit`.
pub fn scored_after(db: &mut Db, after: &str, limit: i64) -> Result<Vec<String>, StorageError> {
    let says = unit_risks::score
        .gt(0.0)
        .or(unit_risks::flagged_since.is_not_null())
        .or(unit_risks::matched_count.gt(0));
    Ok(unit_risks::table
        .filter(unit_risks::unit.gt(after))
        .filter(says)
        .order(unit_risks::unit.asc())
        .limit(limit)
        .select(unit_risks::unit)
        .load(db)?)
}

/// Stores what the scorer says of a unit, in place of what it said.
pub fn put(db: &mut Db, row: &UnitRiskRow) -> Result<(), StorageError> {
    let put = Fixed {
        text: &[
            "INSERT INTO unit_risks (unit, score, risk, flagged_since, low_runs, flag_receipt_id, evidence, \
             matched_count, trend, scored_at, as_of) VALUES (",
            ", ",
            ", ",
            ", ",
            ", ",
            ", ",
            ", ",
            ", ",
            ", ",
            ", ",
            ", ",
            ") ON CONFLICT (unit) DO UPDATE SET score = excluded.score, risk = excluded.risk, \
             flagged_since = excluded.flagged_since, low_runs = excluded.low_runs, \
             flag_receipt_id = excluded.flag_receipt_id, evidence = excluded.evidence, \
             matched_count = excluded.matched_count, trend = excluded.trend, scored_at = excluded.scored_at, \
             as_of = excluded.as_of",
        ],
        values: [
            Value::Text(&row.unit),
            Value::Real(row.score),
            Value::Real(row.risk),
            Value::MaybeInt(row.flagged_since),
            Value::Int(row.low_runs),
            Value::MaybeText(row.flag_receipt_id.as_deref()),
            Value::Text(&row.evidence),
            Value::Int(row.matched_count),
            Value::Text(&row.trend),
            Value::Int(row.scored_at),
            Value::Int(row.as_of),
        ],
    };
    put.run(db)?;
    Ok(())
}

/// Notes that the state of a unit that decisions see changed with this epoch.
pub fn touch_unit(db: &mut Db, unit: &str, epoch: i64) -> Result<(), StorageError> {
    let touch = Fixed {
        text: &["UPDATE units SET state_epoch = ", " WHERE name = ", ""],
        values: [Value::Int(epoch), Value::Text(unit)],
    };
    touch.run(db)?;
    Ok(())
}

/// The units that the scorer flagged, by name.
pub fn flagged(db: &mut Db) -> Result<Vec<String>, StorageError> {
    Ok(unit_risks::table
        .filter(unit_risks::flagged_since.is_not_null())
        .order(unit_risks::unit.asc())
        .select(unit_risks::unit)
        .load(db)?)
}

/// Adds to the history; of two at the same moment the later one stays.
pub fn put_history(db: &mut Db, row: &RiskHistoryRow) -> Result<(), StorageError> {
    let put = Fixed {
        text: &[
            "INSERT INTO risk_history (unit, ts, score, flagged, matched_count, trend) VALUES (",
            ", ",
            ", ",
            ", ",
            ", ",
            ", ",
            ") ON CONFLICT (unit, ts) DO UPDATE SET score = excluded.score, flagged = excluded.flagged, \
             matched_count = excluded.matched_count, trend = excluded.trend",
        ],
        values: [
            Value::Text(&row.unit),
            Value::Int(row.ts),
            Value::Real(row.score),
            Value::Truth(row.flagged),
            Value::Int(row.matched_count),
            Value::Text(&row.trend),
        ],
    };
    put.run(db)?;
    Ok(())
}

/// The history of a unit before `before`, newest first.
pub fn history(
    db: &mut Db,
    unit: &str,
    before: i64,
    limit: i64,
) -> Result<Vec<RiskHistoryRow>, StorageError> {
    Ok(risk_history::table
        .filter(risk_history::unit.eq(unit))
        .filter(risk_history::ts.lt(before))
        .order(risk_history::ts.desc())
        .limit(limit)
        .select(risk_history::all_columns)
        .load(db)?)
}

/// Forgets history before `before`, at most `limit` rows.
pub fn forget_history(db: &mut Db, before: i64, limit: i64) -> Result<usize, StorageError> {
    let old: Vec<(String, i64)> = risk_history::table
        .filter(risk_history::ts.lt(before))
        .order(risk_history::ts.asc())
        .limit(limit)
        .select((risk_history::unit, risk_history::ts))
        .load(db)?;
    for (unit, ts) in &old {
        diesel::delete(risk_history::table.find((unit, ts))).execute(db)?;
    }
    Ok(old.len())
}

/// A score of `unit` waits, as was asked for at `stamp`; of two askings each leaves another stamp.
pub fn put_due(db: &mut Db, unit: &str, stamp: i64) -> Result<(), StorageError> {
    let put = Fixed {
        text: &[
            "INSERT INTO risk_due (unit, stamp) VALUES (",
            ", ",
            ") ON CONFLICT (unit) DO UPDATE SET stamp = CASE WHEN excluded.stamp > risk_due.stamp \
             THEN excluded.stamp ELSE risk_due.stamp + 1 END",
        ],
        values: [Value::Text(unit), Value::Int(stamp)],
    };
    put.run(db)?;
    Ok(())
}

/// Every score waits that says anything, or said it, as was asked for at `stamp`.
pub fn put_all_due(db: &mut Db, stamp: i64) -> Result<(), StorageError> {
    let sql = "INSERT INTO risk_due (unit, stamp) SELECT name, $1 FROM units \
         WHERE EXISTS (SELECT 1 FROM unit_signals WHERE unit_signals.unit = units.name) \
         OR EXISTS (SELECT 1 FROM unit_risks WHERE unit_risks.unit = units.name) \
         ON CONFLICT (unit) DO UPDATE SET stamp = CASE WHEN excluded.stamp > risk_due.stamp \
         THEN excluded.stamp ELSE risk_due.stamp + 1 END";
    diesel::sql_query(sql)
        .bind::<BigInt, _>(stamp)
        .execute(db)?;
    Ok(())
}

/// Units whose scores wait, longest first, with when that was last asked for, at most `limit`.
pub fn due(db: &mut Db, limit: i64) -> Result<Vec<(String, i64)>, StorageError> {
    Ok(risk_due::table
        .order(risk_due::stamp.asc())
        .limit(limit)
        .select((risk_due::unit, risk_due::stamp))
        .load(db)?)
}

/// A score does not wait any more, unless it was asked for again since `stamp`.
pub fn settle_due(db: &mut Db, unit: &str, stamp: i64) -> Result<(), StorageError> {
    let settled = risk_due::table
        .filter(risk_due::unit.eq(unit))
        .filter(risk_due::stamp.eq(stamp));
    diesel::delete(settled).execute(db)?;
    Ok(())
}
