//! The queue as a fluid: what an overload leaves behind, and when a trend arrives.

use super::error::{self, FormulaError};

/// The work that waits after `hours` (0 and up) of `arrival_rate` against a capacity of `service_rate` per hour, when
/// `backlog` (0 and up) waited before; never below 0.
///
/// Random variation is left out, which is right while the queue is far from empty. Source: G. F. Newell,
/// *Applications of Queueing Theory* (1971), chapter 2.
pub fn fluid_backlog(
    backlog: f64,
    arrival_rate: f64,
    service_rate: f64,
    hours: f64,
) -> Result<f64, FormulaError> {
    let backlog = error::amount("backlog", backlog)?;
    let lambda = error::arrival_rate(arrival_rate)?;
    let mu = error::service_rate(service_rate)?;
    let hours = error::amount("hours", hours)?;
    Ok((backlog + (lambda - mu) * hours).max(0.0))
}

/// The hours in which `backlog` is worked off, `backlog / (μ − λ)`; ranges as for [`fluid_backlog`].
///
/// [`FormulaError::Unstable`] when work arrives at least as fast as it is served, unless nothing waits.
pub fn drain_hours(
    backlog: f64,
    arrival_rate: f64,
    service_rate: f64,
) -> Result<f64, FormulaError> {
    let backlog = error::amount("backlog", backlog)?;
    let lambda = error::arrival_rate(arrival_rate)?;
    let mu = error::service_rate(service_rate)?;
    if backlog <= 0.0 {
        return Ok(0.0);
    }
    error::stable(lambda / mu)?;
    Ok(backlog / (mu - lambda))
}

/// The hours until a value that is `level` now and changes by `trend_per_hour` reaches `threshold`: 0 when it is there
/// already, `None` when the trend does not lead there.
///
/// `level` and `threshold` are 0 and up; the trend is any finite number.
pub fn hours_to_threshold(
    level: f64,
    trend_per_hour: f64,
    threshold: f64,
) -> Result<Option<f64>, FormulaError> {
    let level = error::amount("level", level)?;
    let threshold = error::amount("threshold", threshold)?;
    if level >= threshold {
        return Ok(Some(0.0));
    }
    if !trend_per_hour.is_finite() {
        return Err(FormulaError::Amount {
            name: "trend_per_hour",
            value: trend_per_hour,
        });
    }
    Ok((trend_per_hour > 0.0).then(|| (threshold - level) / trend_per_hour))
}
