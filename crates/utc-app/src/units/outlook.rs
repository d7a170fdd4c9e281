//! What becomes of whoever waits at a unit.

use utc_queueing::{Measured as Queue, QueueOutlook, QueueState};

use super::UnitConfig;
use crate::Measured;

/// What becomes of a unit's queue, by its estimates, what its gateway measured of variability, and what waits now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnitOutlook {
    /// Waits, backlog and the time to work it off.
    pub queue: QueueOutlook,
    /// How many wait now, beyond those that are served: what this server's gateway has under way.
    pub backlog: f64,
    /// The squared coefficient of variation of the times between arrivals that it rests on; 1 where none was measured.
    pub arrival_scv: f64,
    /// That of service times.
    pub service_scv: f64,
}

impl UnitOutlook {
    /// None where the estimates are out of the formulas' range.
    pub(super) fn of(
        queue: &QueueState,
        config: &UnitConfig,
        measured: Option<&Measured>,
    ) -> Option<Self> {
        let arrival_scv = measured.and_then(|seen| seen.arrival_scv).unwrap_or(1.0);
        let service_scv = measured.and_then(|seen| seen.service_scv).unwrap_or(1.0);
        let under_way = measured.map_or(0, |seen| seen.under_way);
        let backlog = f64::from(under_way.saturating_sub(config.servers));
        let outlook = QueueOutlook::of(&Queue {
            arrival_rate: queue.lambda,
            service_rate: queue.mu,
            servers: config.servers,
            arrival_scv,
            service_scv,
            backlog,
        });
        Some(Self {
            queue: outlook.ok()?,
            backlog,
            arrival_scv,
            service_scv,
        })
    }
}
