//! What the predictive controller remembers of each unit.

use diesel::prelude::*;

use crate::StorageError;
use crate::connection::Db;
use crate::schema::{forecasts, units};

/// A unit under the predictive controller.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = forecasts, treat_none_as_null = true)]
pub struct ForecastRow {
    /// The unit's name.
    pub unit: String,
    /// Everything that is remembered, as text that the controller reads back.
    pub state: String,
    /// The utilisation that the fast forecast expects.
    pub fast_ewma: Option<f64>,
    /// The one that level and trend lead to.
    pub holt: Option<f64>,
    /// The one that is usual.
    pub seasonal: Option<f64>,
}

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

/// What is remembered of a unit; none before its first observation under the predictive controller.
pub fn find(db: &mut Db, unit: &str) -> Result<Option<ForecastRow>, StorageError> {
    Ok(forecasts::table
        .find(unit)
        .select(forecasts::all_columns)
        .get_result(db)
        .optional()?)
}

/// Stores what is remembered of a unit, in place of what was.
pub fn put(db: &mut Db, row: &ForecastRow) -> Result<(), StorageError> {
    let updated = diesel::update(forecasts::table.find(&row.unit))
        .set(row)
        .execute(db)?;
    if updated == 0 {
        diesel::insert_into(forecasts::table)
            .values(row)
            .execute(db)?;
    }
    Ok(())
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
