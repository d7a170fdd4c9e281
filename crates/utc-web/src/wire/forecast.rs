//! Forecasts and their scorecards on the wire.

use serde::{Deserialize, Serialize};
use utc_app::{ForecastCard, GateRequest, UnitForecast, UnitScorecard};
use utoipa::ToSchema;

use super::parts::Fields;
use crate::problem::Problem;

/// What the predictive controller says of a unit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnitForecastAnswer {
    /// The measured signal: utilisation smoothed at two speeds, the higher one. It is what thresholds are compared with.
    signal_rho: f64,
    /// What each forecast said at the newest observation.
    predictors: Vec<ForecastAnswer>,
}

/// What one forecast said.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ForecastAnswer {
    /// `fast_ewma`, `holt` or `seasonal`.
    predictor: &'static str,
    /// The highest utilisation expected within the horizon; null while it cannot tell.
    rho: Option<f64>,
    /// How far it looks.
    horizon_minutes: f64,
    /// Minutes until the high threshold is reached, where there is a trend that leads there.
    minutes_to_threshold: Option<f64>,
    /// The share of its warnings that came true, lately, from 0 to 1.
    precision: f64,
    /// Whether it may act.
    gate_open: bool,
}

/// How right a unit's forecasts were.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScorecardAnswer {
    /// The unit.
    unit: String,
    /// A card for each forecast.
    predictors: Vec<CardAnswer>,
}

/// How right one forecast was: what it would do alone with an open gate.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CardAnswer {
    /// `fast_ewma`, `holt` or `seasonal`.
    predictor: &'static str,
    /// What decides whether it may act: `automatic`, which is its record, or what a person set, `open` or `closed`.
    gate: &'static str,
    /// Whether it may act.
    gate_open: bool,
    /// The share of its warnings that came true, lately, from 0 to 1; ½ before any.
    precision: f64,
    /// How many warnings that is of; older ones count less.
    warnings: f64,
    /// Runs of overload.
    episodes: u32,
    /// How many of them an alarm preceded.
    caught_early: u32,
    /// The median time by which it did, of the latest ones.
    median_lead_minutes: Option<f64>,
    /// Minutes of overload.
    overload_minutes: f64,
    /// Those without an alarm.
    missed_minutes: f64,
    /// Minutes of alarm with no overload within the horizon, a day.
    false_alarm_minutes_per_day: f64,
    /// How often the alarm went on or off, a day.
    level_changes_per_day: f64,
}

/// What is to decide whether a forecast may act.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GateBody {
    /// `open`, `closed`, or `automatic`: its record decides.
    gate: String,
    /// Why, at most 1,000 characters.
    reason: String,
}

impl GateBody {
    /// `predictor` is the last segment of the path.
    pub(crate) fn into_request(self, predictor: &str) -> Result<GateRequest, Problem> {
        let mut fields = Fields::default();
        let predictor = fields.read("/predictor", predictor);
        let gate = fields.read("/gate", &self.gate);
        let reason = fields.read("/reason", &self.reason);
        let all = predictor.zip(gate).zip(reason);
        fields.finish_with(all.map(|((predictor, gate), reason)| GateRequest {
            predictor,
            gate,
            reason,
        }))
    }
}

/// A gate was set, with its receipt.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GateChanged {
    /// The receipt of the change.
    pub(crate) receipt_id: String,
    #[serde(flatten)]
    pub(crate) scorecard: ScorecardAnswer,
}

impl From<UnitForecast> for UnitForecastAnswer {
    fn from(view: UnitForecast) -> Self {
        let forecasts = view.forecasts.iter();
        Self {
            signal_rho: view.signal_rho,
            predictors: forecasts
                .map(|(predictor, forecast)| ForecastAnswer {
                    predictor: predictor.as_str(),
                    rho: forecast.rho,
                    horizon_minutes: forecast.horizon_minutes,
                    minutes_to_threshold: forecast.minutes_to_threshold,
                    precision: forecast.precision,
                    gate_open: forecast.open,
                })
                .collect(),
        }
    }
}

impl From<UnitScorecard> for ScorecardAnswer {
    fn from(scorecard: UnitScorecard) -> Self {
        let cards = scorecard.cards.iter();
        Self {
            unit: scorecard.unit.to_string(),
            predictors: cards
                .map(|(predictor, one)| card(predictor.as_str(), one))
                .collect(),
        }
    }
}

fn card(predictor: &'static str, card: &ForecastCard) -> CardAnswer {
    let grades = card.grades;
    CardAnswer {
        predictor,
        gate: card.gate.as_str(),
        gate_open: card.open,
        precision: grades.precision,
        warnings: card.warnings,
        episodes: grades.episodes,
        caught_early: grades.caught_early,
        median_lead_minutes: grades.median_lead_minutes,
        overload_minutes: grades.overload_minutes,
        missed_minutes: grades.missed_minutes,
        false_alarm_minutes_per_day: grades.false_alarm_minutes_per_day,
        level_changes_per_day: grades.level_changes_per_day,
    }
}
