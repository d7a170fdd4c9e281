//! One recording through both controllers.

use utc_domain::{ProtectionLevel, Timestamp, round6};

use crate::controller::{Relaxing, observe};
use crate::observation::Observation;
use crate::predictive::{
    PerPredictor, PredictiveSettings, PredictiveState, PredictiveStep, Predictor, Scorecard,
    ScoredStep,
};
use crate::settings::Settings;
use crate::state::QueueState;

use super::capacity::{HIGH, capacity, truth};
use super::trace::{Row, Trace};

/// What arrives is scaled to this many an hour at full load, where the recording's own unit is out of the range of
/// rates.
const SCALED_CAPACITY: f64 = 1_000.0;
/// The capacities that need no scaling, per hour.
const OWN_CAPACITIES: std::ops::RangeInclusive<f64> = 1.0..=1e6;
const MOST_ARRIVALS: f64 = 1e9;

/// What came of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    /// The usual time between rows, in seconds.
    pub step_seconds: f64,
    /// The capacity, in the unit of the recording.
    pub mu: f64,
    /// The classic controller's card.
    pub classic: Scorecard,
    /// The predictive controller's.
    pub predictive: Scorecard,
    /// The card of each forecast: the alarm that it would have given alone and with an open gate.
    pub predictors: PerPredictor<Scorecard>,
    /// Every step, the unscored first third included.
    pub points: Vec<Point>,
    /// How many of them are not scored.
    pub warm_up: usize,
}

/// One step of a recording.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// When.
    pub at: Timestamp,
    /// The utilisation, as a centred mean of three steps.
    pub truth: f64,
    /// The levels after the step.
    pub level: Level,
}

/// The levels of both controllers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// The classic one's.
    pub classic: ProtectionLevel,
    /// The predictive one's.
    pub predictive: ProtectionLevel,
}

/// Why a recording cannot be replayed.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// Everything is zero, so no capacity follows from it.
    #[error("there is no load in it; give a capacity with `--mu`")]
    NoLoad,
    /// The capacity is not a positive number.
    #[error("the capacity must be a positive number, is `{value}`")]
    Capacity {
        /// What was given.
        value: f64,
    },
}

/// What every step is scored by.
struct Rules<'a> {
    settings: &'a PredictiveSettings,
    step_micros: i64,
}

/// Both controllers on the same rows.
struct Pair<'a> {
    classic_settings: &'a Settings,
    settings: &'a PredictiveSettings,
    classic: Option<QueueState>,
    predictive: PredictiveState,
}

/// Runs a recording through both controllers and scores what they did.
///
/// `mu` is the capacity in the unit of the recording, or `None` for one that is exceeded 2 % of the time.
///
/// # Errors
/// [`ReplayError`] when there is no usable capacity.
pub fn replay(
    trace: &Trace,
    mu: Option<f64>,
    classic_settings: &Settings,
    settings: &PredictiveSettings,
) -> Result<Replay, ReplayError> {
    let truth = truth(trace.rows());
    let mu = match mu {
        Some(value) if value.is_finite() && value > 0.0 => value,
        Some(value) => return Err(ReplayError::Capacity { value }),
        None => capacity(&truth).ok_or(ReplayError::NoLoad)?,
    };
    let mut replay = Replay::new(mu, trace);
    let mut pair = Pair {
        classic_settings,
        settings,
        classic: None,
        predictive: PredictiveState::new(),
    };
    let rules = Rules {
        settings,
        step_micros: trace.step_micros(),
    };
    let capacity = capacity_per_hour(mu, replay.step_seconds);
    for (row, truth) in trace.rows().iter().zip(truth) {
        let lambda = (row.value / mu * capacity).min(MOST_ARRIVALS);
        if let Some((classic, step)) = pair.step(row, lambda, capacity) {
            let level = Level {
                classic,
                predictive: step.level,
            };
            let (at, truth) = (row.at, round6(truth / mu));
            replay.take(Point { at, truth, level }, &step, &rules);
        }
    }
    replay.finish();
    Ok(replay)
}

impl Pair<'_> {
    /// Never `None`: the rows are in order, and the rates in range.
    fn step(
        &mut self,
        row: &Row,
        lambda: f64,
        mu: f64,
    ) -> Option<(ProtectionLevel, PredictiveStep)> {
        let seen = Observation::new(lambda, mu, row.at).ok()?;
        let allowed = Relaxing::Allowed;
        let classic = observe(
            self.classic.as_ref(),
            self.classic_settings,
            seen,
            row.at,
            allowed,
        )
        .ok()?;
        let level = classic.state.level;
        self.classic = Some(classic.state);
        let predictive = self
            .predictive
            .observe(self.settings, seen, row.at, allowed)
            .ok()?;
        Some((level, predictive))
    }
}

impl Replay {
    fn new(mu: f64, trace: &Trace) -> Self {
        let rows = trace.rows().len();
        Self {
            step_seconds: seconds(trace.step_micros()),
            mu,
            classic: Scorecard::exact(),
            predictive: Scorecard::exact(),
            predictors: PerPredictor::from_fn(|_| Scorecard::exact()),
            points: Vec::with_capacity(rows),
            warm_up: rows / 3,
        }
    }

    fn take(&mut self, point: Point, step: &PredictiveStep, rules: &Rules<'_>) {
        if self.points.len() >= self.warm_up {
            self.score(&point, step, rules);
        }
        self.points.push(point);
    }

    fn score(&mut self, point: &Point, step: &PredictiveStep, rules: &Rules<'_>) {
        let scored = rules.scored(point);
        let scores_before = self.points.len() > self.warm_up;
        let before = self.points.last().filter(|_| scores_before);
        let was = |one: fn(Level) -> ProtectionLevel| {
            (one(point.level), before.map(|before| one(before.level)))
        };
        self.classic
            .record(&by_level(scored, was(|level| level.classic)));
        self.predictive
            .record(&by_level(scored, was(|level| level.predictive)));
        for predictor in Predictor::ALL {
            let (alarm, warning) = step.alone(predictor, rules.settings);
            let card = self.predictors.of_mut(predictor);
            card.record_alone(&ScoredStep {
                alarm,
                warning,
                ..scored
            });
        }
    }

    fn finish(&mut self) {
        self.classic.finish();
        self.predictive.finish();
        for predictor in Predictor::ALL {
            self.predictors.of_mut(predictor).finish();
        }
    }
}

impl Rules<'_> {
    /// A step without what was said of it.
    fn scored(&self, point: &Point) -> ScoredStep {
        ScoredStep {
            at: point.at,
            minutes: seconds(self.step_micros) / 60.0,
            horizon_micros: PredictiveSettings::horizon_micros(Some(self.step_micros)),
            overload: point.truth >= HIGH,
            alarm: false,
            warning: false,
            level_changes: 0,
        }
    }
}

/// An alarm is `read_only`.
fn by_level(
    step: ScoredStep,
    (level, before): (ProtectionLevel, Option<ProtectionLevel>),
) -> ScoredStep {
    ScoredStep {
        alarm: level == ProtectionLevel::ReadOnly,
        level_changes: u32::from(before.is_some_and(|before| before != level)),
        ..step
    }
}

/// The capacity that the controllers are told, per hour.
fn capacity_per_hour(mu: f64, step_seconds: f64) -> f64 {
    let own = mu * 3_600.0 / step_seconds;
    if OWN_CAPACITIES.contains(&own) {
        own
    } else {
        SCALED_CAPACITY
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a step is at most some years, and a microsecond in that does not matter"
)]
fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}
