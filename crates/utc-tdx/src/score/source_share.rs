//! What one source says, all its events together.

use utc_domain::round6;

use crate::source::{Rating, SourceName, Standing};

/// What one source says about a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceShare {
    /// Who.
    pub source: SourceName,
    /// How it is known.
    pub standing: Standing,
    /// How much it says, from 0 to the cap of its standing.
    pub share: f64,
}

impl SourceShare {
    /// `min(cap, Σ pᵢ / i^1.5)` over what its events say, largest first.
    ///
    /// The sum stays below 2.62 times the largest: many mild events of one source do not add up to a severe one.
    pub(super) fn of(source: &SourceName, rating: Rating, descending: &[f64]) -> Self {
        let numbered = (1_u32..).map(f64::from).zip(descending);
        let sum: f64 = numbered.map(|(i, p)| p / (i * libm::sqrt(i))).sum();
        Self {
            source: source.clone(),
            standing: rating.standing,
            share: round6(sum.min(rating.standing.cap())),
        }
    }
}
