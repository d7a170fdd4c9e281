//! Units: configuration, the state of their queue, and their other names.

use diesel::prelude::*;

use crate::StorageError;
use crate::connection::Db;
use crate::schema::{unit_aliases, units};

/// A unit.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = units, primary_key(name), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct UnitRow {
    /// Its name.
    pub name: String,
    /// Whether somebody configured it; else a decision or an observation made it.
    pub configured: bool,
    /// Its configuration as JSON.
    pub config: String,
    /// The number of the configuration, from 1; 0 before the first.
    pub config_version: i64,
    /// Estimated arrivals per hour.
    pub lambda_est: Option<f64>,
    /// Estimated service capacity per hour.
    pub mu_est: Option<f64>,
    /// Utilisation.
    pub rho: Option<f64>,
    /// The measured level.
    pub level: String,
    /// Since when.
    pub level_since: Option<i64>,
    /// Why.
    pub level_cause: Option<String>,
    /// Since when utilisation has been below the relax threshold.
    pub below_since: Option<i64>,
    /// The newest observation.
    pub last_observed_at: Option<i64>,
    /// The usual time between observations, in microseconds.
    pub interval_micros: Option<i64>,
    /// The clock hour being counted.
    pub hour: Option<i64>,
    /// The mean of the arrival rates reported in it.
    pub hour_mean: Option<f64>,
    /// How many were reported in it.
    pub hour_reports: Option<i64>,
    /// The latest earlier clock hour with data.
    pub previous_hour: Option<i64>,
    /// The mean of the arrival rates reported in that.
    pub previous_hour_mean: Option<f64>,
    /// How many were reported in that.
    pub previous_hour_reports: Option<i64>,
    /// Whether arrivals doubled against the hour before.
    pub change_point: bool,
    /// The state epoch of the last change.
    pub state_epoch: i64,
    /// When it was made.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
    /// `reported` or `measured`: where its arrivals come from; none before the first observation.
    pub source: Option<String>,
    /// Who asks for more than their share, one a line.
    pub held_subjects: Option<String>,
}

impl UnitRow {
    /// A unit that nobody configured and of which nothing was observed.
    pub fn new(name: &str, at: i64, epoch: i64) -> Self {
        Self {
            name: name.to_owned(),
            configured: false,
            config: "{}".to_owned(),
            config_version: 0,
            lambda_est: None,
            mu_est: None,
            rho: None,
            level: "permissive".to_owned(),
            level_since: None,
            level_cause: None,
            below_since: None,
            last_observed_at: None,
            interval_micros: None,
            hour: None,
            hour_mean: None,
            hour_reports: None,
            previous_hour: None,
            previous_hour_mean: None,
            previous_hour_reports: None,
            change_point: false,
            state_epoch: epoch,
            created_at: at,
            updated_at: at,
            source: None,
            held_subjects: None,
        }
    }
}

// What observations change is stored; whatever a person configured stays.
set_all!(
    set_observed,
    units,
    UnitRow,
    name,
    [
        lambda_est,
        mu_est,
        rho,
        level,
        level_since,
        level_cause,
        below_since,
        last_observed_at,
        interval_micros,
        hour,
        hour_mean,
        hour_reports,
        previous_hour,
        previous_hour_mean,
        previous_hour_reports,
        change_point,
        state_epoch,
        updated_at,
        source,
        held_subjects
    ]
);

/// When a unit was last observed.
#[derive(Debug, Clone, PartialEq, Queryable)]
pub struct ObservedRow {
    /// Its name.
    pub name: String,
    /// `reported` or `measured`.
    pub source: Option<String>,
    /// The measured level.
    pub level: String,
    /// The newest observation.
    pub last_observed_at: i64,
    /// The usual time between observations, in microseconds.
    pub interval_micros: Option<i64>,
}

/// Another name of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = unit_aliases)]
pub struct AliasRow {
    /// The other name.
    pub alias: String,
    /// The unit that it names.
    pub unit: String,
}

/// A unit by its own name.
pub fn find(db: &mut Db, name: &str) -> Result<Option<UnitRow>, StorageError> {
    Ok(units::table
        .find(name)
        .select(units::all_columns)
        .get_result(db)
        .optional()?)
}

/// Some units by their own names.
pub fn of_names(db: &mut Db, names: &[&str]) -> Result<Vec<UnitRow>, StorageError> {
    let rows = units::table.filter(units::name.eq_any(names));
    Ok(rows.select(units::all_columns).load(db)?)
}

/// Units changed after `epoch`.
pub fn changed_after(db: &mut Db, epoch: i64) -> Result<Vec<UnitRow>, StorageError> {
    Ok(units::table
        .filter(units::state_epoch.gt(epoch))
        .select(units::all_columns)
        .load(db)?)
}

/// Units with names after `after`, by name.
pub fn page(db: &mut Db, after: &str, limit: i64) -> Result<Vec<UnitRow>, StorageError> {
    let query = units::table
        .filter(units::name.gt(after))
        .order(units::name.asc())
        .limit(limit);
    Ok(query.select(units::all_columns).load(db)?)
}

/// The names of units after `after`, by name.
pub fn names(db: &mut Db, after: &str, limit: i64) -> Result<Vec<String>, StorageError> {
    let query = units::table
        .filter(units::name.gt(after))
        .order(units::name.asc())
        .limit(limit);
    Ok(query.select(units::name).load(db)?)
}

/// How many units there are.
pub fn count(db: &mut Db) -> Result<i64, StorageError> {
    Ok(units::table.count().get_result(db)?)
}

/// Configured units that were observed: name, source, level, the newest observation and the usual interval.
pub fn observed(db: &mut Db) -> Result<Vec<ObservedRow>, StorageError> {
    let rows = units::table
        .filter(units::configured.eq(true))
        .filter(units::last_observed_at.is_not_null())
        .select((
            units::name,
            units::source,
            units::level,
            units::last_observed_at.assume_not_null(),
            units::interval_micros,
        ));
    Ok(rows.load(db)?)
}

/// Adds a unit.
pub fn insert(db: &mut Db, row: &UnitRow) -> Result<(), StorageError> {
    diesel::insert_into(units::table).values(row).execute(db)?;
    Ok(())
}

/// Sets every column of a unit.
pub fn update(db: &mut Db, row: &UnitRow) -> Result<(), StorageError> {
    diesel::update(units::table.find(&row.name))
        .set(row)
        .execute(db)?;
    Ok(())
}

/// Every other name.
pub fn aliases(db: &mut Db) -> Result<Vec<AliasRow>, StorageError> {
    let query = unit_aliases::table.order(unit_aliases::alias.asc());
    Ok(query
        .select((unit_aliases::alias, unit_aliases::unit))
        .load(db)?)
}

/// The unit that `alias` names.
pub fn unit_of_alias(db: &mut Db, alias: &str) -> Result<Option<String>, StorageError> {
    Ok(unit_aliases::table
        .find(alias)
        .select(unit_aliases::unit)
        .get_result(db)
        .optional()?)
}

/// Replaces the other names of a unit.
pub fn set_aliases(db: &mut Db, unit: &str, names: &[String]) -> Result<(), StorageError> {
    diesel::delete(unit_aliases::table.filter(unit_aliases::unit.eq(unit))).execute(db)?;
    for alias in names {
        let row = AliasRow {
            alias: alias.clone(),
            unit: unit.to_owned(),
        };
        diesel::insert_into(unit_aliases::table)
            .values(&row)
            .execute(db)?;
    }
    Ok(())
}
