//! Arrival rates from few arrivals.

use utc_domain::{Timestamp, round6};

use crate::formulas::{self, FormulaError};
use crate::observation::{Observation, ObservationError};

/// The shape of the prior: half an arrival.
const PRIOR_SHAPE: f64 = 0.5;
/// The time that the prior weighs, in hours.
const PRIOR_HOURS: f64 = 0.01;
/// Fewer arrivals than this in the remembered time move nothing.
const LEAST_ARRIVALS: f64 = 10.0;

/// A Gamma distribution of an arrival rate, learned from counts, that forgets.
///
/// Arrivals are taken for a Poisson process; then, with a prior of half an arrival, the posterior after n arrivals in
/// h hours is Gamma with shape 0.5 + n and exposure h (A. Gelman et al., *Bayesian Data Analysis*, section 2.6). What is
/// old weighs half as much after each `half_life`, so the estimate follows.
///
/// One arrival in a quiet minute is not a rate of sixty an hour: the mean over what is remembered says so.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LowCount {
    arrivals: f64,
    hours: f64,
    half_life_hours: f64,
}

impl LowCount {
    /// Nothing yet; `half_life_hours` above 0.
    ///
    /// # Errors
    /// [`FormulaError::Amount`] when it is not a positive finite number.
    pub fn new(half_life_hours: f64) -> Result<Self, FormulaError> {
        if half_life_hours.is_finite() && half_life_hours > 0.0 {
            Ok(Self {
                arrivals: 0.0,
                hours: 0.0,
                half_life_hours,
            })
        } else {
            Err(FormulaError::Amount {
                name: "half_life_hours",
                value: half_life_hours,
            })
        }
    }

    /// From what was stored: `arrivals` (0 and up) in `hours` (0 and up), both faded already.
    ///
    /// # Errors
    /// [`FormulaError::Amount`] when one of them is negative or not finite.
    pub fn remembered(
        arrivals: f64,
        hours: f64,
        half_life_hours: f64,
    ) -> Result<Self, FormulaError> {
        Ok(Self {
            arrivals: formulas::amount("arrivals", arrivals)?,
            hours: formulas::amount("hours", hours)?,
            ..Self::new(half_life_hours)?
        })
    }

    /// With `count` arrivals in the latest `hours` (0 and up).
    ///
    /// # Errors
    /// [`FormulaError::Amount`] when the hours are negative or not finite.
    pub fn after(self, count: u32, hours: f64) -> Result<Self, FormulaError> {
        let hours = formulas::amount("hours", hours)?;
        let kept = libm::exp2(-hours / self.half_life_hours);
        Ok(Self {
            arrivals: self.arrivals * kept + f64::from(count),
            hours: self.hours * kept + hours,
            ..self
        })
    }

    /// The mean arrival rate per hour, rounded with [`round6`].
    pub fn rate_per_hour(&self) -> f64 {
        round6((PRIOR_SHAPE + self.arrivals) / (PRIOR_HOURS + self.hours))
    }

    /// The probability that the rate is at least `rate` (0 and up) per hour.
    ///
    /// # Errors
    /// [`FormulaError::ArrivalRate`] when it is out of range.
    pub fn p_at_least(&self, rate: f64) -> Result<f64, FormulaError> {
        formulas::p_rate_at_least(PRIOR_SHAPE + self.arrivals, PRIOR_HOURS + self.hours, rate)
    }

    /// What the counts say as an observation: `None` while no capacity is known, or fewer than ten arrivals are
    /// remembered. Eleven clicks on a fresh installation lock nothing: its capacity is unknown.
    ///
    /// # Errors
    /// [`ObservationError`] when a rate is out of range.
    pub fn observation(
        &self,
        capacity_per_hour: Option<f64>,
        at: Timestamp,
    ) -> Result<Option<Observation>, ObservationError> {
        match capacity_per_hour {
            Some(capacity) if self.arrivals >= LEAST_ARRIVALS => {
                Observation::new(self.rate_per_hour(), capacity, at).map(Some)
            }
            Some(_) | None => Ok(None),
        }
    }
}
