//! What the gateway measures is shown with the unit. It moves no level yet.

use std::time::{Duration, Instant};

use utc_domain::UnitName;

use crate::console::Console;

impl Console {
    /// A request is being sent to the unit's upstream.
    pub fn measure_sent(&self, unit: &UnitName) {
        if let Some(unit) = self.cache().unit(unit) {
            unit.traffic.sent(Instant::now());
        }
    }

    /// A request to the unit's upstream waits for an answer no more, whatever became of it.
    pub fn measure_ended(&self, unit: &UnitName) {
        if let Some(unit) = self.cache().unit(unit) {
            unit.traffic.ended(Instant::now());
        }
    }

    /// The unit's upstream answered; `took` runs from the request's last byte to the answer's first.
    pub fn measure_served(&self, unit: &UnitName, took: Duration) {
        if let Some(unit) = self.cache().unit(unit) {
            unit.traffic.served(Instant::now(), took);
        }
    }
}
