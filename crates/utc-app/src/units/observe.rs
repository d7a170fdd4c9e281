//! Reported observations: the unit's queue moves, its level follows.

use utc_domain::{Draft, LevelCause, Meta, ProtectionLevel, ReceiptId, Timestamp, UnitName};
use utc_queueing::{QueueState, Settings};
use utc_storage::rows::history::LevelChangeRow;
use utc_storage::rows::units;

use super::configure::{find_or_new, save, state_of};
use super::observing::{Observing, observation, record};
use super::{Risen, Source, UnitConfig, stored};
use crate::console::Console;
use crate::draft::system_subject;
use crate::signals::appeared;
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
        let usual = self.options().controller;
        let relaxing = self.relaxing();
        self.control_by(by, move |tx, _| {
            let (mut row, new) = find_or_new(tx, &name, limit)?;
            let config = stored::config(&row)?;
            let settings = settings(&installation, &config)?;
            row.state_epoch = i64::try_from(tx.change_state()).unwrap_or(i64::MAX);
            if new {
                units::insert(tx.db(), &row)?;
                appeared(tx, name.as_str())?;
            }
            let own = config.controller.unwrap_or(usual);
            let mut observing = Observing::begin(tx, &row, own, settings, Source::Reported)?;
            let policy = stored::policy_in(tx)?;
            let mut drafts = Vec::new();
            let mut risen = None;
            for (index, report) in reports.iter().enumerate() {
                let now = tx.now();
                let step = observation(*report, &config, now)
                    .and_then(|seen| observing.take(&mut row, seen, now, relaxing()))
                    .map_err(|error| place(error, index, reports.len()))?;
                drafts.extend(record(tx.db(), &name, &step, &policy)?);
                risen = step.risen_to().or(risen);
            }
            row.updated_at = tx.now().as_micros();
            // Whoever reports says what is asked of the unit: who asked that is not known.
            row.held_subjects = None;
            save(tx.db(), &row, false)?;
            let remembered = observing.end(tx, &name)?;
            if let Some(level) = risen {
                let unit = name.clone();
                let controller = own;
                let risen = Risen {
                    unit,
                    level,
                    controller,
                    settings,
                };
                let (now, state) = (tx.now(), remembered.as_ref());
                risen.warn(tx.db(), state.map(|one| &one.state), now)?;
            }
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
    let high = own.high.unwrap_or(installation.high());
    let made = Settings::new(
        installation.alpha(),
        low,
        high,
        relax_below,
        own.relax_window_minutes
            .unwrap_or(installation.relax_window_minutes()),
    );
    // A unit with lower thresholds of its own relaxes below those.
    let read_only = installation
        .relax_read_only_below()
        .map(|below| below.min(high));
    let made = made.and_then(|made| made.with_relax_read_only_below(read_only));
    made.map_err(|error| AppError::invalid("/thresholds", error.to_string()))
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
