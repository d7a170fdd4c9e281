//! Reported observations: the unit's queue moves, its level follows.

use utc_domain::{
    Code, Draft, LevelCause, Meta, PolicyRef, ProtectionLevel, ReceiptId, ReceiptKind, Timestamp,
    UnitName,
};
use utc_queueing::{LevelChange, Observation, ObservationError, QueueState, Relaxing, Settings};
use utc_storage::connection::Db;
use utc_storage::journal::Tx;
use utc_storage::rows::history::{self, FeatureRow, LevelChangeRow};
use utc_storage::rows::marks;
use utc_storage::rows::units::{self, UnitRow};

use super::configure::{find_or_new, save, state_of};
use super::control::{Step, UnitController, seen};
use super::{UnitConfig, stored};
use crate::console::Console;
use crate::draft::{change, system_subject};
use crate::task::Plan;
use crate::{AppError, By, FieldError, Ticket};

/// One reported observation of a unit's queue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Report {
    /// Arrivals per hour.
    pub arrival_rate: f64,
    /// Service capacity per hour.
    pub service_rate: f64,
    /// When it was measured; the time of writing when absent.
    pub at: Option<Timestamp>,
}

/// What a batch of observations led to.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// The unit, as its own name.
    pub unit: UnitName,
    /// The receipts of the level changes, oldest first.
    pub receipts: Vec<ReceiptId>,
}

impl Console {
    /// Takes observations in the given order, all or none, from this process itself. Makes the unit when there is none of
    /// this name.
    pub fn observe(&self, name: &UnitName, reports: Vec<Report>) -> Ticket<Observed> {
        self.observe_by(system_subject("system:utc"), name, reports)
    }

    /// The same from somebody who was authenticated. Receipts name the queue and not whoever reported.
    pub fn observe_by(
        &self,
        by: impl Into<By>,
        name: &UnitName,
        reports: Vec<Report>,
    ) -> Ticket<Observed> {
        let name = self.cache().resolve(name);
        let (limit, installation) = (self.options().max_units, self.options().queueing);
        let controller = self.options().controller;
        let relaxing = self.relaxing();
        self.control_by(by, move |tx, _| {
            let (mut row, new) = find_or_new(tx, &name, limit)?;
            let config = stored::config(&row)?;
            let settings = settings(&installation, &config)?;
            row.state_epoch = i64::try_from(tx.change_state()).unwrap_or(i64::MAX);
            if new {
                units::insert(tx.db(), &row)?;
            }
            let mut controller = UnitController::load(tx.db(), controller, &row, settings)?;
            let policy = stored::policy_in(tx)?;
            let mut drafts = Vec::new();
            for (index, report) in reports.iter().enumerate() {
                let step = take(tx, &mut row, &mut controller, &config, *report, relaxing())
                    .map_err(|error| place(error, index, reports.len()))?;
                drafts.extend(record(tx.db(), &name, &row, &step, &policy)?);
            }
            row.updated_at = tx.now().as_micros();
            save(tx.db(), &row, false)?;
            controller.store(tx.db(), &name)?;
            let state = state_of(tx.db(), &row)?;
            let unit = name.clone();
            Ok(Plan {
                answer: Observed {
                    unit: name.clone(),
                    receipts: drafts.iter().map(|draft| draft.id).collect(),
                },
                drafts,
                publish: Some(Box::new(move |cache| cache.set_unit(&unit, state.clone()))),
            })
        })
    }
}

/// The installation's settings with the unit's own thresholds.
pub(crate) fn settings(installation: &Settings, config: &UnitConfig) -> Result<Settings, AppError> {
    let own = config.thresholds;
    let low = own.low.unwrap_or(installation.low());
    let relax_below = own
        .relax_below
        .unwrap_or(installation.relax_below().min(low));
    let made = Settings::new(
        installation.alpha(),
        low,
        own.high.unwrap_or(installation.high()),
        relax_below,
        own.relax_window_minutes
            .unwrap_or(installation.relax_window_minutes()),
    );
    made.map_err(|error| AppError::invalid("/thresholds", error.to_string()))
}

fn take(
    tx: &mut Tx<'_>,
    row: &mut UnitRow,
    controller: &mut UnitController,
    config: &UnitConfig,
    report: Report,
    relaxing: Relaxing,
) -> Result<Step, AppError> {
    let now = tx.now();
    let invalid = |pointer: &str, message: String| AppError::invalid(pointer, message);
    let observation = Observation::new(
        report.arrival_rate,
        report.service_rate,
        report.at.unwrap_or(now),
    )
    .map_err(|error| invalid(&pointer_of(&error), error.to_string()))?;
    let observation = match config.capacity_per_hour {
        Some(capacity) => observation.clamp_to_capacity(capacity),
        None => observation,
    };
    let step = controller.take(row, observation, now, relaxing)?;
    stored::set_queue_state(row, &step.state);
    Ok(step)
}

/// Stores the feature row and, when the level changed, the change and its receipt.
fn record(
    db: &mut Db,
    name: &UnitName,
    row: &UnitRow,
    step: &Step,
    policy: &PolicyRef,
) -> Result<Option<Draft>, AppError> {
    let state = &step.state;
    history::put_feature(
        db,
        &FeatureRow {
            unit: name.to_string(),
            ts: state.last_at.as_micros(),
            lambda_est: state.lambda,
            mu_est: state.mu,
            rho: state.rho,
            level: state.level.to_string(),
            change_point: state.change_point,
            // Trust signals do not arrive yet; without any there is no trend.
            matched_count: 0,
            trend: "stable".to_owned(),
        },
    )?;
    let Some(level) = step.change else {
        return Ok(None);
    };
    let pinned = marks::pin::find(db, &row.name)?.is_some();
    let draft = level_receipt(name, step, level, pinned, policy);
    history::insert_change(
        db,
        &change_row(
            &draft,
            name,
            level.from,
            level.to,
            level.cause,
            Some(state),
            state.last_at,
        ),
    )?;
    Ok(Some(draft))
}

fn level_receipt(
    name: &UnitName,
    step: &Step,
    level: LevelChange,
    pinned: bool,
    policy: &PolicyRef,
) -> Draft {
    let still = if pinned {
        " The pin stays in force."
    } else {
        ""
    };
    let state = &step.state;
    let reason = format!(
        "{name} went from {} to {} ({}): utilisation {} is {} arrivals per hour over a capacity of {}.{}{still}",
        level.from,
        level.to,
        level.cause,
        state.rho,
        state.lambda,
        state.mu,
        looking_ahead(step)
    );
    let meta = Meta {
        previous_level: Some(level.from),
        protection_level: Some(level.to),
        cause: Some(level.cause),
        pinned: Some(pinned),
        signal_rho: step.signal,
        forecast: step.forecast.as_ref().map(seen),
        ..queue_meta(Some(state))
    };
    let subject = crate::draft::system_subject("system:queueing");
    let draft = change(
        ReceiptKind::ProtectionChange,
        Code::LevelChanged,
        subject,
        reason,
        policy.clone(),
    );
    Draft {
        unit: Some(name.clone()),
        meta,
        ..draft
    }
}

/// What the predictive controller went by, in words; nothing of the classic one.
fn looking_ahead(step: &Step) -> String {
    let signal = step.signal.map_or_else(String::new, |signal| {
        format!(" The measured signal is {signal}.")
    });
    let forecast = step.forecast.as_ref().map_or_else(String::new, |forecast| {
        format!(
            " The `{}` forecast, right in {} of its warnings, expects {} within {} minutes.",
            forecast.predictor,
            forecast.precision,
            forecast.rho.unwrap_or_default(),
            forecast.horizon_minutes
        )
    });
    signal + &forecast
}

/// λ, μ and ρ for a receipt.
pub(crate) fn queue_meta(state: Option<&QueueState>) -> Meta {
    Meta {
        lambda_est: state.map(|state| state.lambda),
        mu_est: state.map(|state| state.mu),
        rho: state.map(|state| state.rho),
        change_point: state.map(|state| state.change_point),
        features_ts: state.map(|state| state.last_at),
        ..Meta::default()
    }
}

pub(crate) fn change_row(
    draft: &Draft,
    name: &UnitName,
    from: ProtectionLevel,
    to: ProtectionLevel,
    cause: LevelCause,
    state: Option<&QueueState>,
    at: Timestamp,
) -> LevelChangeRow {
    LevelChangeRow {
        receipt_id: draft.id.to_string(),
        unit: name.to_string(),
        ts: at.as_micros(),
        from_level: from.to_string(),
        to_level: to.to_string(),
        cause: cause.to_string(),
        lambda_est: state.map(|state| state.lambda),
        mu_est: state.map(|state| state.mu),
        rho: state.map(|state| state.rho),
    }
}

/// Points into the array when more than one observation was sent.
fn place(error: AppError, index: usize, count: usize) -> AppError {
    match error {
        AppError::Invalid(fields) if count > 1 => AppError::Invalid(
            fields
                .into_iter()
                .map(|field| FieldError::new(format!("/{index}{}", field.pointer), field.message))
                .collect(),
        ),
        other => other,
    }
}

fn pointer_of(error: &ObservationError) -> String {
    match error {
        ObservationError::ArrivalRate { .. } => "/arrival_rate",
        ObservationError::ServiceRate { .. } => "/service_rate",
        _ => "",
    }
    .to_owned()
}
