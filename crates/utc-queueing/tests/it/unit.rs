//! A unit under the predictive controller, fed at minutes after a fixed start.

use utc_domain::ProtectionLevel;
use utc_queueing::Relaxing;
use utc_queueing::predictive::{PredictiveSettings, PredictiveState, PredictiveStep};

use crate::support::report;

pub(crate) const CAPACITY: f64 = 100.0;

pub(crate) struct Unit {
    pub(crate) settings: PredictiveSettings,
    pub(crate) state: PredictiveState,
}

impl Unit {
    pub(crate) fn new() -> Self {
        Self {
            settings: PredictiveSettings::standard(),
            state: PredictiveState::new(),
        }
    }

    /// Offered load `rho` at `minutes`.
    pub(crate) fn feed(&mut self, rho: f64, minutes: i64) -> PredictiveStep {
        self.feed_with(rho, minutes, Relaxing::Allowed)
    }

    pub(crate) fn feed_with(
        &mut self,
        rho: f64,
        minutes: i64,
        relaxing: Relaxing,
    ) -> PredictiveStep {
        let observation = report(rho * CAPACITY, CAPACITY, minutes);
        let at = observation.at();
        self.state
            .observe(&self.settings, observation, at, relaxing)
            .unwrap()
    }

    /// The same load every five minutes, from `from` up to and with `to`.
    pub(crate) fn hold(&mut self, rho: f64, from: i64, to: i64) {
        for minutes in (from..=to).step_by(5) {
            self.feed(rho, minutes);
        }
    }

    pub(crate) fn level(&self) -> ProtectionLevel {
        self.state.level()
    }
}
