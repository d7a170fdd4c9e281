//! Between rows and what use cases work with.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utc_domain::{LevelCause, PolicyRef, Quorum, Rule, Timestamp};
use utc_policy::{PolicySet, UnknownUnits};
use utc_queueing::{HourArrivals, QueueState};
use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::journal::Tx;
use utc_storage::rows::rules;
use utc_storage::rows::units::UnitRow;

use super::marked::Marks;
use super::source::held_subjects;
use super::{Access, MethodOverride, Thresholds, UnitConfig};
use crate::AppError;
use crate::cache::{RiskMark, Scored, UnitState};
use crate::gateway::Upstream;

/// A stored value that does not parse is a fault of the data, named by its column.
pub(crate) fn parse<T>(column: &'static str, text: &str) -> Result<T, StorageError>
where
    T: FromStr,
    T::Err: Error + Send + Sync + 'static,
{
    text.parse().map_err(|source| StorageError::Corrupt {
        column,
        source: Box::new(source),
    })
}

/// The configuration as JSON in its column.
#[derive(Debug, Serialize, Deserialize)]
struct StoredConfig {
    upstream: Option<String>,
    capacity_per_hour: Option<f64>,
    servers: u32,
    aliases: BTreeSet<String>,
    labels: BTreeMap<String, String>,
    criticality: String,
    approvals_required: u32,
    mode: String,
    low: Option<f64>,
    high: Option<f64>,
    relax_below: Option<f64>,
    relax_window_minutes: Option<u32>,
    /// Absent where the unit has none of its own: configurations from before there was a choice keep their digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    controller: Option<String>,
    methods: Vec<(String, String, bool)>,
}

/// The canonical JSON of a configuration, as stored and as digested into its receipt.
pub(crate) fn config_json(config: &UnitConfig) -> Result<String, StorageError> {
    let stored = StoredConfig {
        upstream: config.upstream.clone(),
        capacity_per_hour: config.capacity_per_hour,
        servers: config.servers,
        aliases: config.aliases.iter().map(ToString::to_string).collect(),
        labels: config.labels.clone(),
        criticality: config.criticality.to_string(),
        approvals_required: config.approvals_required,
        mode: config.mode.to_string(),
        low: config.thresholds.low,
        high: config.thresholds.high,
        relax_below: config.thresholds.relax_below,
        relax_window_minutes: config.thresholds.relax_window_minutes,
        controller: config.controller.map(|own| own.to_string()),
        methods: config
            .methods
            .iter()
            .map(|m| (m.method.clone(), m.path.clone(), m.access == Access::Read))
            .collect(),
    };
    let corrupt = |source| StorageError::Corrupt {
        column: "units.config",
        source,
    };
    let bytes =
        utc_attestation::canonical(&stored).map_err(|source| corrupt(Box::new(source) as _))?;
    String::from_utf8(bytes).map_err(|source| corrupt(Box::new(source)))
}

pub(crate) fn config(row: &UnitRow) -> Result<UnitConfig, StorageError> {
    let corrupt = |source: serde_json::Error| StorageError::Corrupt {
        column: "units.config",
        source: Box::new(source),
    };
    if row.config == "{}" {
        return Ok(UnitConfig::unconfigured());
    }
    let stored: StoredConfig = serde_json::from_str(&row.config).map_err(corrupt)?;
    let aliases = stored
        .aliases
        .iter()
        .map(|alias| parse("units.config", alias));
    let methods = stored
        .methods
        .into_iter()
        .map(|(method, path, read)| MethodOverride {
            method,
            path,
            access: if read { Access::Read } else { Access::Write },
        });
    Ok(UnitConfig {
        upstream: stored.upstream,
        capacity_per_hour: stored.capacity_per_hour,
        servers: stored.servers,
        aliases: aliases.collect::<Result<_, _>>()?,
        labels: stored.labels,
        criticality: parse("units.config", &stored.criticality)?,
        approvals_required: stored.approvals_required,
        mode: parse("units.config", &stored.mode)?,
        thresholds: Thresholds {
            low: stored.low,
            high: stored.high,
            relax_below: stored.relax_below,
            relax_window_minutes: stored.relax_window_minutes,
        },
        controller: stored
            .controller
            .map(|own| parse("units.config", &own))
            .transpose()?,
        methods: methods.collect(),
    })
}

/// A new unit of which nothing is known yet.
pub(crate) fn new_row(name: &str, now: Timestamp, epoch: u64) -> UnitRow {
    let epoch = i64::try_from(epoch).unwrap_or(i64::MAX);
    UnitRow::new(name, now.as_micros(), epoch)
}

/// The queue's state; none before the first observation.
pub(crate) fn queue_state(row: &UnitRow) -> Result<Option<QueueState>, StorageError> {
    let (Some(lambda), Some(mu), Some(rho), Some(last_at)) =
        (row.lambda_est, row.mu_est, row.rho, row.last_observed_at)
    else {
        return Ok(None);
    };
    let cause = row
        .level_cause
        .as_deref()
        .unwrap_or(LevelCause::Measured.as_str());
    Ok(Some(QueueState {
        lambda,
        mu,
        rho,
        level: parse("units.level", &row.level)?,
        level_since: Timestamp::from_micros(row.level_since.unwrap_or(last_at)),
        level_cause: parse("units.level_cause", cause)?,
        below_since: row.below_since.map(Timestamp::from_micros),
        last_at: Timestamp::from_micros(last_at),
        interval_micros: row.interval_micros,
        hour: hour(row.hour, row.hour_mean, row.hour_reports).unwrap_or(HourArrivals {
            hour: Timestamp::from_micros(last_at).hour(),
            mean_rate: lambda,
            reports: 1,
        }),
        previous_hour: hour(
            row.previous_hour,
            row.previous_hour_mean,
            row.previous_hour_reports,
        ),
        change_point: row.change_point,
    }))
}

fn hour(hour: Option<i64>, mean: Option<f64>, reports: Option<i64>) -> Option<HourArrivals> {
    Some(HourArrivals {
        hour: hour?,
        mean_rate: mean?,
        reports: u32::try_from(reports?).ok()?,
    })
}

/// Writes the queue's state into the row.
pub(crate) fn set_queue_state(row: &mut UnitRow, state: &QueueState) {
    row.lambda_est = Some(state.lambda);
    row.mu_est = Some(state.mu);
    row.rho = Some(state.rho);
    row.level = state.level.to_string();
    row.level_since = Some(state.level_since.as_micros());
    row.level_cause = Some(state.level_cause.to_string());
    row.below_since = state.below_since.map(Timestamp::as_micros);
    row.last_observed_at = Some(state.last_at.as_micros());
    row.interval_micros = state.interval_micros;
    row.hour = Some(state.hour.hour);
    row.hour_mean = Some(state.hour.mean_rate);
    row.hour_reports = Some(i64::from(state.hour.reports));
    row.previous_hour = state.previous_hour.as_ref().map(|hour| hour.hour);
    row.previous_hour_mean = state.previous_hour.as_ref().map(|hour| hour.mean_rate);
    row.previous_hour_reports = state
        .previous_hour
        .as_ref()
        .map(|hour| i64::from(hour.reports));
    row.change_point = state.change_point;
}

/// The part of a unit that decisions depend on.
pub(crate) fn unit_state(row: &UnitRow, marks: &Marks) -> Result<UnitState, StorageError> {
    let pin = match &marks.pin {
        Some(pin) => Some((
            parse("pins.level", &pin.level)?,
            pin.expires_at.map(Timestamp::from_micros),
        )),
        None => None,
    };
    let config = config(row)?;
    Ok(UnitState {
        configured: row.configured,
        config_version: row.config_version.unsigned_abs(),
        quorum: quorum(config.approvals_required)?,
        mode: config.mode,
        upstream: Upstream::of(&config),
        measured: parse("units.level", &row.level)?,
        pin,
        risk_mark: marks.risk.as_ref().map(|mark| RiskMark {
            ends: mark.expires_at.map(Timestamp::from_micros),
        }),
        scored: marks.scored.as_ref().map(|row| Scored {
            score: row.score,
            flagged: row.flagged_since.is_some(),
        }),
        override_until: marks
            .overridden
            .as_ref()
            .and_then(|row| row.expires_at)
            .map(Timestamp::from_micros),
        criticality: config.criticality,
        lambda: row.lambda_est,
        mu: row.mu_est,
        rho: row.rho,
        change_point: row.change_point,
        observed_at: row.last_observed_at.map(Timestamp::from_micros),
        capacity: config.capacity_per_hour,
        controller: config.controller,
        held: held_subjects(row)?,
    })
}

fn quorum(people: u32) -> Result<Quorum, StorageError> {
    Quorum::new(people).map_err(|source| StorageError::Corrupt {
        column: "units.config",
        source: Box::new(source),
    })
}

/// The policy in force inside a transaction. The cache would be wrong here: an earlier job of the same batch
/// may have changed the policy.
pub(crate) fn policy_in(tx: &mut Tx<'_>) -> Result<PolicyRef, AppError> {
    Ok(policy_set_in(tx)?.reference().clone())
}

/// The whole set in force inside a transaction.
pub(crate) fn policy_set_in(tx: &mut Tx<'_>) -> Result<PolicySet, AppError> {
    load_policy(tx.db())?.ok_or_else(|| AppError::Internal("the log has no policy yet".into()))
}

#[derive(Deserialize)]
struct StoredPolicy {
    unknown_units: String,
}

/// The policy set in force; none while the log is empty.
pub(crate) fn load_policy(db: &mut Db) -> Result<Option<PolicySet>, StorageError> {
    let Some(version) = rules::newest(db)? else {
        return Ok(None);
    };
    let on = rules::all(db)?
        .into_iter()
        .filter(|rule| rule.enabled)
        .map(|rule| parse::<Rule>("rules.key", &rule.key));
    let on: Vec<Rule> = on.collect::<Result<_, _>>()?;
    let corrupt = |source| StorageError::Corrupt {
        column: "policy_versions.canonical",
        source,
    };
    let stored: StoredPolicy = serde_json::from_str(&version.canonical)
        .map_err(|source| corrupt(Box::new(source) as _))?;
    let unknown: UnknownUnits = parse("policy_versions.canonical", &stored.unknown_units)?;
    let set = PolicySet::of(&on, unknown, version.version.unsigned_abs());
    if set.reference().digest != version.digest {
        return Err(corrupt(
            "the switches and the newest policy version differ".into(),
        ));
    }
    Ok(Some(set))
}
