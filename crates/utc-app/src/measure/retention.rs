//! How long what was observed is kept: each observation for two days, one an hour for 400.

use std::sync::{Arc, Mutex, PoisonError};

use utc_domain::Timestamp;
use utc_storage::rows::{arrival_tallies, history};

use super::Measuring;
use crate::AppError;
use crate::task::{Plan, Task};

const HOUR: i64 = 60;
const EVERY_OBSERVATION: i64 = 48 * HOUR;
const EVERY_HOUR: i64 = 400 * 24 * HOUR;
/// What nobody added to for so long is nothing by then.
const TALLIES: i64 = 12 * HOUR;
/// So much is thinned in one transaction.
const PART: i64 = 6 * HOUR;
/// A process that starts looks back so far for what was not thinned.
const LOOK_BACK: i64 = 30 * 24 * HOUR;

/// Remembers up to when this process has thinned.
#[derive(Debug, Default)]
pub(crate) struct Retention(Mutex<Option<Timestamp>>);

impl Retention {
    /// Whether an hour has passed since the last time, or nothing was done yet.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        let done = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        done.is_none_or(|done| done < until(now))
    }

    /// Once an hour, and after the start.
    pub(super) fn step(&self, measuring: &Measuring) -> Result<(), AppError> {
        let until = until(measuring.clock.now());
        let mut done = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut from = done.unwrap_or_else(|| until.plus_minutes(-LOOK_BACK));
        if from >= until {
            return Ok(());
        }
        while from < until {
            let to = from.plus_minutes(PART).min(until);
            run(measuring, from, to)?;
            from = to;
        }
        *done = Some(until);
        Ok(())
    }
}

/// Whole hours before this are thinned.
fn until(now: Timestamp) -> Timestamp {
    let hour = Timestamp::from_micros(now.hour().saturating_mul(3_600_000_000));
    hour.plus_minutes(-EVERY_OBSERVATION)
}

fn run(measuring: &Measuring, from: Timestamp, to: Timestamp) -> Result<(), AppError> {
    let (job, ticket) = Task::boxed(Arc::clone(&measuring.cache), move |tx| {
        let now = tx.now();
        history::thin(tx.db(), from.as_micros(), to.as_micros())?;
        history::forget(tx.db(), now.plus_minutes(-EVERY_HOUR).as_micros())?;
        arrival_tallies::forget(tx.db(), now.plus_minutes(-TALLIES).as_micros())?;
        Ok(Plan::silent(()))
    });
    measuring.journal.submit(job);
    ticket.wait().map(drop)
}
