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

#[cfg(test)]
mod tests {
    use utc_domain::UnitName;
    use utc_storage::rows::arrival_tallies::{self, TallyRow};
    use utc_storage::rows::measured_units;
    use utc_test_support::TempDir;

    use super::*;
    use crate::engine::Location;
    use crate::{Console, Options, Request};

    fn console(folder: &TempDir) -> Console {
        Console::with(Options {
            secret: Some("only for tests: 32 characters and more".to_owned()),
            queue_tick: None,
            ..Options::new(Location::Sqlite(folder.path().join("utc.db")))
        })
        .unwrap()
    }

    fn ask(console: &Console, unit: &str) {
        let unit: UnitName = unit.parse().unwrap();
        let action = "write:/order".parse().unwrap();
        let request = Request::new("agent-7".parse().unwrap(), action, unit);
        console.submit(request).wait().unwrap();
    }

    fn stored(console: &Console, unit: &str) -> Vec<TallyRow> {
        let tallies = console
            .store()
            .read(|db| arrival_tallies::of_unit(db, unit));
        tallies.unwrap()
    }

    #[test]
    fn what_is_taken_and_not_stored_is_given_back() {
        let folder = TempDir::new();
        let console = console(&folder);
        ask(&console, "orders");
        let measuring = console.measuring();
        drop(measuring.collect());
        let taken = measuring.collect();
        assert_eq!(taken.left().count(), 1);
        measuring.flush(taken).unwrap();
        assert!(measuring.collect().is_empty());
        assert_eq!(stored(&console, "orders").len(), 1);
    }

    #[test]
    fn who_no_longer_leads_stores_what_it_counted_and_judges_nothing() {
        let folder = TempDir::new();
        let console = console(&folder);
        // More units than one transaction takes.
        let units: Vec<String> = (0..70).map(|number| format!("unit-{number}")).collect();
        for unit in &units {
            ask(&console, unit);
        }
        let measuring = console.measuring();
        let lead = measuring.lead().unwrap().unwrap();
        let lost = Lead {
            slot: lead.slot - 1,
            ..lead.clone()
        };
        measuring.look_at_all(&lost, measuring.collect()).unwrap();
        for unit in &units {
            let counts = stored(&console, unit);
            let counts: Vec<f64> = counts.iter().map(|row| row.recent_writes).collect();
            assert_eq!(counts, [1.0], "{unit}");
        }
        assert!(measuring.collect().is_empty());
        let untouched = |console: &Console| {
            let row = console
                .store()
                .read(|db| measured_units::find(db, "unit-0"));
            let row = row.unwrap().unwrap();
            (row.recent_hours.to_bits(), row.active)
        };
        assert_eq!(untouched(&console), (0_f64.to_bits(), true));
        // Whoever leads finds it.
        measuring.look_at_all(&lead, measuring.collect()).unwrap();
        let row = console
            .store()
            .read(|db| measured_units::find(db, "unit-0"));
        assert!(row.unwrap().unwrap().recent_hours > 0.0);
    }
}
