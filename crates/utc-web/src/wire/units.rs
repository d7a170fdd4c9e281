//! Units on the wire.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utc_app::{
    Access, Features, FieldError, LevelRecord, MarkView, MethodOverride, PinRequest, Report,
    RiskRequest, Thresholds, UnitConfig, UnitView, UnknownController,
};
use utc_domain::Timestamp;
use utoipa::ToSchema;

use super::forecast::UnitForecastAnswer;
use super::load::{ArrivalsAnswer, CountedAnswer, MeasuredAnswer, OutlookAnswer, QueueAnswer};
use super::parts::Fields;
use crate::problem::Problem;

/// A unit's configuration. Everything is optional; what is absent has its default.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct UnitBody {
    /// Where the gateway forwards to: an `http` or `https` origin.
    upstream: Option<String>,
    /// Capacity in operations per hour, when it is known.
    capacity_per_hour: Option<f64>,
    /// How many servers share the capacity, 1 to 10,000.
    servers: u32,
    /// Other names of the unit.
    aliases: BTreeSet<String>,
    /// Labels.
    labels: BTreeMap<String, String>,
    /// `low`, `normal`, `high` or `extreme`.
    criticality: String,
    /// How many people must approve a held write, 1 to 20.
    approvals_required: u32,
    /// `enforce` or `observe`.
    mode: String,
    /// Thresholds of its own.
    thresholds: ThresholdsBody,
    /// `classic` or `predictive`; what the installation uses when absent.
    controller: Option<String>,
    /// Methods and paths that are reads or writes against the rule.
    methods: Vec<MethodBody>,
}

/// Thresholds of a unit's level; absent ones are the installation's.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ThresholdsBody {
    /// Utilisation from which writes need approval.
    low: Option<f64>,
    /// Utilisation from which writes are refused.
    high: Option<f64>,
    /// Utilisation below which the level may relax.
    relax_below: Option<f64>,
    /// Minutes that utilisation must stay below it.
    relax_window_minutes: Option<u32>,
}

/// A method and path that is a read or a write against the rule.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MethodBody {
    /// The HTTP method, upper case.
    method: String,
    /// The exact path.
    path: String,
    /// `read` or `write`.
    access: String,
}

impl Default for UnitBody {
    fn default() -> Self {
        (&UnitConfig::unconfigured()).into()
    }
}

impl From<&UnitConfig> for UnitBody {
    fn from(config: &UnitConfig) -> Self {
        let Thresholds {
            low,
            high,
            relax_below,
            relax_window_minutes,
        } = config.thresholds;
        Self {
            upstream: config.upstream.clone(),
            capacity_per_hour: config.capacity_per_hour,
            servers: config.servers,
            aliases: config.aliases.iter().map(ToString::to_string).collect(),
            labels: config.labels.clone(),
            criticality: config.criticality.to_string(),
            approvals_required: config.approvals_required,
            mode: config.mode.to_string(),
            thresholds: ThresholdsBody {
                low,
                high,
                relax_below,
                relax_window_minutes,
            },
            controller: config.controller.map(|own| own.to_string()),
            methods: config.methods.iter().map(MethodBody::from).collect(),
        }
    }
}

impl From<&MethodOverride> for MethodBody {
    fn from(own: &MethodOverride) -> Self {
        let access = match own.access {
            Access::Read => "read",
            Access::Write => "write",
        };
        Self {
            method: own.method.clone(),
            path: own.path.clone(),
            access: access.to_owned(),
        }
    }
}

impl UnitBody {
    /// Checks every member; all faults are told at once.
    pub(crate) fn into_config(self) -> Result<UnitConfig, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut note =
            |pointer: &str, message: String| errors.push(FieldError::new(pointer, message));
        let mut aliases = BTreeSet::new();
        for alias in &self.aliases {
            match alias.parse() {
                Ok(alias) => drop(aliases.insert(alias)),
                Err(error) => note("/aliases", format!("`{}`: {error}", alias.escape_default())),
            }
        }
        let criticality = self
            .criticality
            .parse()
            .map_err(|error: utc_domain::DomainError| note("/criticality", error.to_string()));
        let mode = self
            .mode
            .parse()
            .map_err(|error: utc_domain::DomainError| note("/mode", error.to_string()));
        let controller = self.controller.as_deref().map(str::parse).transpose();
        let controller = controller.unwrap_or_else(|error: UnknownController| {
            note("/controller", error.to_string());
            None
        });
        let mut methods = Vec::new();
        for (index, own) in self.methods.into_iter().enumerate() {
            match own.access.as_str() {
                "read" => methods.push(MethodOverride {
                    method: own.method,
                    path: own.path,
                    access: Access::Read,
                }),
                "write" => methods.push(MethodOverride {
                    method: own.method,
                    path: own.path,
                    access: Access::Write,
                }),
                _ => note(
                    &format!("/methods/{index}/access"),
                    "must be `read` or `write`".to_owned(),
                ),
            }
        }
        let (Ok(criticality), Ok(mode), true) = (criticality, mode, errors.is_empty()) else {
            return Err(errors);
        };
        let config = UnitConfig {
            upstream: self.upstream,
            capacity_per_hour: self.capacity_per_hour,
            servers: self.servers,
            aliases,
            labels: self.labels,
            criticality,
            approvals_required: self.approvals_required,
            mode,
            thresholds: Thresholds {
                low: self.thresholds.low,
                high: self.thresholds.high,
                relax_below: self.thresholds.relax_below,
                relax_window_minutes: self.thresholds.relax_window_minutes,
            },
            controller,
            methods,
        };
        let problems = config.problems();
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(problems)
        }
    }
}

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
    /// Who asks for more than their share of the unit: their writes need approval, whatever the level is.
    held_subjects: Vec<String>,
    /// What all servers counted lately; null where nothing was. It acts where nobody reports and a capacity is known.
    counted: Option<CountedAnswer>,
    /// Operations asked for and not denied, counted by this server, by clock hour.
    measured_arrivals: ArrivalsAnswer,
    /// What this server's gateway measured in the last hour; null before its first request to the unit.
    measured: Option<MeasuredAnswer>,
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

/// One observation of a unit's queue.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ObservationBody {
    /// Arrivals per hour, 0 to 10⁹.
    arrival_rate: f64,
    /// Service capacity per hour, 0.001 to 10⁹.
    service_rate: f64,
    /// When it was measured (ISO 8601); now when absent. Not older than the newest one, at most 5 minutes ahead.
    at: Option<String>,
}

/// One observation, or several in the order of their times: all are taken or none.
///
/// Describes the body; it is read by [`reports`], which can say where it is wrong.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum ObservationsBody {
    /// Several, at most 1,000.
    Many(Vec<ObservationBody>),
    /// One.
    One(ObservationBody),
}

/// The most observations in one request.
const MAX_OBSERVATIONS: usize = 1_000;

/// Reads one observation or several.
pub(crate) fn reports(value: serde_json::Value) -> Result<Vec<Report>, Problem> {
    let many = value.is_array();
    let bodies: Vec<ObservationBody> = if many {
        crate::body::from_value(value)?
    } else {
        vec![crate::body::from_value(value)?]
    };
    if bodies.is_empty() || bodies.len() > MAX_OBSERVATIONS {
        return Err(Problem::field(
            "",
            format!("must have 1 to {MAX_OBSERVATIONS} observations"),
        ));
    }
    let mut fields = Fields::default();
    let mut reports = Vec::with_capacity(bodies.len());
    for (index, body) in bodies.iter().enumerate() {
        let pointer = if many {
            format!("/{index}/at")
        } else {
            "/at".to_owned()
        };
        let at: Option<Timestamp> = fields.read_optional(&pointer, body.at.as_deref());
        reports.push(Report {
            arrival_rate: body.arrival_rate,
            service_rate: body.service_rate,
            at,
        });
    }
    fields.finish()?;
    Ok(reports)
}

/// What observations led to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ObservedAnswer {
    /// The receipts of the level changes, oldest first.
    pub(crate) receipts: Vec<String>,
    #[serde(flatten)]
    pub(crate) unit: UnitAnswer,
}

/// A level to pin.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PinBody {
    /// `permissive`, `require_approval` or `read_only`.
    level: String,
    /// Why, at most 1,000 characters.
    reason: String,
    /// Until when (ISO 8601). A pin below the measured level must end within 4 hours.
    expires_at: Option<String>,
}

impl PinBody {
    pub(crate) fn into_request(self) -> Result<PinRequest, Problem> {
        let mut fields = Fields::default();
        let level = fields.read("/level", &self.level);
        let reason = fields.read("/reason", &self.reason);
        let expires_at = fields.read_optional("/expires_at", self.expires_at.as_deref());
        let request = level.zip(reason).map(|(level, reason)| PinRequest {
            level,
            reason,
            expires_at,
        });
        fields.finish_with(request)
    }
}

/// A risk mark to set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RiskBody {
    /// Why, at most 1,000 characters.
    reason: String,
    /// Until when (ISO 8601).
    expires_at: Option<String>,
}

impl RiskBody {
    pub(crate) fn into_request(self) -> Result<RiskRequest, Problem> {
        let mut fields = Fields::default();
        let reason = fields.read("/reason", &self.reason);
        let expires_at = fields.read_optional("/expires_at", self.expires_at.as_deref());
        fields.finish_with(reason.map(|reason| RiskRequest { reason, expires_at }))
    }
}

/// A change of a unit, with its receipt.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnitChanged {
    /// The receipt of the change.
    pub(crate) receipt_id: String,
    #[serde(flatten)]
    pub(crate) unit: UnitAnswer,
}

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
