//! The people who approve, as a queue.
//!
//! Servers are the people, work is a vote: a request with a quorum of two is two votes of work.

use utc_domain::{ApprovalQueue, Quorum, round6};

use crate::approver_rate::{ApproverRecord, RatePrior};
use crate::formulas::{self, ErlangA, FormulaError, MAX_SERVERS, Mmc};

const MINUTES_PER_HOUR: f64 = 60.0;

/// A request that expires before enough people vote with at least this probability is not worth holding.
const AS_GOOD_AS_CERTAIN: f64 = 0.999;

/// The people who may approve for a unit, and how fast they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Approvers {
    count: u32,
    rate: f64,
    prior_rate: f64,
}

impl Approvers {
    /// `count` people of whom `record` tells what they did so far.
    ///
    /// None at all are taken for one: an installation has to let requests wait before anybody makes somebody an
    /// approver. More than [`MAX_SERVERS`] are taken for that many.
    pub fn new(count: u32, prior: RatePrior, record: ApproverRecord) -> Self {
        Self {
            count: count.clamp(1, MAX_SERVERS),
            rate: prior.learned(record),
            prior_rate: prior.mean(),
        }
    }

    /// c, how many people there are, at least 1.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// μ, the votes of one person per hour while something waits.
    pub fn rate_per_hour(&self) -> f64 {
        self.rate
    }

    /// How long a request waits until enough people have voted on it, in minutes, rounded with [`round6`].
    ///
    /// `ahead` counts everything that the same people must vote on before it. The wait is
    /// `(ahead + 1) · quorum / (c · μ)`, the time in which c busy servers finish that much work (Little's law for
    /// a queue that is never empty). It takes every request for one of the same quorum.
    pub fn expected_wait_minutes(&self, ahead: u64, quorum: Quorum) -> f64 {
        self.wait_minutes(ahead, quorum, self.rate)
    }

    /// Whether a request that ends `ttl_minutes` after it was asked could be decided before.
    ///
    /// Behind others it has to be expected that it is. The first in line waits for nobody but the people
    /// themselves, who may well be faster than their mean: it is kept out only where it is as good as certain that
    /// too few of them vote in time. There the prior rate counts where the learned one is lower: people who were
    /// away have a low rate, and if nothing were let in any more they could never show that they are back.
    pub fn room_for(&self, ahead: u64, quorum: Quorum, ttl_minutes: u32) -> ApprovalQueue {
        let ttl = f64::from(ttl_minutes);
        let (rate, pointless) = match ahead {
            0 => {
                let rate = self.rate.max(self.prior_rate);
                let expected_votes = f64::from(self.count) * rate * ttl / MINUTES_PER_HOUR;
                (rate, p_fewer(quorum, expected_votes) >= AS_GOOD_AS_CERTAIN)
            }
            1.. => (self.rate, self.expected_wait_minutes(ahead, quorum) > ttl),
        };
        if pointless {
            ApprovalQueue::Saturated {
                expected_wait_minutes: self.wait_minutes(ahead, quorum, rate),
                backlog: ahead,
            }
        } else {
            ApprovalQueue::Open
        }
    }

    /// ρ = λ/(c·μ), 0 and up, for `arrival_rate` votes asked for per hour: requests times their quorum.
    ///
    /// From 1 on more is asked for than these people manage.
    ///
    /// # Errors
    /// [`FormulaError::ArrivalRate`] when it is not from 0 to 10⁹.
    pub fn utilisation(&self, arrival_rate: f64) -> Result<f64, FormulaError> {
        let lambda = formulas::arrival_rate(arrival_rate)?;
        Ok(round6(lambda / self.capacity()))
    }

    /// The share of requests that expire unanswered, rounded with [`round6`], for `arrival_rate` votes asked for per
    /// hour as in [`Self::utilisation`] and requests that end after `ttl_hours`.
    ///
    /// By Erlang A: it takes the time to live for a mean patience, so it is a little pessimistic.
    ///
    /// # Errors
    /// [`FormulaError::ArrivalRate`] for a rate out of range, [`FormulaError::ServiceRate`] for a time to live that is not
    /// from 10⁻⁹ to 10³ hours.
    pub fn p_expires(&self, arrival_rate: f64, ttl_hours: f64) -> Result<f64, FormulaError> {
        let queue = ErlangA::new(arrival_rate, self.rate, self.count, ttl_hours.recip())?;
        Ok(round6(queue.p_abandon()))
    }

    /// The probability that nobody begins with a vote within `hours` (0 and up), by Erlang C; see [`Mmc`].
    ///
    /// It is 1 when `arrival_rate`, as in [`Self::utilisation`], is more than these people manage.
    ///
    /// # Errors
    /// [`FormulaError::ArrivalRate`] or [`FormulaError::Amount`] for an argument out of its range.
    pub fn p_wait_longer_than(&self, arrival_rate: f64, hours: f64) -> Result<f64, FormulaError> {
        match Mmc::new(arrival_rate, self.rate, self.count) {
            Ok(queue) => queue.p_wait_longer_than(hours).map(round6),
            Err(FormulaError::Unstable { .. }) => formulas::amount("hours", hours).map(|_| 1.0),
            Err(error) => Err(error),
        }
    }

    /// c·μ, the votes of all of them per hour while something waits.
    pub fn capacity(&self) -> f64 {
        f64::from(self.count) * self.rate
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "the result is rounded and limited to far less than what a double counts exactly"
    )]
    fn wait_minutes(&self, ahead: u64, quorum: Quorum, rate: f64) -> f64 {
        let votes = (ahead as f64 + 1.0) * f64::from(quorum.people());
        round6(votes * MINUTES_PER_HOUR / (f64::from(self.count) * rate))
    }
}

/// The probability that fewer people vote than have to, for votes that come as a Poisson process of which `expected`
/// (0 and up) are expected, rounded with [`round6`].
///
/// The terms of the distribution from 0 up, each from the one before.
fn p_fewer(quorum: Quorum, expected: f64) -> f64 {
    let mut term = libm::exp(-expected);
    let mut sum = term;
    for votes in 1..quorum.people() {
        term *= expected / f64::from(votes);
        sum += term;
    }
    round6(sum)
}
