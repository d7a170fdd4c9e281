//! Waiting with an end: who is not served in time leaves.

use super::erlang::erlang_b;
use super::error::{self, FormulaError};

/// Beyond so many waiting the chance of one more is taken for nothing.
const LONGEST_LINE: u32 = 1_000_000;
/// A term this small against the sum changes none of its digits.
const NOTHING: f64 = 1e-17;
/// Weights are only needed against each other; when they grow past this, all are made smaller.
const LARGE: f64 = 1e200;

/// An M/M/c+M queue: as M/M/c, but whoever waits gives up after a random (exponential) patience.
///
/// It has a steady state at any load. Source: C. Palm 1957; A. Mandelbaum and S. Zeltyn, *The Palm/Erlang-A Queue*
/// (2007).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ErlangA {
    p_wait: f64,
    p_abandon: f64,
    mean_in_queue: f64,
}

/// Weights of the states with a line, against that of all servers busy and nobody waiting.
#[derive(Clone, Copy)]
struct Line {
    unit: f64,
    term: f64,
    sum: f64,
    waiting: f64,
}

impl ErlangA {
    /// Rates per hour as for [`super::Mmc::new`]; `abandonment_rate` (10⁻³ to 10⁹) is one over the mean patience in hours.
    ///
    /// # Errors
    /// [`FormulaError`] when an argument is out of its range.
    pub fn new(
        arrival_rate: f64,
        service_rate: f64,
        servers: u32,
        abandonment_rate: f64,
    ) -> Result<Self, FormulaError> {
        let lambda = error::arrival_rate(arrival_rate)?;
        let mu = error::service_rate(service_rate)?;
        let theta = error::service_rate(abandonment_rate)?;
        let blocked = erlang_b(servers, lambda / mu)?;
        if lambda <= 0.0 || blocked <= 0.0 {
            return Ok(Self {
                p_wait: 0.0,
                p_abandon: 0.0,
                mean_in_queue: 0.0,
            });
        }
        let busy = f64::from(servers) * mu;
        let line = Line::of(lambda, busy, theta);
        // 1/B is the weight of all states without a line, that of a full house included.
        let all = line.unit * (blocked.recip() - 1.0) + line.sum;
        let mean_in_queue = line.waiting / all;
        Ok(Self {
            p_wait: line.sum / all,
            p_abandon: (theta * mean_in_queue / lambda).min(1.0),
            mean_in_queue,
        })
    }

    /// The probability that an arrival finds all servers busy.
    pub fn p_wait(&self) -> f64 {
        self.p_wait
    }

    /// The share of arrivals that give up.
    pub fn p_abandon(&self) -> f64 {
        self.p_abandon
    }

    /// The mean number waiting.
    pub fn mean_in_queue(&self) -> f64 {
        self.mean_in_queue
    }
}

impl Line {
    fn of(lambda: f64, busy: f64, theta: f64) -> Self {
        let mut line = Self {
            unit: 1.0,
            term: 1.0,
            sum: 1.0,
            waiting: 0.0,
        };
        for place in (1..=LONGEST_LINE).map(f64::from) {
            line.term *= lambda / (busy + place * theta);
            line.sum += line.term;
            line.waiting += place * line.term;
            if line.term <= NOTHING * line.sum {
                break;
            }
            if line.sum > LARGE {
                line = line.scaled();
            }
        }
        line
    }

    fn scaled(self) -> Self {
        Self {
            unit: self.unit / LARGE,
            term: self.term / LARGE,
            sum: self.sum / LARGE,
            waiting: self.waiting / LARGE,
        }
    }
}
