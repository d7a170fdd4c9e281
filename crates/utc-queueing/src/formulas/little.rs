//! Little's law, for checking measured numbers against each other.

use super::error::{self, FormulaError};

/// The mean amount of work in a system, L = λ·W.
///
/// `arrival_rate` per hour from 0 to 10⁹, `mean_time_hours` 0 and up. It holds for every stable system, whatever
/// the distributions. Source: J. D. C. Little 1961.
pub fn littles_law(arrival_rate: f64, mean_time_hours: f64) -> Result<f64, FormulaError> {
    let lambda = error::arrival_rate(arrival_rate)?;
    Ok(lambda * error::amount("mean_time_hours", mean_time_hours)?)
}

/// How far three measured numbers are from Little's law: |L − λW| over the larger of L and λW.
///
/// From 0, which is agreement, to 1. `mean_in_system` is L, 0 and up; the others as for [`littles_law`]. A gap of
/// more than a few per cent over a long stretch says that one of the three is measured wrongly, or that the
/// stretch is not steady.
pub fn littles_law_gap(
    mean_in_system: f64,
    arrival_rate: f64,
    mean_time_hours: f64,
) -> Result<f64, FormulaError> {
    let measured = error::amount("mean_in_system", mean_in_system)?;
    let implied = littles_law(arrival_rate, mean_time_hours)?;
    let larger = measured.max(implied);
    if larger > 0.0 {
        Ok((measured - implied).abs() / larger)
    } else {
        Ok(0.0)
    }
}
