//! What a unit can do, and what is asked of it.

use utc_domain::Timestamp;
use utc_queueing::{Demand, Settings, Tally};
use utc_storage::rows::arrival_tallies::TallyRow;
use utc_storage::rows::measured_units::MeasuredRow;
use utc_storage::rows::units::UnitRow;

use super::remembered::{Tallies, exposure};
use crate::AppError;
use crate::units::{Source, UnitConfig};

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

/// What is asked of the unit, without what was turned away.
pub(super) fn demand(
    tallies: &[TallyRow],
    capacity: Capacity,
    measured: &MeasuredRow,
    settings: &Settings,
    now: Timestamp,
) -> Result<Demand, AppError> {
    let asked = |tallies: &Tallies| match capacity.of {
        Operations::Writes => tallies.writes,
        Operations::All => tallies.all,
    };
    let asked = tallies
        .iter()
        .map(|row| asked(&Tallies::of(row)).after(0.0, now));
    demand_of(&asked.collect::<Vec<_>>(), capacity, measured, settings)
}

/// What is asked of the unit, with what was turned away; none where nothing was, or too little to say anything.
pub(super) fn offered(
    tallies: &[TallyRow],
    capacity: Capacity,
    measured: &MeasuredRow,
    settings: &Settings,
    now: Timestamp,
) -> Result<Option<f64>, AppError> {
    if tallies.iter().all(|row| row.long_refused <= 0.0) {
        return Ok(None);
    }
    let both = tallies.iter().map(|row| {
        let tallies = Tallies::of(row);
        let asked = match capacity.of {
            Operations::Writes => tallies.writes,
            Operations::All => tallies.all,
        };
        let refused = tallies.refused;
        Tally {
            at: asked.at,
            recent: asked.recent + refused.recent,
            long: asked.long + refused.long,
        }
        .after(0.0, now)
    });
    let demand = demand_of(&both.collect::<Vec<_>>(), capacity, measured, settings)?;
    Ok(demand.enough.then(|| demand.counts.rate_per_hour()))
}

fn demand_of(
    tallies: &[Tally],
    capacity: Capacity,
    measured: &MeasuredRow,
    settings: &Settings,
) -> Result<Demand, AppError> {
    let (exposure, high) = (exposure(measured), settings.high());
    Demand::of(tallies, exposure, capacity.per_hour, high)
        .map_err(|error| AppError::Internal(Box::new(error)))
}
