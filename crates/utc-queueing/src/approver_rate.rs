//! How fast one person approves, learned from what people did.

use utc_domain::{Timestamp, VoteChoice, round6};

use crate::formulas::{self, FormulaError};
use crate::observation::SERVICE_RATES;

const MICROS_PER_HOUR: f64 = 3_600e6;

/// The shape of the prior: it weighs as much as half a vote, so that a few real ones outweigh it.
const PRIOR_SHAPE: f64 = 0.5;

/// From so many votes on the learned rate stands for itself.
const SETTLED_VOTES: u64 = 20;

/// Until then it is at most this many times the prior mean: a lucky first hour must not promise anything.
const MAX_HASTE: f64 = 4.0;

/// What people did so far: votes, and the time in which they could have voted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ApproverRecord {
    votes: u64,
    exposure_hours: f64,
}

impl ApproverRecord {
    /// Nothing yet.
    pub const EMPTY: Self = Self {
        votes: 0,
        exposure_hours: 0.0,
    };

    /// From what was stored: `votes`, and `exposure_hours`, 0 and up, of which each hour of each person is one.
    ///
    /// # Errors
    /// [`FormulaError::Amount`] when the hours are negative or not finite.
    pub fn new(votes: u64, exposure_hours: f64) -> Result<Self, FormulaError> {
        let exposure_hours = formulas::amount("exposure_hours", exposure_hours)?;
        Ok(Self {
            votes,
            exposure_hours,
        })
    }

    /// The votes.
    pub fn votes(self) -> u64 {
        self.votes
    }

    /// The hours in which something waited, summed over the people.
    pub fn exposure_hours(self) -> f64 {
        self.exposure_hours
    }

    /// With the time from `from` to `to` in it, during which `pending` requests waited for `people`.
    ///
    /// Time without anything to vote on says nothing about how fast people are, nor does a clock that went
    /// backwards. A request that expires is no vote, so the time that it waited lowers the rate.
    #[must_use]
    pub fn after_span(self, from: Timestamp, to: Timestamp, people: u32, pending: u64) -> Self {
        if pending == 0 {
            return self;
        }
        let hours = hours_between(from, to) * f64::from(people);
        Self {
            exposure_hours: self.exposure_hours + hours,
            ..self
        }
    }

    /// With a vote in it. A rejection is as much work as an approval.
    #[must_use]
    pub fn after_vote(self, choice: VoteChoice) -> Self {
        let served = match choice {
            VoteChoice::Approve | VoteChoice::Reject => 1,
        };
        Self {
            votes: self.votes.saturating_add(served),
            ..self
        }
    }
}

/// What is assumed of one person before anything is known: a Gamma distribution of votes per hour with shape
/// 0.5 and a given mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatePrior {
    mean: f64,
}

impl RatePrior {
    /// With a mean of 0.4 votes per hour.
    pub const STANDARD: Self = Self { mean: 0.4 };

    /// With a mean of `votes_per_hour`, 10⁻³ to 10⁹.
    ///
    /// # Errors
    /// [`FormulaError::ServiceRate`] when it is out of range.
    pub fn new(votes_per_hour: f64) -> Result<Self, FormulaError> {
        let mean = formulas::service_rate(votes_per_hour)?;
        Ok(Self { mean })
    }

    /// The mean, in votes per hour.
    pub fn mean(self) -> f64 {
        self.mean
    }

    /// The votes of one person per hour, given what people did, rounded with [`round6`].
    ///
    /// The mean of the posterior Gamma distribution, `(0.5 + votes) / (0.5/mean + exposure)`, for votes that come
    /// as a Poisson process while something waits (A. Gelman et al., *Bayesian Data Analysis*, section 2.6). At
    /// most 4 times the prior mean before 20 votes, and always a service rate that the formulas take.
    #[expect(
        clippy::cast_precision_loss,
        reason = "nobody casts 2⁵³ votes, and one more or less does not matter there"
    )]
    pub fn learned(self, record: ApproverRecord) -> f64 {
        let prior_hours = PRIOR_SHAPE / self.mean;
        let mean = (PRIOR_SHAPE + record.votes as f64) / (prior_hours + record.exposure_hours);
        let most = if record.votes < SETTLED_VOTES {
            MAX_HASTE * self.mean
        } else {
            f64::INFINITY
        };
        round6(mean.min(most)).clamp(*SERVICE_RATES.start(), *SERVICE_RATES.end())
    }
}

/// Hours from one point in time to a later one; 0 when it is not later.
#[expect(
    clippy::cast_precision_loss,
    reason = "a microsecond more or less in 285 years does not matter"
)]
fn hours_between(from: Timestamp, to: Timestamp) -> f64 {
    to.micros_since(from).max(0) as f64 / MICROS_PER_HOUR
}
