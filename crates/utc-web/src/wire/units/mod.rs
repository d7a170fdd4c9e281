//! Units on the wire.

pub(crate) mod config;
pub(crate) mod history;
pub(crate) mod marks;
pub(crate) mod observations;

use serde::Serialize;
use utc_app::{MarkView, NeverRelaxes, UnitView};
use utoipa::ToSchema;

use self::config::UnitBody;
use super::forecast::UnitForecastAnswer;
use super::load::{ArrivalsAnswer, CountedAnswer, MeasuredAnswer, OutlookAnswer, QueueAnswer};

/// A unit with everything that is known of it.
#[derive(Debug, Serialize, ToSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "these are members of a JSON object, each with its own meaning"
)]
pub(crate) struct UnitAnswer {
    /// Its name.
    unit: String,
    /// Whether somebody configured it; else a decision or an observation made it.
    configured: bool,
    /// The number of its configuration; 0 before the first.
    config_version: u64,
    #[serde(flatten)]
    config: UnitBody,
    /// Estimated arrivals per hour (λ); null before the first observation.
    lambda_est: Option<f64>,
    /// Estimated service capacity per hour (μ).
    mu_est: Option<f64>,
    /// Utilisation λ/μ.
    rho: Option<f64>,
    /// Whether nothing was observed yet.
    no_data: bool,
    /// Whether reports have stopped coming; the level is held.
    stale: bool,
    /// Whether arrivals doubled against the hour before.
    change_point: bool,
    /// The newest observation.
    observed_at: Option<String>,
    /// The level in force.
    protection_level: &'static str,
    /// The level that the load alone asks for.
    measured_level: &'static str,
    /// Since when the level is in force.
    level_since: Option<String>,
    /// Why.
    level_cause: Option<&'static str>,
    /// What turns the load into a level here: `classic` or `predictive`, the unit's own or the installation's.
    level_controller: String,
    /// What is forecast; absent under the classic controller, and before the first observation under the predictive one.
    #[serde(skip_serializing_if = "Option::is_none")]
    forecast: Option<UnitForecastAnswer>,
    /// What holds, and what would change it.
    recommendation: String,
    /// Null until trust signals are connected.
    risk_score: Option<f64>,
    /// Whether the unit is risky, by a person's mark or by the scorer's flag.
    risky: bool,
    /// The pin, if there is one.
    pin: Option<MarkAnswer>,
    /// A person's risk mark, if there is one.
    risk_mark: Option<MarkAnswer>,
    /// What the utilisation means for who waits (M/M/c); null without data, or at a utilisation of 1 and more.
    queue: Option<QueueAnswer>,
    /// What becomes of who waits, by measured variability (M/G/1, G/G/c) and what waits now; null without data.
    outlook: Option<OutlookAnswer>,
    /// Where arrivals come from: `reported` or `measured`; null before the first observation.
    source: Option<&'static str>,
    /// Where its usual load would keep its level for ever; null where it would not, or too little is known.
    never_relaxes: Option<NeverRelaxesAnswer>,
    /// Who asks for more than their share of the unit: their writes need approval, whatever the level is.
    held_subjects: Vec<String>,
    /// What all servers counted lately; null where nothing was. It acts where nobody reports and a capacity is known.
    counted: Option<CountedAnswer>,
    /// Operations asked for and not denied, counted by this server, by clock hour.
    measured_arrivals: ArrivalsAnswer,
    /// What this server's gateway measured in the last hour; null before its first request to the unit.
    measured: Option<MeasuredAnswer>,
}

/// A unit that would never relax at its usual load.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NeverRelaxesAnswer {
    /// Its usual utilisation.
    usual_rho: f64,
    /// The utilisation that it would have to stay below.
    relaxes_below: f64,
}

impl From<NeverRelaxes> for NeverRelaxesAnswer {
    fn from(stuck: NeverRelaxes) -> Self {
        Self {
            usual_rho: stuck.usual_rho,
            relaxes_below: stuck.relaxes_below,
        }
    }
}

/// A pin or a risk mark.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MarkAnswer {
    /// The pinned level.
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<&'static str>,
    /// Why.
    reason: String,
    /// Who set it.
    subject: String,
    /// Since when.
    since: String,
    /// Until when; null: until a person removes it.
    expires_at: Option<String>,
    /// The receipt.
    receipt_id: String,
}

impl From<MarkView> for MarkAnswer {
    fn from(mark: MarkView) -> Self {
        Self {
            level: mark.level.map(utc_domain::ProtectionLevel::as_str),
            reason: mark.reason,
            subject: mark.subject,
            since: mark.since.to_string(),
            expires_at: mark.expires_at.map(|at| at.to_string()),
            receipt_id: mark.receipt_id,
        }
    }
}

impl From<UnitView> for UnitAnswer {
    fn from(view: UnitView) -> Self {
        let queue = view.queue.as_ref();
        Self {
            unit: view.name.to_string(),
            configured: view.configured,
            config_version: view.config_version,
            config: UnitBody::from(&view.config),
            lambda_est: queue.map(|queue| queue.lambda),
            mu_est: queue.map(|queue| queue.mu),
            rho: queue.map(|queue| queue.rho),
            no_data: queue.is_none(),
            stale: view.stale,
            change_point: queue.is_some_and(|queue| queue.change_point),
            observed_at: queue.map(|queue| queue.last_at.to_string()),
            protection_level: view.level.as_str(),
            measured_level: queue.map_or("permissive", |queue| queue.level.as_str()),
            level_since: view.level_since.map(|at| at.to_string()),
            level_cause: view.level_cause.map(utc_domain::LevelCause::as_str),
            level_controller: view.controller.to_string(),
            forecast: view.forecast.map(Into::into),
            recommendation: view.recommendation,
            risk_score: view.risk_score,
            risky: view.risky,
            pin: view.pin.map(Into::into),
            risk_mark: view.risk_mark.map(Into::into),
            queue: view.estimate.map(Into::into),
            measured_arrivals: view.arrivals.into(),
            outlook: view.outlook.map(Into::into),
            source: view.source.map(utc_app::Source::as_str),
            never_relaxes: view.never_relaxes.map(Into::into),
            held_subjects: view.held_subjects.iter().map(ToString::to_string).collect(),
            counted: view.counted.map(Into::into),
            measured: view.measured.map(MeasuredAnswer::from),
        }
    }
}

/// A page of units, by name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnitList {
    /// The units.
    pub(crate) items: Vec<UnitAnswer>,
    /// Ask again with this `cursor`; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_cursor: Option<String>,
}

/// A change of a unit, with its receipt.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnitChanged {
    /// The receipt of the change.
    pub(crate) receipt_id: String,
    #[serde(flatten)]
    pub(crate) unit: UnitAnswer,
}
