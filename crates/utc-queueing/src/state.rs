//! What the controller remembers of a queue.

use utc_domain::{LevelCause, ProtectionLevel, Timestamp, round6};

use crate::observation::Observation;

/// Fewer arrivals per hour than this are never a spike, however few came the hour before.
const SPIKE_MIN_PER_HOUR: f64 = 10.0;
/// An hour with this many times the arrivals of the hour before is a spike.
const SPIKE_FACTOR: f64 = 2.0;

/// What the controller remembers of one queue between observations. Plain, so that storage can keep every field.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueState {
    /// Smoothed arrivals per hour, rounded to six decimals.
    pub lambda: f64,
    /// Smoothed service capacity per hour, rounded to six decimals.
    pub mu: f64,
    /// Utilisation λ/μ, rounded to six decimals, 0 and up; above 1 work piles up.
    pub rho: f64,
    /// The level that load asks for. A pin is not part of it.
    pub level: ProtectionLevel,
    /// Since when that level holds.
    pub level_since: Timestamp,
    /// Why it holds.
    pub level_cause: LevelCause,
    /// Since when utilisation has been below the relax threshold; restarted by each step that relaxes.
    pub below_since: Option<Timestamp>,
    /// The time of the newest observation.
    pub last_at: Timestamp,
    /// The usual time between reports in microseconds, smoothed; unknown before two reports at different times.
    pub interval_micros: Option<i64>,
    /// Arrivals in the clock hour of the newest observation, so far.
    pub hour: HourArrivals,
    /// Arrivals in the latest earlier clock hour that had reports.
    pub previous_hour: Option<HourArrivals>,
    /// Whether the arrivals of the current clock hour, so far, are at least twice those of the previous one, and
    /// at least 10.
    pub change_point: bool,
}

/// Arrivals in one clock hour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HourArrivals {
    /// Which hour, as [`Timestamp::hour`] counts.
    pub hour: i64,
    /// The mean of the arrival rates reported in it, which is the number of arrivals in it.
    pub mean_rate: f64,
    /// How many reports that mean is of.
    pub reports: u32,
}

impl HourArrivals {
    /// An hour with the one report.
    pub(crate) fn first(observation: &Observation) -> Self {
        Self {
            hour: observation.at().hour(),
            mean_rate: observation.arrival_rate(),
            reports: 1,
        }
    }

    /// The same hour with one more report.
    pub(crate) fn plus(self, observation: &Observation) -> Self {
        let reports = self.reports.saturating_add(1);
        let correction = (observation.arrival_rate() - self.mean_rate) / f64::from(reports);
        Self {
            mean_rate: self.mean_rate + correction,
            reports,
            ..self
        }
    }

    /// Whether this hour is a spike after `previous`. Without an earlier hour there is nothing to compare with.
    pub(crate) fn is_spike_after(&self, previous: Option<&Self>) -> bool {
        previous.is_some_and(|previous| {
            let rate = round6(self.mean_rate);
            rate >= SPIKE_MIN_PER_HOUR && rate >= SPIKE_FACTOR * round6(previous.mean_rate)
        })
    }
}
