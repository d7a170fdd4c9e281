//! Waits where arrivals or services are more regular, or wilder, than M/M assumes.
//!
//! Variability is a squared coefficient of variation, variance over squared mean: 0 for a clockwork, 1 for random
//! (exponential) times, above 1 for bursts.

use super::error::{self, FormulaError};
use super::mmc::Mmc;

/// The mean wait before service in an M/G/1 queue, in hours: Wq = ρ·(1 + c²)/(2·μ·(1 − ρ)).
///
/// Rates per hour as for [`Mmc::new`]; `service_scv` (0 and up) is that of service times. Exact. Source:
/// F. Pollaczek 1930, A. Y. Khinchine 1932.
pub fn mg1_wait_hours(
    arrival_rate: f64,
    service_rate: f64,
    service_scv: f64,
) -> Result<f64, FormulaError> {
    let lambda = error::arrival_rate(arrival_rate)?;
    let mu = error::service_rate(service_rate)?;
    let scv = error::amount("service_scv", service_scv)?;
    let rho = error::stable(lambda / mu)?;
    Ok(rho * (1.0 + scv) / (2.0 * mu * (1.0 - rho)))
}

/// The mean wait before service in a G/G/c queue, in hours, about: Wq = Wq(M/M/c) · (cₐ² + cₛ²)/2.
///
/// Rates and `servers` as for [`Mmc::new`]; `arrival_scv` and `service_scv` 0 and up. An approximation, mostly some
/// per cent high. Source: A. O. Allen, *Probability, Statistics and Queueing Theory* (1978), after A. Cunneen; for one
/// server it is that of J. F. C. Kingman (1961).
pub fn ggc_wait_hours(
    arrival_rate: f64,
    service_rate: f64,
    servers: u32,
    arrival_scv: f64,
    service_scv: f64,
) -> Result<f64, FormulaError> {
    let arrivals = error::amount("arrival_scv", arrival_scv)?;
    let services = error::amount("service_scv", service_scv)?;
    let queue = Mmc::new(arrival_rate, service_rate, servers)?;
    Ok(queue.mean_wait_hours() * f64::midpoint(arrivals, services))
}

/// The squared coefficient of variation of `values`, at least two of them, none negative; `None` when it is not
/// defined, because there are too few or all are zero.
pub fn squared_variation(values: &[f64]) -> Option<f64> {
    let count = u32::try_from(values.len())
        .ok()
        .filter(|&count| count > 1)?;
    let mean = values.iter().sum::<f64>() / f64::from(count);
    let squares: f64 = values
        .iter()
        .map(|value| (value - mean) * (value - mean))
        .sum();
    let scv = squares / f64::from(count - 1) / (mean * mean);
    scv.is_finite().then_some(scv)
}
