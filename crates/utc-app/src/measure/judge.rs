//! What was counted of one unit becomes an observation, or does not.

use std::time::Duration;

use utc_domain::{PolicyRef, ProtectionLevel, Timestamp, UnitName};
use utc_queueing::{Demand, Observation, Relaxing, Served, Settings};
use utc_storage::rows::arrival_tallies::TallyRow;
use utc_storage::rows::measured_units::MeasuredRow;
use utc_storage::rows::units::UnitRow;

use super::asked::OTHERS;
use super::demand::{Capacity, capacity, demand, offered};
use super::known::Known;
use super::outcome::Outcome;
use super::remembered::{Tallies, exposure, seen_capacity};
use crate::units::{Observing, Risen, Source, UnitConfig, change, feature, settings, stored};
use crate::{AppError, Controller};

const MICROS_PER_HOUR: f64 = 3_600e6;
/// Time in which nobody looked counts as this many looks, at most.
const LOOKS_MISSED: u32 = 3;
/// Reports that have been silent for so long give way to what is measured.
const REPORTS_GIVEN_UP: i64 = 24;
/// The most subjects of one unit that are held at a time.
const MOST_HELD: usize = 100;

/// What all units are judged by, and when.
pub(super) struct Bench {
    pub(super) queueing: Settings,
    pub(super) controller: Controller,
    pub(super) every: Duration,
}

/// A look at some units in one transaction.
pub(super) struct Look<'a> {
    pub(super) bench: &'a Bench,
    pub(super) policy: PolicyRef,
    pub(super) relaxing: Relaxing,
    pub(super) now: Timestamp,
}

impl Look<'_> {
    /// Looks at one unit.
    pub(super) fn judge(&self, mut known: Known, outcome: &mut Outcome) -> Result<(), AppError> {
        let (bench, now) = (self.bench, self.now);
        let unit: UnitName = stored::parse("units.name", &known.row.name)?;
        let config = stored::config(&known.row)?;
        look_back(&mut known.measured, &config, bench.every, now);
        let capacity = capacity(&known.row, &config, &known.measured);
        let changed = if is_reported(&known.row, now) {
            // Whoever reports may be slow or wrong; what is counted does not mix with it.
            known.measured.active = false;
            release(&mut known.row)
        } else if let Some(capacity) = capacity {
            let seen = Seen {
                look: self,
                unit: &unit,
                settings: settings(&bench.queueing, &config)?,
                controller: config.controller.unwrap_or(bench.controller),
                capacity,
            };
            seen.apply(&mut known, outcome)?
        } else {
            known.measured.active = known.tallies.iter().any(|tally| !is_forgotten(tally, now));
            release(&mut known.row)
        };
        let subjects = known.tallies.len();
        outcome.subjects.push((known.row.name.clone(), subjects));
        outcome.tallies.append(&mut known.changed_tallies);
        outcome.measured.push(known.measured.clone());
        if changed {
            outcome.changed.push((unit, known));
        }
        Ok(())
    }
}

/// Takes in what passed since the last look: time, and what the gateways saw.
fn look_back(row: &mut MeasuredRow, config: &UnitConfig, every: Duration, now: Timestamp) {
    let gap = hours(now.micros_since(Timestamp::from_micros(row.at)));
    let every = every.as_secs_f64() / 3_600.0;
    let most = every * f64::from(LOOKS_MISSED);
    let exposure = exposure(row).after(gap, gap.min(most));
    #[expect(
        clippy::cast_precision_loss,
        reason = "nobody answers 2^53 requests between two looks"
    )]
    let served = Served {
        completed: row.completed as f64,
        service_hours: row.service_hours,
        waited_hours: row.waited_hours,
        // What is new was seen for no longer than one look.
        hours: if gap > 0.0 { gap } else { every },
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

/// A unit whose capacity is known.
struct Seen<'a> {
    look: &'a Look<'a>,
    unit: &'a UnitName,
    settings: Settings,
    controller: Controller,
    capacity: Capacity,
}

impl Seen<'_> {
    /// Whether decisions see something new.
    fn apply(&self, known: &mut Known, outcome: &mut Outcome) -> Result<bool, AppError> {
        let now = self.look.now;
        let (capacity, settings) = (self.capacity, &self.settings);
        let demand = demand(&known.tallies, capacity, &known.measured, settings, now)?;
        let held = held(&demand, &known.tallies);
        known.measured.active =
            !demand.quiet || known.is_tightened() || known.row.held_subjects.is_some();
        let rate = observed(&known.row, &demand);
        if rate.is_none() && held == known.row.held_subjects {
            return Ok(false);
        }
        known.row.held_subjects = held;
        if let Some(rate) = rate {
            self.observe(known, rate, outcome)?;
        }
        Ok(true)
    }

    fn observe(&self, known: &mut Known, rate: f64, outcome: &mut Outcome) -> Result<(), AppError> {
        let (look, settings) = (self.look, self.settings);
        let offered = offered(
            &known.tallies,
            self.capacity,
            &known.measured,
            &settings,
            look.now,
        )?;
        let seen = Observation::new(rate, self.capacity.per_hour, look.now)
            .map_err(|error| AppError::Internal(Box::new(error)))?
            .with_refused(offered.map_or(0.0, |offered| offered - rate));
        let remembered = known.remembered.take();
        let mut observing = Observing::of(self.controller, remembered, settings, Source::Measured)?;
        let step = match observing.take(&mut known.row, seen, look.now, look.relaxing) {
            Ok(step) => step,
            // The clock was set back behind the newest observation: there is none until it has caught up.
            Err(AppError::Invalid(_)) => return Ok(()),
            Err(error) => return Err(error),
        };
        let scored = known.marks.scored.as_ref();
        outcome.features.push(feature(self.unit, &step, scored));
        if let Some((draft, row)) =
            change(self.unit, &step, known.marks.pin.is_some(), &look.policy)
        {
            outcome.drafts.push(draft);
            outcome.changes.push(row);
        }
        outcome.risen.extend(step.risen_to().map(|level| Risen {
            unit: self.unit.clone(),
            level,
            controller: self.controller,
            settings,
        }));
        if let Some((rows, remembered)) = observing.stored(self.unit) {
            outcome.forecasts.push(rows.forecast);
            outcome.profiles.extend(rows.profile);
            outcome.remembered.push((self.unit.to_string(), remembered));
        }
        Ok(())
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
    let mut names: Vec<&str> = names
        .filter(|name| *name != OTHERS)
        .take(MOST_HELD)
        .collect();
    names.sort_unstable();
    (!names.is_empty()).then(|| names.join("\n"))
}

/// Nobody is held any more. Whether anybody was.
fn release(row: &mut UnitRow) -> bool {
    row.held_subjects.take().is_some()
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
