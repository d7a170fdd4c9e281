//! A scorecard in numbers that people compare.

use std::collections::VecDeque;

use utc_domain::round6;

use super::scorecard::Scorecard;

const MINUTES_PER_DAY: f64 = 24.0 * 60.0;

/// A scorecard in numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grades {
    /// Runs of overload.
    pub episodes: u32,
    /// How many of them an alarm preceded.
    pub caught_early: u32,
    /// The median time by which it did, in minutes; of the latest ones on a unit's own card.
    pub median_lead_minutes: Option<f64>,
    /// Minutes of overload.
    pub overload_minutes: f64,
    /// Those without an alarm.
    pub missed_minutes: f64,
    /// Minutes of alarm with no overload within the horizon, a day.
    pub false_alarm_minutes_per_day: f64,
    /// Changes of level a day.
    pub level_changes_per_day: f64,
    /// The share of warnings that came true, lately.
    pub precision: f64,
}

impl Scorecard {
    /// The card in numbers, each rounded to six decimals.
    pub fn grades(&self) -> Grades {
        let days = self.observed_minutes / MINUTES_PER_DAY;
        let a_day = |amount: f64| {
            if days > 0.0 {
                round6(amount / days)
            } else {
                0.0
            }
        };
        Grades {
            episodes: self.episodes,
            caught_early: self.caught_early,
            median_lead_minutes: median(&self.leads),
            overload_minutes: round6(self.overload_minutes),
            missed_minutes: round6(self.missed_minutes),
            false_alarm_minutes_per_day: a_day(self.false_alarm_minutes),
            level_changes_per_day: a_day(f64::from(self.level_changes)),
            precision: self.precision.value(),
        }
    }
}

fn median(leads: &VecDeque<f32>) -> Option<f64> {
    let mut sorted: Vec<f32> = leads.iter().copied().collect();
    sorted.sort_unstable_by(f32::total_cmp);
    let upper = sorted.get(sorted.len() / 2).copied()?;
    let lower = sorted.get((sorted.len() - 1) / 2).copied()?;
    Some(round6(f64::midpoint(f64::from(lower), f64::from(upper))))
}
