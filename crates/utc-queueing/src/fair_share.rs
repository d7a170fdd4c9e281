//! Arrivals with a limit for each subject.

use crate::formulas::{self, FormulaError};

/// A subject moves a unit's arrivals by at most this share of what would lock it.
const SHARE_OF_HIGH: f64 = 0.5;

/// What subjects asked of a unit, and who asked for too much.
#[derive(Debug, Clone, PartialEq)]
pub struct FairShare {
    /// Arrivals per hour that count for the unit.
    pub arrival_rate: f64,
    /// Which subjects, by their place in what was given, asked for more than counts: they are to be held, the unit is
    /// not.
    pub beyond: Vec<usize>,
}

/// Adds up what subjects ask for, each limited to half of the high threshold of the unit's capacity.
///
/// `rates` are arrivals per hour of each subject; `service_rate` is the unit's capacity per hour and `high` the
/// utilisation from which it is `read_only`. So one subject alone can never lock a unit, nor with another's help at less
/// than half of the threshold; two can, and that is load.
///
/// # Errors
/// [`FormulaError`] when a rate is out of its range or `high` is not a positive finite number.
pub fn fair_arrivals(
    rates: &[f64],
    service_rate: f64,
    high: f64,
) -> Result<FairShare, FormulaError> {
    let capacity = formulas::service_rate(service_rate)?;
    let most = SHARE_OF_HIGH * formulas::amount("high", high)? * capacity;
    let mut fair = FairShare {
        arrival_rate: 0.0,
        beyond: Vec::new(),
    };
    for (place, &rate) in rates.iter().enumerate() {
        let rate = formulas::arrival_rate(rate)?;
        if rate > most {
            fair.beyond.push(place);
        }
        fair.arrival_rate += rate.min(most);
    }
    Ok(fair)
}
