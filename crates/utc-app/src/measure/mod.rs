//! Measured queues: what was asked and what the gateway saw become observations, once in a while.
//!
//! Every server adds what it counted to what is remembered in the database. One of them, the leader of that span of time,
//! looks at the units for all.

pub(crate) mod asked;
mod counts;
mod demand;
mod flush;
mod judge;
mod known;
mod leader;
mod look;
mod memory;
mod outcome;
mod places;
mod remembered;
mod retention;
mod shown;

use std::sync::Arc;
use std::time::Duration;

use utc_domain::Clock;
use utc_queueing::Settings;
use utc_storage::Store;
use utc_storage::journal::Journal;
use utc_storage::rows::measured_units;

pub(crate) use self::memory::Memory;
pub(crate) use self::retention::Retention;
pub use self::shown::CountedDemand;
pub(crate) use self::shown::counted;
use crate::cache::StateCache;
use crate::clock_watch::ClockWatch;
use crate::console::Console;
use crate::{AppError, Controller};

/// What looking at the queues takes. It does not hold the console, so that dropping that ends it.
pub(crate) struct Measuring {
    pub(crate) store: Store,
    pub(crate) journal: Arc<Journal>,
    pub(crate) cache: Arc<StateCache>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) watch: Arc<ClockWatch>,
    /// The name of this process.
    pub(crate) server: String,
    pub(crate) queueing: Settings,
    pub(crate) controller: Controller,
    pub(crate) every: Duration,
    pub(crate) retention: Arc<Retention>,
    pub(crate) memory: Arc<Memory>,
}

impl Measuring {
    /// One look: the leader turns what all servers counted into observations; what another counts is stored for it.
    pub(crate) fn step(&self) -> Result<(), AppError> {
        let taken = self.collect();
        // Nobody has to lead where there is nothing to look at: an idle installation writes nothing.
        if taken.is_empty() && !self.anything_to_do()? {
            return Ok(());
        }
        let Some(lead) = self.lead()? else {
            self.memory.clear();
            return self.flush(taken);
        };
        self.memory.set_leading();
        self.look_at_all(&lead, taken)?;
        self.retention.step(self)
    }

    /// The last look of this process: what it counted is stored, and another may lead.
    pub(crate) fn end(&self) -> Result<(), AppError> {
        self.flush(self.collect())?;
        if self.memory.is_leading() {
            self.leave()?;
        }
        Ok(())
    }

    fn anything_to_do(&self) -> Result<bool, AppError> {
        let active = self.store.read(measured_units::any_active)?;
        Ok(active || self.retention.is_due(self.clock.now()))
    }

    /// The same for the thread that does it: trouble is reported and tried again next time.
    pub(crate) fn step_or_warn(&self) {
        match self.step() {
            Ok(()) | Err(AppError::Stopping) => {}
            Err(error) => tracing::warn!(
                error = utc_storage::chain(&error),
                "measured queues could not be looked at; it is tried again"
            ),
        }
    }
}

impl Console {
    /// Looks at the measured queues now, as happens by itself every [`Options::queue_tick`](crate::Options::queue_tick).
    /// Blocks.
    ///
    /// # Errors
    /// What kept it from being written. What was counted is kept for the next time.
    pub fn look_at_queues(&self) -> Result<(), AppError> {
        self.measuring().step()
    }
}
