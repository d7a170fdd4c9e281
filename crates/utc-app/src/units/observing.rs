//! One observation of a unit, whoever made it: the queue moves, the level follows, both are recorded.

use utc_domain::{Code, Draft, Meta, PolicyRef, ReceiptKind, Timestamp, UnitName};
use utc_queueing::{LevelChange, Observation, ObservationError, Relaxing, Settings};
use utc_storage::connection::Db;
use utc_storage::journal::Tx;
use utc_storage::rows::history::{self, FeatureRow, LevelChangeRow};
use utc_storage::rows::marks;
use utc_storage::rows::risks::{self, UnitRiskRow};
use utc_storage::rows::units::UnitRow;

use super::control::{Step, UnitController, seen};
use super::observe::{Report, change_row, queue_meta};
use super::remembered::{Remembered, Rows};
use super::{Source, UnitConfig, stored};
use crate::draft::{self, system_subject};
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

    /// The same with what is remembered of it.
    pub(crate) fn of(
        controller: Controller,
        remembered: Option<Remembered>,
        settings: Settings,
        source: Source,
    ) -> Result<Self, AppError> {
        let controller = UnitController::new(controller, remembered, settings)?;
        Ok(Self { controller, source })
    }

    /// Takes in one observation; the row has the state before it, and gets the one after. Where the unit was observed in
    /// another way before, its estimates begin again: the level holds, the numbers do not mix.
    pub(crate) fn take(
        &mut self,
        row: &mut UnitRow,
        observation: Observation,
        now: Timestamp,
        relaxing: Relaxing,
    ) -> Result<Step, AppError> {
        let source = Some(self.source.as_str());
        if row.source.is_some() && row.source.as_deref() != source {
            self.controller.begin_again(row, &observation);
        }
        row.source = source.map(str::to_owned);
        let step = self.controller.take(row, observation, now, relaxing)?;
        stored::set_queue_state(row, &step.state);
        Ok(step)
    }

    /// What is to be stored of what the controller remembers, and what it remembers from then on.
    pub(crate) fn stored(self, name: &UnitName) -> Option<(Rows, Remembered)> {
        self.controller.stored(name)
    }

    /// Stores what the controller remembers, and gives it.
    pub(crate) fn end(
        self,
        tx: &mut Tx<'_>,
        name: &UnitName,
    ) -> Result<Option<Remembered>, AppError> {
        let Some((rows, remembered)) = self.stored(name) else {
            return Ok(None);
        };
        rows.store(tx.db())?;
        Ok(Some(remembered))
    }
}

/// What was reported, as an observation.
pub(crate) fn observation(
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
pub(super) fn record(
    db: &mut Db,
    name: &UnitName,
    step: &Step,
    policy: &PolicyRef,
) -> Result<Option<Draft>, AppError> {
    let said = risks::find(db, name.as_str())?;
    history::put_feature(db, &feature(name, step, said.as_ref()))?;
    if !step.changed() {
        return Ok(None);
    }
    let pinned = marks::pin::find(db, name.as_str())?.is_some();
    let Some((draft, row)) = change(name, step, pinned, policy) else {
        return Ok(None);
    };
    history::insert_change(db, &row)?;
    Ok(Some(draft))
}

/// The computed metrics after an observation; `said` is what the scorer says of the unit.
pub(crate) fn feature(name: &UnitName, step: &Step, said: Option<&UnitRiskRow>) -> FeatureRow {
    let state = &step.state;
    let (matched_count, trend) = signals::said(said);
    FeatureRow {
        unit: name.to_string(),
        ts: state.last_at.as_micros(),
        lambda_est: state.lambda,
        mu_est: state.mu,
        rho: state.rho,
        level: state.level.to_string(),
        change_point: state.change_point,
        matched_count,
        trend,
    }
}

/// The change of level, if there was one, and its receipt.
pub(crate) fn change(
    name: &UnitName,
    step: &Step,
    pinned: bool,
    policy: &PolicyRef,
) -> Option<(Draft, LevelChangeRow)> {
    let level = step.change?;
    let draft = level_receipt(name, step, level, pinned, policy);
    let state = &step.state;
    let row = change_row(
        &draft,
        name,
        level.from,
        level.to,
        level.cause,
        Some(state),
        state.last_at,
    );
    Some((draft, row))
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
    let draft = draft::change(
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
