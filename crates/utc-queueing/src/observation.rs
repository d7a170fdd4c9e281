//! What is reported about a queue.

use std::ops::RangeInclusive;

use utc_domain::Timestamp;

/// The arrival rates that are accepted, per hour.
pub(crate) const ARRIVAL_RATES: RangeInclusive<f64> = 0.0..=1e9;
/// The service rates that are accepted, per hour. Zero is not among them: utilisation divides by it.
pub(crate) const SERVICE_RATES: RangeInclusive<f64> = 1e-3..=1e9;

/// One report: how fast work arrives at a queue, and how fast the queue could serve it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    arrival_rate: f64,
    offered_rate: f64,
    service_rate: f64,
    at: Timestamp,
}

impl Observation {
    /// Checks and keeps a report.
    ///
    /// Both rates are per hour: arrivals from 0 to 10⁹, service from 10⁻³ to 10⁹. The service rate is what the
    /// queue *could* do with work always waiting, not what it happened to finish.
    pub fn new(
        arrival_rate: f64,
        service_rate: f64,
        at: Timestamp,
    ) -> Result<Self, ObservationError> {
        if !ARRIVAL_RATES.contains(&arrival_rate) {
            return Err(ObservationError::ArrivalRate {
                value: arrival_rate,
            });
        }
        if !SERVICE_RATES.contains(&service_rate) {
            return Err(ObservationError::ServiceRate {
                value: service_rate,
            });
        }
        // Adding zero turns a negative zero into a plain one.
        Ok(Self {
            arrival_rate: arrival_rate + 0.0,
            offered_rate: arrival_rate + 0.0,
            service_rate,
            at,
        })
    }

    /// The same report with its service rate limited to 0.25–4 times a configured capacity per hour.
    ///
    /// Whoever reports μ could otherwise unlock a unit, or lock it, by one absurd number. A capacity that is not a
    /// positive finite number limits nothing. The result stays in the range of [`Self::new`].
    #[must_use]
    pub fn clamp_to_capacity(self, capacity_per_hour: f64) -> Self {
        if !(capacity_per_hour.is_finite() && capacity_per_hour > 0.0) {
            return self;
        }
        let plausible = self
            .service_rate
            .clamp(0.25 * capacity_per_hour, 4.0 * capacity_per_hour);
        let service_rate = plausible.clamp(*SERVICE_RATES.start(), *SERVICE_RATES.end());
        Self {
            service_rate,
            ..self
        }
    }

    /// The same where `refused` more per hour were asked for and turned away: a level does not follow them, forecasts are
    /// judged by them. What is not a number from 0 up counts as none; the sum is at most 10⁹.
    #[must_use]
    pub fn with_refused(self, refused: f64) -> Self {
        let refused = if refused > 0.0 { refused } else { 0.0 };
        let offered_rate = (self.arrival_rate + refused).min(*ARRIVAL_RATES.end());
        Self {
            offered_rate,
            ..self
        }
    }

    /// Arrivals per hour, without what was turned away.
    pub fn arrival_rate(&self) -> f64 {
        self.arrival_rate
    }

    /// Arrivals per hour with what was turned away.
    pub fn offered_rate(&self) -> f64 {
        self.offered_rate
    }

    /// Service capacity per hour.
    pub fn service_rate(&self) -> f64 {
        self.service_rate
    }

    /// When it was observed.
    pub fn at(&self) -> Timestamp {
        self.at
    }
}

/// Why a report was refused.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ObservationError {
    /// The arrival rate is not a number in the range.
    #[error("`arrival_rate` must be a number from 0 to 1000000000 per hour, is `{value}`")]
    ArrivalRate {
        /// What was given.
        value: f64,
    },
    /// The service rate is not a number in the range.
    #[error("`service_rate` must be a number from 0.001 to 1000000000 per hour, is `{value}`")]
    ServiceRate {
        /// What was given.
        value: f64,
    },
}
