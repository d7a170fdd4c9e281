//! What a unit went through: feature rows and level changes.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Double, Nullable};

use super::fixed::{Fixed, Value};
use crate::StorageError;
use crate::connection::Db;
use crate::schema::{features, level_changes};

/// The computed metrics of a unit at one moment.
#[derive(Debug, Clone, PartialEq, Queryable, Insertable)]
#[diesel(table_name = features)]
pub struct FeatureRow {
    /// The unit.
    pub unit: String,
    /// When.
    pub ts: i64,
    /// Estimated arrivals per hour.
    pub lambda_est: f64,
    /// Estimated service capacity per hour.
    pub mu_est: f64,
    /// Utilisation.
    pub rho: f64,
    /// The measured level.
    pub level: String,
    /// Whether arrivals doubled against the hour before.
    pub change_point: bool,
    /// Trust signals that matched the unit in the last 24 hours.
    pub matched_count: i64,
    /// `rising`, `stable` or `falling`, by matched signals.
    pub trend: String,
}

put_all!(
    put_features,
    features,
    FeatureRow,
    [unit, ts],
    [
        lambda_est,
        mu_est,
        rho,
        level,
        change_point,
        matched_count,
        trend
    ]
);

/// A change of the level.
#[derive(Debug, Clone, PartialEq, Queryable, Insertable)]
#[diesel(table_name = level_changes)]
pub struct LevelChangeRow {
    /// The receipt.
    pub receipt_id: String,
    /// The unit.
    pub unit: String,
    /// When.
    pub ts: i64,
    /// The level before.
    pub from_level: String,
    /// The level after.
    pub to_level: String,
    /// Why.
    pub cause: String,
    /// Estimated arrivals per hour at that moment.
    pub lambda_est: Option<f64>,
    /// Estimated service capacity per hour at that moment.
    pub mu_est: Option<f64>,
    /// Utilisation at that moment.
    pub rho: Option<f64>,
}

/// Stores a feature row; of two at the same moment the later one stays.
pub fn put_feature(db: &mut Db, row: &FeatureRow) -> Result<(), StorageError> {
    put_features(db, std::slice::from_ref(row))
}

/// The mean utilisation of a unit since a time, and over how many rows.
pub fn mean_rho(db: &mut Db, unit: &str, since: i64) -> Result<(Option<f64>, i64), StorageError> {
    let rows = features::table
        .filter(features::unit.eq(unit))
        .filter(features::ts.ge(since));
    let mean = rows.select((
        sql::<Nullable<Double>>("avg(rho)"),
        diesel::dsl::count_star(),
    ));
    Ok(mean.first(db)?)
}

/// Stores a level change.
pub fn insert_change(db: &mut Db, row: &LevelChangeRow) -> Result<(), StorageError> {
    diesel::insert_into(level_changes::table)
        .values(row)
        .execute(db)?;
    Ok(())
}

/// Feature rows of a unit before `before`, newest first.
pub fn features_of(
    db: &mut Db,
    unit: &str,
    before: i64,
    limit: i64,
) -> Result<Vec<FeatureRow>, StorageError> {
    let rows = features::table
        .filter(features::unit.eq(unit))
        .filter(features::ts.lt(before))
        .order(features::ts.desc())
        .limit(limit)
        .select((
            features::unit,
            features::ts,
            features::lambda_est,
            features::mu_est,
            features::rho,
            features::level,
            features::change_point,
            features::matched_count,
            features::trend,
        ))
        .load(db)?;
    Ok(rows)
}

/// Level changes of a unit before `before`, newest first.
pub fn changes_of(
    db: &mut Db,
    unit: &str,
    before: i64,
    limit: i64,
) -> Result<Vec<LevelChangeRow>, StorageError> {
    let rows = level_changes::table
        .filter(level_changes::unit.eq(unit))
        .filter(level_changes::ts.lt(before))
        .order((level_changes::ts.desc(), level_changes::receipt_id.desc()))
        .limit(limit)
        .select((
            level_changes::receipt_id,
            level_changes::unit,
            level_changes::ts,
            level_changes::from_level,
            level_changes::to_level,
            level_changes::cause,
            level_changes::lambda_est,
            level_changes::mu_est,
            level_changes::rho,
        ))
        .load(db)?;
    Ok(rows)
}

/// How many feature rows some units have from `from` up to `before`; units without any are left out.
pub fn counts(
    db: &mut Db,
    units: &[&str],
    from: i64,
    before: i64,
) -> Result<Vec<(String, i64)>, StorageError> {
    let rows = features::table
        .filter(features::unit.eq_any(units))
        .filter(features::ts.ge(from))
        .filter(features::ts.lt(before))
        .group_by(features::unit);
    Ok(rows
        .select((features::unit, diesel::dsl::count_star()))
        .load(db)?)
}

/// Thins the feature rows of a unit from `from` up to `before`: of each clock hour the latest stays. At most `limit` go, the
/// oldest first. Gives how many went.
///
/// What is thinned already is read again and left as it is.
pub fn thin(
    db: &mut Db,
    unit: &str,
    from: i64,
    before: i64,
    limit: i64,
) -> Result<usize, StorageError> {
    let thin = Fixed {
        text: THIN,
        values: [
            Value::Text(unit),
            Value::Text(unit),
            Value::Int(from),
            Value::Int(before),
            Value::Int(before),
            Value::Int(limit),
        ],
    };
    thin.run(db)
}

/// Forgets feature rows of a unit from before `before`, at most `limit` of them, the oldest first. Gives how many went.
pub fn forget(db: &mut Db, unit: &str, before: i64, limit: i64) -> Result<usize, StorageError> {
    let forget = Fixed {
        text: FORGET,
        values: [
            Value::Text(unit),
            Value::Text(unit),
            Value::Int(before),
            Value::Int(limit),
        ],
    };
    forget.run(db)
}

const THIN: &[&str] = &[
    "DELETE FROM features WHERE unit = ",
    " AND ts IN (SELECT old.ts FROM features AS old WHERE old.unit = ",
    " AND old.ts >= ",
    " AND old.ts < ",
    " AND EXISTS (SELECT 1 FROM features AS later WHERE later.unit = old.unit AND later.ts > old.ts \
     AND later.ts < (old.ts / 3600000000 + 1) * 3600000000 AND later.ts < ",
    ") ORDER BY old.ts LIMIT ",
    ")",
];

const FORGET: &[&str] = &[
    "DELETE FROM features WHERE unit = ",
    " AND ts IN (SELECT old.ts FROM features AS old WHERE old.unit = ",
    " AND old.ts < ",
    " ORDER BY old.ts LIMIT ",
    ")",
];

#[cfg(test)]
mod tests {
    use super::super::fixed::searches;
    use super::*;

    #[test]
    fn what_is_old_is_found_by_its_key() {
        let key = "USING PRIMARY KEY (unit=? AND ts";
        for text in [THIN, FORGET] {
            let steps = searches(text);
            assert!(steps.len() > 1, "{steps:?}");
            assert!(steps.iter().all(|step| step.contains(key)), "{steps:?}");
        }
    }
}
