//! The past of units on the wire.

use serde::Serialize;
use utc_app::{Features, LevelRecord};
use utoipa::ToSchema;

/// A feature row.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeatureView {
    ts: String,
    lambda_est: f64,
    mu_est: f64,
    rho: f64,
    level: &'static str,
    change_point: bool,
    matched_count: i64,
    trend: String,
}

/// A level change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LevelChangeView {
    ts: String,
    from: &'static str,
    to: &'static str,
    cause: &'static str,
    lambda_est: Option<f64>,
    mu_est: Option<f64>,
    rho: Option<f64>,
    receipt_id: String,
}

/// The past of a unit, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HistoryAnswer {
    /// Metrics at each observation.
    pub(crate) features: Vec<FeatureView>,
    /// Changes of the level.
    pub(crate) level_changes: Vec<LevelChangeView>,
}

impl From<Features> for FeatureView {
    fn from(features: Features) -> Self {
        Self {
            ts: features.ts.to_string(),
            lambda_est: features.lambda_est,
            mu_est: features.mu_est,
            rho: features.rho,
            level: features.level.as_str(),
            change_point: features.change_point,
            matched_count: features.matched_count,
            trend: features.trend,
        }
    }
}

impl From<LevelRecord> for LevelChangeView {
    fn from(record: LevelRecord) -> Self {
        Self {
            ts: record.ts.to_string(),
            from: record.from.as_str(),
            to: record.to.as_str(),
            cause: record.cause.as_str(),
            lambda_est: record.lambda_est,
            mu_est: record.mu_est,
            rho: record.rho,
            receipt_id: record.receipt_id.to_string(),
        }
    }
}
