//! Who asked how often, on each unit.

use diesel::prelude::*;

use super::fixed::{Fixed, Value};
use crate::StorageError;
use crate::connection::Db;
use crate::schema::arrival_tallies;

/// What one subject asked of a unit. Counts fade: they are as they were at `at`.
#[derive(Debug, Clone, PartialEq, Queryable, Insertable)]
#[diesel(table_name = arrival_tallies)]
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
    /// Writes that were turned away because of the level, in the short memory.
    pub recent_refused: f64,
    /// And in the long one.
    pub long_refused: f64,
}

put_all!(
    put_all,
    arrival_tallies,
    TallyRow,
    [unit, subject],
    [
        at,
        recent_writes,
        recent_all,
        long_writes,
        long_all,
        recent_refused,
        long_refused
    ]
);

/// What was asked of a unit, by subject.
pub fn of_unit(db: &mut Db, unit: &str) -> Result<Vec<TallyRow>, StorageError> {
    let rows = arrival_tallies::table
        .filter(arrival_tallies::unit.eq(unit))
        .order(arrival_tallies::subject.asc());
    Ok(rows.select(arrival_tallies::all_columns).load(db)?)
}

/// What was asked of some units, in no order: for the sake of one, PostgreSQL would rather read the whole key.
pub fn of_units(db: &mut Db, units: &[&str]) -> Result<Vec<TallyRow>, StorageError> {
    let rows = arrival_tallies::table.filter(arrival_tallies::unit.eq_any(units));
    Ok(rows.select(arrival_tallies::all_columns).load(db)?)
}

/// What some subjects asked of some units.
pub fn of_subjects(
    db: &mut Db,
    units: &[&str],
    subjects: &[&str],
) -> Result<Vec<TallyRow>, StorageError> {
    let rows = arrival_tallies::table
        .filter(arrival_tallies::unit.eq_any(units))
        .filter(arrival_tallies::subject.eq_any(subjects));
    Ok(rows.select(arrival_tallies::all_columns).load(db)?)
}

/// How many subjects are remembered of each of some units; units of which none are left out.
pub fn counts(db: &mut Db, units: &[&str]) -> Result<Vec<(String, i64)>, StorageError> {
    let rows = arrival_tallies::table
        .filter(arrival_tallies::unit.eq_any(units))
        .group_by(arrival_tallies::unit);
    Ok(rows
        .select((arrival_tallies::unit, diesel::dsl::count_star()))
        .load(db)?)
}

/// Forgets what was last added to before `before` of what is remembered of a unit. Gives how many subjects went.
pub fn forget(db: &mut Db, unit: &str, before: i64) -> Result<usize, StorageError> {
    let forget = Fixed {
        text: FORGET,
        values: [Value::Text(unit), Value::Int(before)],
    };
    forget.run(db)
}

const FORGET: &[&str] = &[
    "DELETE FROM arrival_tallies WHERE unit = ",
    " AND at < ",
    "",
];

#[cfg(test)]
mod tests {
    use super::super::fixed::searches;
    use super::*;

    #[test]
    fn what_is_old_is_found_by_its_unit() {
        let expected = "SEARCH arrival_tallies USING PRIMARY KEY (unit=?)";
        assert_eq!(searches(FORGET), [expected]);
    }
}
