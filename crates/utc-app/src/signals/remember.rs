//! What stays of a score: points of a unit's history, and its features.

use utc_domain::Timestamp;
use utc_storage::journal::Tx;
use utc_storage::rows::history::{self, FeatureRow};
use utc_storage::rows::risks::{self, RiskHistoryRow, UnitRiskRow};
use utc_storage::rows::units::UnitRow;
use utc_tdx::score::Occasion;

use super::apply::Judgement;
use crate::AppError;
use crate::units::stored::queue_state;

/// A score that moved by so much is remembered, whatever it was computed for.
const WORTH_REMEMBERING: f64 = 5.0;

/// A run leaves a point in the history and in the unit's features; what comes in between only where it matters.
pub(super) fn remember(
    tx: &mut Tx<'_>,
    judgement: &Judgement,
    before: Option<&UnitRiskRow>,
    row: &UnitRiskRow,
    unit: &UnitRow,
) -> Result<(), AppError> {
    let flagged = row.flagged_since.is_some();
    let moved = before.is_none_or(|before| {
        (before.score - row.score).abs() >= WORTH_REMEMBERING
            || before.flagged_since.is_some() != flagged
    });
    if judgement.occasion == Occasion::Event && !moved {
        return Ok(());
    }
    let point = RiskHistoryRow {
        unit: row.unit.clone(),
        ts: judgement.at.as_micros(),
        score: row.score,
        flagged,
        matched_count: row.matched_count,
        trend: row.trend.clone(),
    };
    risks::put_history(tx.db(), &point)?;
    if let Some(feature) = feature(tx.now(), row, unit)? {
        history::put_feature(tx.db(), &feature)?;
    }
    Ok(())
}

/// The unit's features with what signals say; none before its first observation.
fn feature(
    now: Timestamp,
    row: &UnitRiskRow,
    unit: &UnitRow,
) -> Result<Option<FeatureRow>, AppError> {
    let state = queue_state(unit)?;
    Ok(state.map(|state| FeatureRow {
        unit: row.unit.clone(),
        ts: now.as_micros(),
        lambda_est: state.lambda,
        mu_est: state.mu,
        rho: state.rho,
        level: state.level.to_string(),
        change_point: state.change_point,
        matched_count: row.matched_count,
        trend: row.trend.clone(),
    }))
}
