//! What a unit went through.

use utc_domain::{LevelCause, ProtectionLevel, ReceiptId, Timestamp, UnitName};
use utc_storage::StorageError;
use utc_storage::rows::history::{self, FeatureRow, LevelChangeRow};
use utc_storage::rows::units;

use super::stored::parse;
use crate::AppError;
use crate::console::Console;

/// The computed metrics of a unit at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Features {
    /// When.
    pub ts: Timestamp,
    /// Estimated arrivals per hour.
    pub lambda_est: f64,
    /// Estimated service capacity per hour.
    pub mu_est: f64,
    /// Utilisation, 0 and up.
    pub rho: f64,
    /// The measured level.
    pub level: ProtectionLevel,
    /// Whether arrivals doubled against the hour before.
    pub change_point: bool,
    /// Trust signals that matched the unit in the last 24 hours.
    pub matched_count: i64,
    /// `rising`, `stable` or `falling`, by matched signals.
    pub trend: String,
}

impl TryFrom<FeatureRow> for Features {
    type Error = StorageError;

    fn try_from(row: FeatureRow) -> Result<Self, StorageError> {
        Ok(Self {
            ts: Timestamp::from_micros(row.ts),
            lambda_est: row.lambda_est,
            mu_est: row.mu_est,
            rho: row.rho,
            level: parse("features.level", &row.level)?,
            change_point: row.change_point,
            matched_count: row.matched_count,
            trend: row.trend,
        })
    }
}

/// A change of a unit's level.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelRecord {
    /// When.
    pub ts: Timestamp,
    /// The level before.
    pub from: ProtectionLevel,
    /// The level after.
    pub to: ProtectionLevel,
    /// Why.
    pub cause: LevelCause,
    /// Estimated arrivals per hour at that moment.
    pub lambda_est: Option<f64>,
    /// Estimated service capacity per hour at that moment.
    pub mu_est: Option<f64>,
    /// Utilisation at that moment.
    pub rho: Option<f64>,
    /// The receipt.
    pub receipt_id: ReceiptId,
}

impl TryFrom<LevelChangeRow> for LevelRecord {
    type Error = StorageError;

    fn try_from(row: LevelChangeRow) -> Result<Self, StorageError> {
        Ok(Self {
            ts: Timestamp::from_micros(row.ts),
            from: parse("level_changes.from_level", &row.from_level)?,
            to: parse("level_changes.to_level", &row.to_level)?,
            cause: parse("level_changes.cause", &row.cause)?,
            lambda_est: row.lambda_est,
            mu_est: row.mu_est,
            rho: row.rho,
            receipt_id: parse("level_changes.receipt_id", &row.receipt_id)?,
        })
    }
}

/// The past of a unit, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitHistory {
    /// Metrics at each observation.
    pub features: Vec<Features>,
    /// Changes of the level.
    pub level_changes: Vec<LevelRecord>,
}

impl Console {
    /// Up to `limit` feature rows and level changes of a unit before `before` (microseconds). Blocks.
    pub fn unit_history(
        &self,
        name: &UnitName,
        before: i64,
        limit: i64,
    ) -> Result<UnitHistory, AppError> {
        let name = self.cache().resolve(name);
        self.store().read(|db| {
            if units::find(db, name.as_str())?.is_none() {
                return Err(AppError::NotFound {
                    what: "unit",
                    name: name.to_string(),
                });
            }
            let features = history::features_of(db, name.as_str(), before, limit)?;
            let changes = history::changes_of(db, name.as_str(), before, limit)?;
            Ok(UnitHistory {
                features: converted(features)?,
                level_changes: converted(changes)?,
            })
        })
    }
}

fn converted<R, T: TryFrom<R, Error = StorageError>>(rows: Vec<R>) -> Result<Vec<T>, StorageError> {
    rows.into_iter().map(T::try_from).collect()
}
