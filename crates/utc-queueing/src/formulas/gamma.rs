//! How sure a rate is that was learned from counts.

use super::error::{self, FormulaError};

/// A sum is complete when a further term is this small against it.
const NOTHING: f64 = 1e-16;
/// Enough terms for any number of arrivals that is still called few.
const MOST_TERMS: u32 = 100_000;

/// The probability that a Gamma distributed rate is at least `rate` per hour (0 to 10⁹).
///
/// `shape` (above 0) is the prior's plus what was counted, `exposure_hours` (0 and up) the prior's plus the time in
/// which it was. Source: one minus the series of the lower incomplete gamma function, M. Abramowitz and I. A. Stegun,
/// *Handbook of Mathematical Functions*, 6.5.29.
pub fn p_rate_at_least(shape: f64, exposure_hours: f64, rate: f64) -> Result<f64, FormulaError> {
    let x = error::amount("exposure_hours", exposure_hours)? * error::arrival_rate(rate)?;
    if !(shape.is_finite() && shape > 0.0) {
        return Err(FormulaError::Amount {
            name: "shape",
            value: shape,
        });
    }
    if x <= 0.0 {
        return Ok(1.0);
    }
    let mut term = shape.recip();
    let mut sum = term;
    // Far beyond the mean the sum overflows; the probability is then 0, which the clamp makes of it.
    for step in 1..=MOST_TERMS {
        term *= x / (shape + f64::from(step));
        sum += term;
        if term <= NOTHING * sum || !sum.is_finite() {
            break;
        }
    }
    let below = libm::exp(shape * libm::log(x) - x - libm::lgamma(shape) + libm::log(sum));
    Ok((1.0 - below).clamp(0.0, 1.0))
}
