//! Units that would never relax: what is usual for them is no calm.

use utc_domain::{ProtectionLevel, Timestamp, UnitName};
use utc_queueing::Settings;
use utc_queueing::predictive::PredictiveState;
use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::rows::history;

use super::control::predictive;
use crate::Controller;

/// Under the classic controller the usual is the mean of so many hours,
const USUAL_HOURS: i64 = 24;
/// of which there are at least so many observations.
const LEAST_OBSERVATIONS: i64 = 24;

/// A unit that would stay at its level at its usual load.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NeverRelaxes {
    /// Its usual utilisation.
    pub usual_rho: f64,
    /// The one that it would have to stay below.
    pub relaxes_below: f64,
}

impl NeverRelaxes {
    /// Judges the level that holds; of a permissive unit the one that it would have first.
    pub(crate) fn of(
        controller: Controller,
        level: ProtectionLevel,
        settings: &Settings,
        usual_rho: f64,
    ) -> Option<Self> {
        let level = level.max(ProtectionLevel::RequireApproval);
        let relaxes_below = match controller {
            Controller::Classic => settings.relaxes_below(level),
            Controller::Predictive => predictive(settings).ok()?.relaxes_slowly_below(level),
        };
        (usual_rho >= relaxes_below).then_some(Self {
            usual_rho,
            relaxes_below,
        })
    }

    /// What to do about it, in a sentence.
    pub(crate) fn advice(&self) -> String {
        let Self {
            usual_rho,
            relaxes_below,
        } = self;
        format!(
            " At its usual utilisation of {usual_rho} it would never relax, for that takes less than {relaxes_below}: add \
             capacity, or give it thresholds that fit."
        )
    }
}

/// A unit whose level has just risen, with what there is to judge whether it will come down.
pub(crate) struct Risen {
    pub(crate) unit: UnitName,
    pub(crate) level: ProtectionLevel,
    pub(crate) controller: Controller,
    pub(crate) settings: Settings,
}

impl Risen {
    /// Warns where its usual load would keep it there.
    pub(crate) fn warn(
        &self,
        db: &mut Db,
        remembered: Option<&PredictiveState>,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let (unit, level) = (&self.unit, self.level);
        let usual = usual_rho(db, unit.as_str(), remembered, now)?;
        let stuck =
            usual.and_then(|usual| NeverRelaxes::of(self.controller, level, &self.settings, usual));
        if let Some(NeverRelaxes {
            usual_rho,
            relaxes_below,
        }) = stuck
        {
            tracing::warn!(
                unit = unit.as_str(),
                level = level.as_str(),
                usual_rho,
                relaxes_below,
                "a unit's level rose that its usual load will not let fall again"
            );
        }
        Ok(())
    }
}

/// A unit's usual utilisation; none where too little is known.
pub(crate) fn usual_rho(
    db: &mut Db,
    unit: &str,
    remembered: Option<&PredictiveState>,
    now: Timestamp,
) -> Result<Option<f64>, StorageError> {
    if let Some(state) = remembered {
        return Ok(state.usual_rho());
    }
    let since = now.plus_minutes(-60 * USUAL_HOURS).as_micros();
    let (mean, count) = history::mean_rho(db, unit, since)?;
    let mean = mean.filter(|_| count >= LEAST_OBSERVATIONS);
    Ok(mean.map(utc_domain::round6))
}
