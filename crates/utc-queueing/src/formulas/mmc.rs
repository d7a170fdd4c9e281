//! M/M/c: several equal servers and one line.

use super::erlang::{erlang_b, waiting};
use super::error::{self, FormulaError};

/// A stable M/M/c queue. Source of all formulas: L. Kleinrock, *Queueing Systems* vol. 1 (1975), section 3.5.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mmc {
    lambda: f64,
    mu: f64,
    servers: u32,
    rho: f64,
    p_wait: f64,
}

impl Mmc {
    /// A queue with `arrival_rate` (0 to 10⁹) per hour, and `servers` (1 to 10⁴) of which each serves
    /// `service_rate` (10⁻³ to 10⁹) per hour.
    ///
    /// [`FormulaError::Unstable`] when work arrives at least as fast as all of them together serve it. Takes time
    /// in proportion to `servers`.
    pub fn new(arrival_rate: f64, service_rate: f64, servers: u32) -> Result<Self, FormulaError> {
        let lambda = error::arrival_rate(arrival_rate)?;
        let mu = error::service_rate(service_rate)?;
        let blocked = erlang_b(servers, lambda / mu)?;
        Self::with_blocking(lambda, mu, servers, blocked)
    }

    /// From checked rates and the Erlang B of the same queue.
    pub(super) fn with_blocking(
        lambda: f64,
        mu: f64,
        servers: u32,
        blocked: f64,
    ) -> Result<Self, FormulaError> {
        let rho = error::stable(lambda / (f64::from(servers) * mu))?;
        Ok(Self {
            lambda,
            mu,
            servers,
            rho,
            p_wait: waiting(blocked, rho),
        })
    }

    /// c, the number of servers.
    pub fn servers(&self) -> u32 {
        self.servers
    }

    /// ρ = λ/(cμ), the mean share of busy servers, from 0 to below 1.
    pub fn utilisation(&self) -> f64 {
        self.rho
    }

    /// a = λ/μ in erlangs, the mean number of busy servers.
    pub fn offered_load(&self) -> f64 {
        self.lambda / self.mu
    }

    /// Erlang C, the probability that an arrival has to wait.
    pub fn p_wait(&self) -> f64 {
        self.p_wait
    }

    /// Wq = C/(cμ − λ), the mean wait before service, in hours, over those who wait and those who do not.
    pub fn mean_wait_hours(&self) -> f64 {
        self.p_wait / self.spare()
    }

    /// Lq = λ·Wq, the mean number waiting.
    pub fn mean_in_queue(&self) -> f64 {
        self.lambda * self.mean_wait_hours()
    }

    /// L = Lq + a, the mean number waiting or in service.
    pub fn mean_in_system(&self) -> f64 {
        self.mean_in_queue() + self.offered_load()
    }

    /// W = Wq + 1/μ, the mean time from arrival to the end of service, in hours.
    pub fn mean_time_in_system_hours(&self) -> f64 {
        self.mean_wait_hours() + self.mu.recip()
    }

    /// P(Wq > t) = C·e^(−(cμ − λ)t) for `hours` 0 and up.
    pub fn p_wait_longer_than(&self, hours: f64) -> Result<f64, FormulaError> {
        wait_tail(self.p_wait, self.spare(), hours)
    }

    /// The wait, in hours, that the given share of arrivals does not exceed; 0 when that share does not wait.
    ///
    /// `share` is from 0 to below 1: 0.95 asks for the 95th percentile.
    pub fn wait_percentile_hours(&self, share: f64) -> Result<f64, FormulaError> {
        wait_percentile(self.p_wait, self.spare(), share)
    }

    /// cμ − λ per hour. Invariant: above 0, because ρ is below 1.
    fn spare(&self) -> f64 {
        f64::from(self.servers) * self.mu - self.lambda
    }
}

/// The tail of a wait that is 0 with probability 1 − `p_wait` and otherwise exponential with rate `spare`.
pub(super) fn wait_tail(p_wait: f64, spare: f64, hours: f64) -> Result<f64, FormulaError> {
    let hours = error::amount("hours", hours)?;
    Ok(p_wait * libm::exp(-spare * hours))
}

/// The inverse of [`wait_tail`]: t with P(Wq > t) = 1 − `covered`.
pub(super) fn wait_percentile(p_wait: f64, spare: f64, covered: f64) -> Result<f64, FormulaError> {
    let beyond = 1.0 - error::share(covered)?;
    if p_wait <= beyond {
        Ok(0.0)
    } else {
        Ok(libm::log(p_wait / beyond) / spare)
    }
}
