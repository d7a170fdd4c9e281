//! The measured signal: λ and μ smoothed at two speeds.

use utc_domain::round6;

use crate::observation::Observation;

/// Smoothed rates per hour, rounded to six decimals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rates {
    pub(super) lambda: f64,
    pub(super) mu: f64,
}

impl Rates {
    /// What was observed.
    pub(super) fn of(observation: &Observation) -> Self {
        Self {
            lambda: round6(observation.arrival_rate()),
            mu: round6(observation.service_rate()),
        }
    }

    /// An exponentially weighted moving average (Roberts 1959) with weight `alpha` on the newest.
    pub(super) fn smoothed(self, alpha: f64, newest: Self) -> Self {
        Self {
            lambda: smoothed(alpha, self.lambda, newest.lambda),
            mu: smoothed(alpha, self.mu, newest.mu),
        }
    }

    /// ρ = λ/μ, rounded to six decimals. Invariant: μ is at least 10⁻³, as every observed one is.
    pub(super) fn rho(self) -> f64 {
        round6(self.lambda / self.mu)
    }
}

/// `alpha` of the newest and the rest of the old, rounded to six decimals.
pub(super) fn smoothed(alpha: f64, old: f64, newest: f64) -> f64 {
    round6(alpha * newest + (1.0 - alpha) * old)
}
