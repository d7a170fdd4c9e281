//! Arrivals that were counted, subject by subject, with a short and a long memory.
//!
//! A quick answer needs many arrivals, a sure one needs time. So everything is remembered twice, and the short memory
//! speaks where it holds enough.

use utc_domain::Timestamp;

use crate::fair_share::fair_arrivals;
use crate::formulas::FormulaError;
use crate::low_count::LowCount;

const MICROS_PER_HOUR: f64 = 3_600e6;
/// The half-life of the short memory, in hours.
const RECENT_HALF_LIFE: f64 = 5.0 / 60.0;
/// That of the long one.
const LONG_HALF_LIFE: f64 = 1.0;
/// The short memory speaks when it holds so many arrivals.
const ENOUGH: f64 = 50.0;
/// What was counted in less time than this, in hours, counts as of this much: a dozen clicks in the first minute are no
/// rate of hundreds an hour.
const LEAST_RECENT_HOURS: f64 = 5.0 / 60.0;
const LEAST_LONG_HOURS: f64 = 0.25;
/// A subject with fewer arrivals than this in the long memory has not asked for too much, however small the unit is.
const LEAST_ARRIVALS: f64 = 10.0;

/// Counts that fade, as they were at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tally {
    /// When they were these.
    pub at: Timestamp,
    /// What the short memory holds.
    pub recent: f64,
    /// What the long memory holds.
    pub long: f64,
}

/// How much time the two memories hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exposure {
    /// The short one, in hours.
    pub recent_hours: f64,
    /// The long one, in hours.
    pub long_hours: f64,
}

/// What is asked of a unit, by what was counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Demand {
    /// The arrivals that count, in the memory that speaks: each subject's up to its share.
    pub counts: LowCount,
    /// Which subjects, by their place, ask for more than their share: they are to be held, the unit is not.
    pub beyond: Vec<usize>,
    /// Whether there are ten arrivals in the long memory: fewer tighten nothing.
    pub enough: bool,
    /// Whether nothing is left in the long memory.
    pub quiet: bool,
}

impl Tally {
    /// Nothing, at a time.
    pub fn empty(at: Timestamp) -> Self {
        Self {
            at,
            recent: 0.0,
            long: 0.0,
        }
    }

    /// The same at `at`, with `count` more. Time does not go backwards for it: what comes late counts as it is.
    #[must_use]
    pub fn after(self, count: f64, at: Timestamp) -> Self {
        let hours = hours_between(self.at, at);
        Self {
            at: self.at.max(at),
            recent: self.recent * kept(hours, RECENT_HALF_LIFE) + count,
            long: self.long * kept(hours, LONG_HALF_LIFE) + count,
        }
    }
}

impl Exposure {
    /// No time at all.
    pub const NONE: Self = Self {
        recent_hours: 0.0,
        long_hours: 0.0,
    };

    /// After `gap_hours` (0 and up) of which the last `seen_hours` were counted in: what passed while nobody counted fades
    /// the old and adds nothing.
    #[must_use]
    pub fn after(self, gap_hours: f64, seen_hours: f64) -> Self {
        let hours = |held: f64, half_life: f64| {
            let full = half_life / core::f64::consts::LN_2;
            held * kept(gap_hours, half_life) + full * (1.0 - kept(seen_hours, half_life))
        };
        Self {
            recent_hours: hours(self.recent_hours, RECENT_HALF_LIFE),
            long_hours: hours(self.long_hours, LONG_HALF_LIFE),
        }
    }
}

impl Demand {
    /// From what each subject asked, all at the same time, and how long was counted.
    ///
    /// `capacity` is what the unit serves per hour and `high` the utilisation from which it is `read_only`. One place of
    /// `tallies` may stand for many subjects together; it then has one share.
    ///
    /// # Errors
    /// [`FormulaError`] when a number is out of its range.
    pub fn of(
        tallies: &[Tally],
        exposure: Exposure,
        capacity: f64,
        high: f64,
    ) -> Result<Self, FormulaError> {
        let sum = |held: fn(&Tally) -> f64| tallies.iter().map(held).sum::<f64>();
        let (recent, long) = (sum(|tally| tally.recent), sum(|tally| tally.long));
        let speaks: fn(&Tally) -> f64;
        let (hours, half_life);
        if recent >= ENOUGH {
            speaks = |tally| tally.recent;
            hours = exposure.recent_hours.max(LEAST_RECENT_HOURS);
            half_life = RECENT_HALF_LIFE;
        } else {
            speaks = |tally| tally.long;
            hours = exposure.long_hours.max(LEAST_LONG_HOURS);
            half_life = LONG_HALF_LIFE;
        }
        let rates: Vec<f64> = tallies.iter().map(|tally| speaks(tally) / hours).collect();
        let fair = fair_arrivals(&rates, capacity, high)?;
        let asked_often = |place: &usize| {
            tallies
                .get(*place)
                .is_some_and(|tally| tally.long >= LEAST_ARRIVALS)
        };
        Ok(Self {
            counts: LowCount::remembered(fair.arrival_rate * hours, hours, half_life)?,
            beyond: fair.beyond.into_iter().filter(asked_often).collect(),
            enough: long >= LEAST_ARRIVALS,
            quiet: long < 0.5,
        })
    }
}

/// What is left after `hours` (0 and up).
fn kept(hours: f64, half_life: f64) -> f64 {
    libm::exp2(-hours / half_life)
}

/// Hours from one time to a later one; 0 when it is not later.
#[expect(
    clippy::cast_precision_loss,
    reason = "a microsecond more or less in 285 years does not matter"
)]
fn hours_between(from: Timestamp, to: Timestamp) -> f64 {
    to.micros_since(from).max(0) as f64 / MICROS_PER_HOUR
}
