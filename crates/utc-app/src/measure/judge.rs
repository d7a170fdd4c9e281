//! What was counted of one unit becomes an observation, or does not.

use std::time::Duration;

use utc_domain::{Draft, ProtectionLevel, Timestamp, UnitName};
use utc_queueing::{Demand, Relaxing, Served, Settings, Tally};
use utc_storage::journal::Tx;
use utc_storage::rows::arrival_tallies::{self, TallyRow};
use utc_storage::rows::measured_units::{self, MeasuredRow};
use utc_storage::rows::units::{self, UnitRow};

use super::asked::OTHERS;
use super::remembered::{Tallies, exposure, seen_capacity};
use crate::cache::UnitState;
use crate::units::{Observing, Report, Source, UnitConfig, record, settings, state_of, stored};
use crate::{AppError, Controller};

const MICROS_PER_HOUR: f64 = 3_600e6;
/// Time in which nobody looked counts as this many looks, at most.
const LOOKS_MISSED: u32 = 3;
/// Reports that have been silent for so long give way to what is measured.
const REPORTS_GIVEN_UP: i64 = 24;
/// The most subjects of one unit that are held at a time.
const MOST_HELD: usize = 100;

/// What all units are judged by.
pub(super) struct Bench {
    pub(super) queueing: Settings,
    pub(super) controller: Controller,
    pub(super) every: Duration,
}

/// A unit of which something changed that decisions see.
pub(super) struct Judged {
    pub(super) receipt: Option<Draft>,
    pub(super) state: UnitState,
}

/// How much the unit can do in an hour, and whether reads are part of that.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Capacity {
    pub(super) per_hour: f64,
    pub(super) of: Operations,
}

/// Which operations a capacity is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operations {
    Writes,
    All,
}

/// Looks at one unit. `None` when decisions see nothing new.
pub(super) fn judge(
    tx: &mut Tx<'_>,
    bench: &Bench,
    unit: &UnitName,
    relaxing: Relaxing,
) -> Result<Option<Judged>, AppError> {
    let Some(mut row) = units::find(tx.db(), unit.as_str())? else {
        return Ok(None);
    };
    let Some(mut measured) = measured_units::find(tx.db(), unit.as_str())? else {
        return Ok(None);
    };
    let config = stored::config(&row)?;
    look_back(&mut measured, &config, bench.every, tx.now());
    let tallies = arrival_tallies::of_unit(tx.db(), unit.as_str())?;
    let judged = if is_reported(&row, tx.now()) {
        // Whoever reports may be slow or wrong; what is counted does not mix with it.
        measured.active = false;
        release(tx, &mut row)?
    } else if let Some(capacity) = capacity(&row, &config, &measured) {
        let settings = settings(&bench.queueing, &config)?;
        let demand = demand(&tallies, capacity, &measured, &settings, tx.now())?;
        measured.active = !demand.quiet
            || row.level != ProtectionLevel::Permissive.as_str()
            || row.held_subjects.is_some();
        let seen = Seen {
            unit,
            config: &config,
            settings,
            controller: config.controller.unwrap_or(bench.controller),
            capacity,
            relaxing,
        };
        seen.apply(tx, &mut row, &demand, &tallies)?
    } else {
        measured.active = tallies.iter().any(|tally| !is_forgotten(tally, tx.now()));
        release(tx, &mut row)?
    };
    measured_units::put(tx.db(), &measured)?;
    Ok(judged)
}

/// Takes in what passed since the last look: time, and what the gateways saw.
fn look_back(row: &mut MeasuredRow, config: &UnitConfig, every: Duration, now: Timestamp) {
    let gap = hours(now.micros_since(Timestamp::from_micros(row.at)));
    let most = (every * LOOKS_MISSED).as_secs_f64() / 3_600.0;
    let exposure = exposure(row).after(gap, gap.min(most));
    #[expect(
        clippy::cast_precision_loss,
        reason = "nobody answers 2^53 requests between two looks"
    )]
    let served = Served {
        completed: row.completed as f64,
        service_hours: row.service_hours,
        waited_hours: row.waited_hours,
        hours: gap,
    };
    let capacity = seen_capacity(row).after(&served, config.servers);
    row.at = row.at.max(now.as_micros());
    (row.recent_hours, row.long_hours) = (exposure.recent_hours, exposure.long_hours);
    row.samples = capacity.samples;
    (row.quiet_hours, row.per_hour) = (capacity.quiet_hours, capacity.per_hour);
    (row.completed, row.service_hours, row.waited_hours) = (0, 0.0, 0.0);
}

/// Whether the unit's arrivals are those that somebody reports.
fn is_reported(row: &UnitRow, now: Timestamp) -> bool {
    let reported = row.source.as_deref() == Some(Source::Reported.as_str());
    let last = row.last_observed_at.map(Timestamp::from_micros);
    let silent = last.is_none_or(|last| last.plus_minutes(REPORTS_GIVEN_UP * 60) <= now);
    reported && !silent
}

/// What is configured counts before what was seen, and what was last known where there is neither any more.
pub(super) fn capacity(
    row: &UnitRow,
    config: &UnitConfig,
    measured: &MeasuredRow,
) -> Option<Capacity> {
    let of = |per_hour, of| Capacity { per_hour, of };
    let measured_before = row.source.as_deref() == Some(Source::Measured.as_str());
    let known = row.mu_est.filter(|_| measured_before);
    let configured = config
        .capacity_per_hour
        .map(|rate| of(rate, Operations::Writes));
    let seen = measured.per_hour.map(|rate| of(rate, Operations::All));
    configured
        .or(seen)
        .or_else(|| known.map(|rate| of(rate, Operations::Writes)))
}

pub(super) fn demand(
    tallies: &[TallyRow],
    capacity: Capacity,
    measured: &MeasuredRow,
    settings: &Settings,
    now: Timestamp,
) -> Result<Demand, AppError> {
    let tallies: Vec<Tally> = tallies
        .iter()
        .map(|row| {
            let tallies = Tallies::of(row);
            let counted = match capacity.of {
                Operations::Writes => tallies.writes,
                Operations::All => tallies.all,
            };
            counted.after(0.0, now)
        })
        .collect();
    let (exposure, high) = (exposure(measured), settings.high());
    Demand::of(&tallies, exposure, capacity.per_hour, high)
        .map_err(|error| AppError::Internal(Box::new(error)))
}

/// A unit whose capacity is known.
struct Seen<'a> {
    unit: &'a UnitName,
    config: &'a UnitConfig,
    settings: Settings,
    controller: Controller,
    capacity: Capacity,
    relaxing: Relaxing,
}

impl Seen<'_> {
    fn apply(
        &self,
        tx: &mut Tx<'_>,
        row: &mut UnitRow,
        demand: &Demand,
        tallies: &[TallyRow],
    ) -> Result<Option<Judged>, AppError> {
        let held = held(demand, tallies);
        let rate = observed(row, demand);
        if rate.is_none() && held == row.held_subjects {
            return Ok(None);
        }
        row.held_subjects = held;
        let receipt = match rate {
            Some(rate) => self.observe(tx, row, rate)?,
            None => None,
        };
        let state = saved(tx, row)?;
        Ok(Some(Judged { receipt, state }))
    }

    fn observe(
        &self,
        tx: &mut Tx<'_>,
        row: &mut UnitRow,
        rate: f64,
    ) -> Result<Option<Draft>, AppError> {
        let report = Report {
            arrival_rate: rate,
            service_rate: self.capacity.per_hour,
            at: None,
        };
        let settings = self.settings;
        let mut observing = Observing::begin(tx, row, self.controller, settings, Source::Measured)?;
        let policy = stored::policy_in(tx)?;
        let refused = state_of(tx.db(), row)?.level_at(tx.now()).0 == ProtectionLevel::ReadOnly;
        let taken = observing.take(tx, row, self.config, report, self.relaxing);
        match taken {
            Ok(step) => {
                if refused {
                    // Refusals are not counted, so nobody knows what would have come.
                    observing.mark_cut();
                }
                let receipt = record(tx.db(), self.unit, row, &step, &policy)?;
                observing.end(tx, self.unit)?;
                Ok(receipt)
            }
            // The clock was set back behind the newest observation: there is none until it has caught up.
            Err(AppError::Invalid(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The rate to observe. With fewer than ten arrivals only one that tightens nothing, and none for a unit that was never
/// observed, or of which nothing is left to say.
fn observed(row: &UnitRow, demand: &Demand) -> Option<f64> {
    let rate = demand.counts.rate_per_hour();
    let measured = row.source.as_deref() == Some(Source::Measured.as_str());
    let before = row.lambda_est.filter(|_| measured);
    let loose = row.level == ProtectionLevel::Permissive.as_str();
    match before {
        _ if demand.enough => Some(rate),
        Some(_) if demand.quiet && loose => None,
        Some(before) => Some(rate.min(before)),
        None => None,
    }
}

/// Who is beyond their share, as it is stored. All that share a place are nobody whom one could hold.
fn held(demand: &Demand, tallies: &[TallyRow]) -> Option<String> {
    let subjects = demand.beyond.iter().filter_map(|&place| tallies.get(place));
    let names = subjects.map(|row| row.subject.as_str());
    let names: Vec<&str> = names
        .filter(|name| *name != OTHERS)
        .take(MOST_HELD)
        .collect();
    (!names.is_empty()).then(|| names.join("\n"))
}

/// Nobody is held any more.
fn release(tx: &mut Tx<'_>, row: &mut UnitRow) -> Result<Option<Judged>, AppError> {
    if row.held_subjects.take().is_none() {
        return Ok(None);
    }
    let state = saved(tx, row)?;
    Ok(Some(Judged {
        receipt: None,
        state,
    }))
}

fn saved(tx: &mut Tx<'_>, row: &mut UnitRow) -> Result<UnitState, AppError> {
    row.state_epoch = i64::try_from(tx.change_state()).unwrap_or(i64::MAX);
    row.updated_at = tx.now().as_micros();
    units::update(tx.db(), row)?;
    state_of(tx.db(), row)
}

fn is_forgotten(row: &TallyRow, now: Timestamp) -> bool {
    Tallies::of(row).all.after(0.0, now).long < 0.5
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a microsecond more or less in 285 years does not matter"
)]
fn hours(micros: i64) -> f64 {
    micros.max(0) as f64 / MICROS_PER_HOUR
}
