//! Which server looks at the queues for all of them.

use std::sync::Arc;

use utc_storage::journal::Tx;
use utc_storage::rows::queue_ticks;

use super::Measuring;
use crate::AppError;
use crate::task::{Plan, Task};

/// A span of time for which this process looks at the queues.
///
/// Invariant: no two processes have the same. Whoever has a span that is over by then finds another leader in its next
/// transaction, and stops.
#[derive(Debug, Clone)]
pub(super) struct Lead {
    slot: i64,
    server: String,
}

impl Lead {
    /// Whether this process has the span, in this transaction.
    pub(super) fn holds(&self, tx: &mut Tx<'_>) -> Result<bool, AppError> {
        queue_ticks::leads(tx.db(), self.slot, &self.server).map_err(Into::into)
    }
}

impl Measuring {
    /// The present span, if this process has it.
    pub(super) fn lead(&self) -> Result<Option<Lead>, AppError> {
        let (every, server) = (self.every.as_micros(), self.server.clone());
        let every = i64::try_from(every).unwrap_or(i64::MAX).max(1);
        let (job, ticket) = Task::boxed(Arc::clone(&self.cache), move |tx| {
            // The clock, not the log's time: that of a clock which once ran ahead stands still until it is caught up with.
            let slot = tx.clock().as_micros().div_euclid(every);
            let leads = queue_ticks::lead(tx.db(), slot, &server)?;
            let server = server.clone();
            Ok(Plan::silent(leads.then_some(Lead { slot, server })))
        });
        self.journal.submit(job);
        ticket.wait().map(|(lead, _)| lead)
    }

    /// Leaves the lead to whoever comes first, before this process ends.
    pub(crate) fn leave(&self) -> Result<(), AppError> {
        let server = self.server.clone();
        let (job, ticket) = Task::boxed(Arc::clone(&self.cache), move |tx| {
            queue_ticks::leave(tx.db(), &server)?;
            Ok(Plan::silent(()))
        });
        self.journal.submit(job);
        ticket.wait().map(drop)
    }
}
