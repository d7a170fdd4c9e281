//! The controller of one unit, and what it remembers in the database.

use utc_domain::{ForecastSeen, LevelCause, ProtectionLevel, Timestamp, UnitName};
use utc_queueing::predictive::{Forecast, PredictiveSettings, PredictiveStep, Why};
use utc_queueing::{
    LevelChange, Observation, ObserveError, QueueState, Relaxing, Settings, SettingsError,
};
use utc_storage::connection::Db;
use utc_storage::rows::units::UnitRow;

use super::remembered::{Remembered, Rows};
use super::stored;
use crate::{AppError, Controller};

/// What one observation did to the queue.
pub(crate) struct Step {
    pub(super) state: QueueState,
    pub(super) change: Option<LevelChange>,
    /// The utilisation that the predictive controller goes by.
    pub(super) signal: Option<f64>,
    /// The forecast that caused the change.
    pub(super) forecast: Option<Forecast>,
}

impl Step {
    /// Whether the level is another one now.
    pub(super) fn changed(&self) -> bool {
        self.change.is_some()
    }

    /// The level, where it rose.
    pub(crate) fn risen_to(&self) -> Option<ProtectionLevel> {
        self.change
            .filter(|change| change.to > change.from)
            .map(|change| change.to)
    }
}

/// What turns a unit's observations into its level.
pub(super) enum UnitController {
    Classic(Settings),
    Predictive(Box<Predictive>),
}

/// A unit under the predictive controller. λ, μ and ρ are those of the classic one, which goes on beside it.
pub(super) struct Predictive {
    classic: Settings,
    settings: PredictiveSettings,
    remembered: Remembered,
}

impl UnitController {
    /// The one that the unit is under, with what is stored of it.
    pub(super) fn load(
        db: &mut Db,
        controller: Controller,
        row: &UnitRow,
        settings: Settings,
    ) -> Result<Self, AppError> {
        let remembered = match controller {
            Controller::Classic => None,
            Controller::Predictive => Remembered::find(db, &row.name)?,
        };
        Self::new(controller, remembered, settings)
    }

    /// The same with what is remembered of it.
    pub(super) fn new(
        controller: Controller,
        remembered: Option<Remembered>,
        settings: Settings,
    ) -> Result<Self, AppError> {
        match controller {
            Controller::Classic => Ok(Self::Classic(settings)),
            Controller::Predictive => Ok(Self::Predictive(Box::new(Predictive {
                settings: predictive(&settings).map_err(invalid)?,
                classic: settings,
                remembered: remembered.unwrap_or_else(Remembered::nothing),
            }))),
        }
    }

    /// Takes in one observation; the row has the state before it.
    pub(super) fn take(
        &mut self,
        row: &UnitRow,
        observation: Observation,
        now: Timestamp,
        relaxing: Relaxing,
    ) -> Result<Step, AppError> {
        let before = stored::queue_state(row)?;
        let refused = |error: ObserveError| AppError::invalid("/at", error.to_string());
        let settings = match self {
            Self::Classic(settings) => *settings,
            Self::Predictive(unit) => unit.classic,
        };
        let classic = utc_queueing::observe(before.as_ref(), &settings, observation, now, relaxing)
            .map_err(refused)?;
        match self {
            Self::Classic(_) => Ok(Step {
                state: classic.state,
                change: classic.change,
                signal: None,
                forecast: None,
            }),
            Self::Predictive(unit) => {
                let level = stored::parse("units.level", &row.level)?;
                let step = unit
                    .take(level, observation, now, relaxing)
                    .map_err(refused)?;
                Ok(step_of(before.as_ref(), classic.state, &step))
            }
        }
    }

    /// Forgets what was observed, as the first observation of another kind is about to be taken in. The level holds.
    pub(super) fn begin_again(&mut self, row: &mut UnitRow, first: &Observation) {
        // An average of equal numbers is that number: this observation starts both.
        row.lambda_est = Some(first.arrival_rate());
        row.mu_est = Some(first.service_rate());
        row.below_since = None;
        row.interval_micros = None;
        // No interval lies between two ways of observing.
        let last = row
            .last_observed_at
            .map(|last| last.max(first.at().as_micros()));
        row.last_observed_at = last;
        (row.hour, row.hour_mean, row.hour_reports) = (None, None, None);
        (row.previous_hour, row.previous_hour_mean) = (None, None);
        row.previous_hour_reports = None;
        match self {
            Self::Classic(_) => {}
            Self::Predictive(unit) => unit.remembered.state.begin_again(),
        }
    }

    /// What is to be stored of the unit, with what is remembered from then on; nothing under the classic one.
    pub(super) fn stored(self, unit: &UnitName) -> Option<(Rows, Remembered)> {
        match self {
            Self::Classic(_) => None,
            Self::Predictive(mut predictive) => {
                let rows = predictive.remembered.rows(unit, &predictive.settings);
                Some((rows, predictive.remembered))
            }
        }
    }
}

impl Predictive {
    /// The level in the row is the one in force: it goes on from there, whoever set it.
    fn take(
        &mut self,
        level: ProtectionLevel,
        observation: Observation,
        now: Timestamp,
        relaxing: Relaxing,
    ) -> Result<PredictiveStep, ObserveError> {
        let state = &mut self.remembered.state;
        if state.level() != level {
            state.take_over(level);
        }
        let mut step = state.observe(&self.settings, observation, now, relaxing)?;
        // A second observation of one time can make the first one less. That is no calm, and nothing falls for it.
        let fell = step
            .change
            .is_some_and(|change| change.to < change.from && change.why != Why::Relaxed);
        if fell {
            state.take_over(level);
            step.level = level;
            step.change = None;
        }
        Ok(step)
    }
}

/// The classic state with the level that the predictive controller asks for.
fn step_of(before: Option<&QueueState>, mut state: QueueState, step: &PredictiveStep) -> Step {
    let at = state.last_at;
    let cause = step.change.map(|change| cause(change.why));
    let held = before.map(|before| (before.level_since, before.level_cause));
    (state.level_since, state.level_cause) = match (cause, held) {
        (Some(cause), _) => (at, cause),
        (None, Some(held)) => held,
        (None, None) => (at, LevelCause::Measured),
    };
    state.level = step.level;
    // Should the classic controller take over, its window begins then.
    state.below_since = None;
    Step {
        change: step.change.map(|change| LevelChange {
            from: change.from,
            to: change.to,
            cause: state.level_cause,
        }),
        signal: Some(step.rho),
        forecast: step.change.and_then(|change| match change.why {
            Why::Forecast(forecast) => Some(forecast),
            Why::Measured | Why::Relaxed => None,
        }),
        state,
    }
}

fn cause(why: Why) -> LevelCause {
    match why {
        Why::Measured => LevelCause::Measured,
        Why::Forecast(_) => LevelCause::Forecast,
        Why::Relaxed => LevelCause::Relaxed,
    }
}

/// What a forecast said, for a receipt.
pub(super) fn seen(forecast: &Forecast) -> ForecastSeen {
    ForecastSeen {
        predictor: forecast.predictor.as_str(),
        rho: forecast.rho,
        horizon_minutes: forecast.horizon_minutes,
        minutes_to_threshold: forecast.minutes_to_threshold,
        precision: forecast.precision,
    }
}

/// The predictive controller with the thresholds of the classic one.
pub(super) fn predictive(settings: &Settings) -> Result<PredictiveSettings, SettingsError> {
    let standard = PredictiveSettings::standard();
    standard.following(settings)
}

pub(super) fn invalid(error: SettingsError) -> AppError {
    AppError::invalid("/thresholds", error.to_string())
}
