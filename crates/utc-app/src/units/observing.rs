//! One observation of a unit, whoever made it: the queue moves, the level follows, both are recorded.

use utc_domain::{Code, Draft, Meta, PolicyRef, ReceiptKind, Timestamp, UnitName};
use utc_queueing::{LevelChange, Observation, ObservationError, Relaxing, Settings};
use utc_storage::connection::Db;
use utc_storage::journal::Tx;
use utc_storage::rows::history::{self, FeatureRow};
use utc_storage::rows::marks;
use utc_storage::rows::units::UnitRow;

use super::control::{Step, UnitController, seen};
use super::observe::{Report, change_row, queue_meta};
use super::{Source, UnitConfig, stored};
use crate::draft::{change, system_subject};
use crate::signals;
use crate::{AppError, Controller};

/// A unit that is being observed, in one transaction.
pub(crate) struct Observing {
    controller: UnitController,
    source: Source,
}

impl Observing {
    /// With what the unit's controller remembers.
    pub(crate) fn begin(
        tx: &mut Tx<'_>,
        row: &UnitRow,
        controller: Controller,
        settings: Settings,
        source: Source,
    ) -> Result<Self, AppError> {
        let controller = UnitController::load(tx.db(), controller, row, settings)?;
        Ok(Self { controller, source })
    }

    /// Takes in one observation; the row has the state before it, and gets the one after. Where the unit was observed in
    /// another way before, its estimates begin again: the level holds, the numbers do not mix.
    pub(crate) fn take(
        &mut self,
        tx: &mut Tx<'_>,
        row: &mut UnitRow,
        config: &UnitConfig,
        report: Report,
        relaxing: Relaxing,
    ) -> Result<Step, AppError> {
        let now = tx.now();
        let observation = observation(report, config, now)?;
        let source = Some(self.source.as_str());
        if row.source.is_some() && row.source.as_deref() != source {
            self.controller.begin_again(row, &observation);
        }
        row.source = source.map(str::to_owned);
        let step = self.controller.take(row, observation, now, relaxing)?;
        stored::set_queue_state(row, &step.state);
        Ok(step)
    }

    /// Says that the observation that was just taken lacks what was refused meanwhile: forecasts are not judged by it.
    pub(crate) fn mark_cut(&mut self) {
        self.controller.mark_cut();
    }

    /// Stores what the controller remembers.
    pub(crate) fn end(&self, tx: &mut Tx<'_>, name: &UnitName) -> Result<(), AppError> {
        self.controller.store(tx.db(), name).map_err(Into::into)
    }
}

fn observation(
    report: Report,
    config: &UnitConfig,
    now: Timestamp,
) -> Result<Observation, AppError> {
    let invalid = |pointer: &str, message: String| AppError::invalid(pointer, message);
    let observation = Observation::new(
        report.arrival_rate,
        report.service_rate,
        report.at.unwrap_or(now),
    )
    .map_err(|error| invalid(&pointer_of(&error), error.to_string()))?;
    Ok(match config.capacity_per_hour {
        Some(capacity) => observation.clamp_to_capacity(capacity),
        None => observation,
    })
}

/// Stores the feature row and, when the level changed, the change and its receipt.
pub(crate) fn record(
    db: &mut Db,
    name: &UnitName,
    row: &UnitRow,
    step: &Step,
    policy: &PolicyRef,
) -> Result<Option<Draft>, AppError> {
    let state = &step.state;
    let (matched_count, trend) = signals::said_of(db, name.as_str())?;
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
            matched_count,
            trend,
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
    let subject = system_subject("system:queueing");
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

fn pointer_of(error: &ObservationError) -> String {
    match error {
        ObservationError::ArrivalRate { .. } => "/arrival_rate",
        ObservationError::ServiceRate { .. } => "/service_rate",
        _ => "",
    }
    .to_owned()
}
