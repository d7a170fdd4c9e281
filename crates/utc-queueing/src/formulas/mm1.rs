//! M/M/1: one server, random arrivals, random service.

use super::error::{self, FormulaError};
use super::mmc;

/// A stable M/M/1 queue. Source of all formulas: L. Kleinrock, *Queueing Systems* vol. 1 (1975), chapter 3.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mm1 {
    lambda: f64,
    mu: f64,
    rho: f64,
}

impl Mm1 {
    /// A queue with `arrival_rate` (0 to 10⁹) and `service_rate` (10⁻³ to 10⁹) per hour.
    ///
    /// [`FormulaError::Unstable`] when work arrives at least as fast as it is served.
    pub fn new(arrival_rate: f64, service_rate: f64) -> Result<Self, FormulaError> {
        let lambda = error::arrival_rate(arrival_rate)?;
        let mu = error::service_rate(service_rate)?;
        let rho = error::stable(lambda / mu)?;
        Ok(Self { lambda, mu, rho })
    }

    /// ρ = λ/μ, the share of time in which the server is busy, from 0 to below 1.
    pub fn utilisation(&self) -> f64 {
        self.rho
    }

    /// p₀ = 1 − ρ, the probability that nothing is in the system.
    pub fn p_empty(&self) -> f64 {
        1.0 - self.rho
    }

    /// The probability that an arrival has to wait, which is ρ.
    pub fn p_wait(&self) -> f64 {
        self.rho
    }

    /// L = λ/(μ − λ), the mean number waiting or in service.
    pub fn mean_in_system(&self) -> f64 {
        self.lambda / self.spare()
    }

    /// Lq = ρ·L, the mean number waiting.
    pub fn mean_in_queue(&self) -> f64 {
        self.rho * self.mean_in_system()
    }

    /// Wq = ρ/(μ − λ), the mean wait before service, in hours.
    pub fn mean_wait_hours(&self) -> f64 {
        self.rho / self.spare()
    }

    /// W = 1/(μ − λ), the mean time from arrival to the end of service, in hours.
    pub fn mean_time_in_system_hours(&self) -> f64 {
        self.spare().recip()
    }

    /// P(Wq > t) = ρ·e^(−(μ − λ)t) for `hours` 0 and up.
    pub fn p_wait_longer_than(&self, hours: f64) -> Result<f64, FormulaError> {
        mmc::wait_tail(self.rho, self.spare(), hours)
    }

    /// The wait, in hours, that the given share of arrivals does not exceed; 0 when that share does not wait.
    ///
    /// `share` is from 0 to below 1: 0.95 asks for the 95th percentile.
    pub fn wait_percentile_hours(&self, share: f64) -> Result<f64, FormulaError> {
        mmc::wait_percentile(self.rho, self.spare(), share)
    }

    /// μ − λ per hour. Invariant: above 0, because ρ is below 1.
    fn spare(&self) -> f64 {
        self.mu - self.lambda
    }
}
