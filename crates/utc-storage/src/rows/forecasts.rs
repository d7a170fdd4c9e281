//! What the predictive controller remembers of each unit.

use diesel::prelude::*;

use crate::StorageError;
use crate::connection::Db;
use crate::schema::{forecast_profiles, forecasts, units};

/// A unit under the predictive controller.
#[derive(Debug, Clone, PartialEq, Queryable, Insertable)]
#[diesel(table_name = forecasts, treat_none_as_default_value = false)]
pub struct ForecastRow {
    /// The unit's name.
    pub unit: String,
    /// What is remembered and moves, as text that the controller reads back.
    pub state: String,
    /// The utilisation that the fast forecast expects.
    pub fast_ewma: Option<f64>,
    /// The one that level and trend lead to.
    pub holt: Option<f64>,
    /// The one that is usual.
    pub seasonal: Option<f64>,
    /// Rises with each state that is stored.
    pub version: i64,
}

/// A unit's seasonal profile.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = forecast_profiles)]
pub struct ProfileRow {
    /// The unit's name.
    pub unit: String,
    /// The profile, as text that the controller reads back.
    pub bins: String,
}

put_all!(
    put_all,
    forecasts,
    ForecastRow,
    [unit],
    [state, fast_ewma, holt, seasonal, version]
);
put_all!(put_profiles, forecast_profiles, ProfileRow, [unit], [bins]);

/// What a configured unit's forecasts expect.
#[derive(Debug, Clone, PartialEq, Queryable)]
pub struct ExpectedRow {
    /// The unit's name.
    pub unit: String,
    /// The utilisation that the fast forecast expects.
    pub fast_ewma: Option<f64>,
    /// The one that level and trend lead to.
    pub holt: Option<f64>,
    /// The one that is usual.
    pub seasonal: Option<f64>,
    /// Everything that is remembered, with how right each was.
    pub state: String,
}

/// What is remembered of some units.
pub fn of_units(db: &mut Db, units: &[&str]) -> Result<Vec<ForecastRow>, StorageError> {
    let rows = forecasts::table.filter(forecasts::unit.eq_any(units));
    Ok(rows.select(forecasts::all_columns).load(db)?)
}

/// The seasonal profiles of some units.
pub fn profiles(db: &mut Db, units: &[&str]) -> Result<Vec<ProfileRow>, StorageError> {
    let rows = forecast_profiles::table.filter(forecast_profiles::unit.eq_any(units));
    Ok(rows.select(forecast_profiles::all_columns).load(db)?)
}

/// Which state of some units is the newest.
pub fn versions(db: &mut Db, units: &[&str]) -> Result<Vec<(String, i64)>, StorageError> {
    let rows = forecasts::table.filter(forecasts::unit.eq_any(units));
    Ok(rows
        .select((forecasts::unit, forecasts::version))
        .load(db)?)
}

/// What the forecasts of all configured units expect, by name.
pub fn expected(db: &mut Db) -> Result<Vec<ExpectedRow>, StorageError> {
    Ok(forecasts::table
        .inner_join(units::table)
        .filter(units::configured.eq(true))
        .order(forecasts::unit.asc())
        .select((
            forecasts::unit,
            forecasts::fast_ewma,
            forecasts::holt,
            forecasts::seasonal,
            forecasts::state,
        ))
        .load(db)?)
}
