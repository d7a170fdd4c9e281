//! What is forecast of a unit, and how right that was.

use std::str::FromStr as _;

use utc_domain::UnitName;
use utc_queueing::Settings;
use utc_queueing::predictive::{
    Forecast, Gate, Grades, PerPredictor, PredictiveSettings, PredictiveState, Predictor,
};
use utc_storage::connection::Db;
use utc_storage::rows::forecasts::{self, ExpectedRow};
use utc_storage::rows::units;

use super::control::{invalid, predictive};
use super::observe::settings;
use super::remembered::{Remembered, corrupt};
use super::stored;
use crate::console::Console;
use crate::{AppError, Controller};

/// What the predictive controller says of a unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnitForecast {
    /// The measured signal: utilisation smoothed at two speeds, the higher one.
    pub signal_rho: f64,
    /// What each forecast said at the newest observation.
    pub forecasts: PerPredictor<Forecast>,
}

/// How right a unit's forecasts were.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitScorecard {
    /// The unit's own name.
    pub unit: UnitName,
    /// A card for each forecast.
    pub cards: PerPredictor<ForecastCard>,
}

/// How right one forecast was, and whether it may act.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ForecastCard {
    /// What decides whether it may act.
    pub gate: Gate,
    /// Whether it may.
    pub open: bool,
    /// How many warnings its precision is of; older ones count less.
    pub warnings: f64,
    /// What it would do alone with an open gate.
    pub grades: Grades,
}

/// What a unit's forecasts expect, and what they are worth.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    /// The unit.
    pub unit: String,
    /// By forecast; none where the unit is not under the predictive controller.
    pub forecasts: Option<PerPredictor<ExpectedRho>>,
}

/// What one forecast expects, and what it is worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExpectedRho {
    /// The utilisation that it expects; none where it cannot tell.
    pub rho: Option<f64>,
    /// The share of its warnings that came true, lately.
    pub precision: f64,
    /// Whether it may act.
    pub open: bool,
}

impl Console {
    /// How right the forecasts of a unit were, by its name or an alias; empty cards where there were none. Blocks.
    pub fn scorecard(&self, name: &UnitName) -> Result<UnitScorecard, AppError> {
        let name = self.cache().resolve(name);
        self.store().read(|db| {
            let row = units::find(db, name.as_str())?.ok_or_else(|| AppError::NotFound {
                what: "unit",
                name: name.to_string(),
            })?;
            let config = stored::config(&row)?;
            let settings = predictive(&settings(&self.options().queueing, &config)?);
            let found = Remembered::find(db, &row.name)?;
            let state = found.unwrap_or_else(Remembered::nothing).state;
            let needed = settings.map_err(invalid)?.tuning().gate_precision();
            Ok(UnitScorecard {
                unit: name.clone(),
                cards: PerPredictor::from_fn(|predictor| card(&state, predictor, needed)),
            })
        })
    }

    /// What the forecasts of all configured units expect: what metrics show. Blocks.
    ///
    /// # Errors
    /// [`AppError::Unavailable`] when it cannot be read.
    pub fn expected(&self) -> Result<Vec<Expected>, AppError> {
        let rows = self.store().read(forecasts::expected)?;
        rows.iter()
            .map(|row| {
                let own = UnitName::from_str(&row.unit)
                    .ok()
                    .and_then(|name| self.cache().unit(&name))
                    .and_then(|unit| unit.state.load().controller);
                expected(row, own.unwrap_or(self.options().controller))
            })
            .collect()
    }
}

fn card(state: &PredictiveState, predictor: Predictor, needed: f64) -> ForecastCard {
    let (gate, card) = (state.gate(predictor), state.scorecard(predictor));
    ForecastCard {
        gate,
        open: gate.is_open(card.precision(), needed),
        warnings: utc_domain::round6(card.precision().warnings()),
        grades: card.grades(),
    }
}

fn expected(row: &ExpectedRow, controller: Controller) -> Result<Expected, AppError> {
    let forecasts = match controller {
        Controller::Classic => None,
        Controller::Predictive => {
            let state = PredictiveState::without_profile(&row.state).map_err(corrupt)?;
            let needed = PredictiveSettings::standard().tuning().gate_precision();
            Some(PerPredictor::from_fn(|predictor| {
                let card = card(&state, predictor, needed);
                ExpectedRho {
                    rho: match predictor {
                        Predictor::FastEwma => row.fast_ewma,
                        Predictor::Holt => row.holt,
                        Predictor::Seasonal => row.seasonal,
                    },
                    precision: card.grades.precision,
                    open: card.open,
                }
            }))
        }
    };
    Ok(Expected {
        unit: row.unit.clone(),
        forecasts,
    })
}

/// A unit under the predictive controller, as it is shown.
pub(super) struct Shown {
    pub(super) forecast: Option<UnitForecast>,
    pub(super) usual_rho: Option<f64>,
    /// What to do, in a sentence.
    pub(super) advice: String,
}

/// What the predictive controller has to say of a unit; none where it is not in use, or has seen nothing of the unit.
pub(super) fn shown(
    db: &mut Db,
    controller: Controller,
    unit: &str,
    settings: &Settings,
) -> Result<Option<Shown>, AppError> {
    let found = match controller {
        Controller::Classic => None,
        Controller::Predictive => Remembered::find(db, unit)?,
    };
    let Some(found) = found else { return Ok(None) };
    let (state, settings) = (found.state, predictive(settings).map_err(invalid)?);
    Ok(Some(Shown {
        forecast: forecast(&state, &settings),
        usual_rho: state.usual_rho(),
        advice: state.recommendation(&settings),
    }))
}

fn forecast(state: &PredictiveState, settings: &PredictiveSettings) -> Option<UnitForecast> {
    Some(UnitForecast {
        signal_rho: state.rho()?,
        forecasts: state.forecasts(settings)?,
    })
}
