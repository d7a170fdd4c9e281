//! Units whose arrivals are counted: how long, and what their gateway says of their capacity.

use diesel::prelude::*;

use crate::StorageError;
use crate::connection::Db;
use crate::schema::measured_units;

/// A unit whose arrivals are counted.
#[derive(Debug, Clone, PartialEq, Queryable, Insertable)]
#[diesel(table_name = measured_units, treat_none_as_default_value = false)]
pub struct MeasuredRow {
    /// The unit's name.
    pub unit: String,
    /// Whether there is anything to look at: something was asked, or a level is not yet down.
    pub active: bool,
    /// When it was last looked at, in microseconds.
    pub at: i64,
    /// The time that the short memory holds.
    pub recent_hours: f64,
    /// The time that the long memory holds.
    pub long_hours: f64,
    /// How many answers the estimate of its capacity rests on.
    pub samples: f64,
    /// The time that its upstream takes for a request when it is not busy.
    pub quiet_hours: Option<f64>,
    /// The requests per hour that its upstream was seen to manage when it was full.
    pub per_hour: Option<f64>,
    /// Answers since it was last looked at, of all servers.
    pub completed: i64,
    /// The time that they took together.
    pub service_hours: f64,
    /// The time that all requests waited together, also those without an answer.
    pub waited_hours: f64,
}

put_all!(
    put_all,
    measured_units,
    MeasuredRow,
    [unit],
    [
        active,
        at,
        recent_hours,
        long_hours,
        samples,
        quiet_hours,
        per_hour,
        completed,
        service_hours,
        waited_hours
    ]
);

/// What is known of a unit.
pub fn find(db: &mut Db, unit: &str) -> Result<Option<MeasuredRow>, StorageError> {
    Ok(measured_units::table
        .find(unit)
        .select(measured_units::all_columns)
        .get_result(db)
        .optional()?)
}

/// The names of all active units, by name.
pub fn active(db: &mut Db) -> Result<Vec<String>, StorageError> {
    let rows = measured_units::table
        .filter(measured_units::active.eq(true))
        .order(measured_units::unit.asc());
    Ok(rows.select(measured_units::unit).load(db)?)
}

/// Whether any unit is.
pub fn any_active(db: &mut Db) -> Result<bool, StorageError> {
    let rows = measured_units::table.filter(measured_units::active.eq(true));
    Ok(diesel::select(diesel::dsl::exists(rows)).get_result(db)?)
}

/// What is known of some units.
pub fn of_units(db: &mut Db, units: &[&str]) -> Result<Vec<MeasuredRow>, StorageError> {
    let rows = measured_units::table.filter(measured_units::unit.eq_any(units));
    Ok(rows.select(measured_units::all_columns).load(db)?)
}
