//! How long what was observed is kept: each observation for two days, one an hour for 400.
//!
//! Once an hour the leader goes a round through all units, by name, a few of them in a transaction. How far rounds have come
//! is remembered in the database: whoever leads next goes on from there. A round that did not end is begun again, and finds
//! less to do.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use utc_domain::Timestamp;
use utc_storage::connection::Db;
use utc_storage::journal::Tx;
use utc_storage::rows::jobs::{self, JobRow};
use utc_storage::rows::{arrival_tallies, history, units};
use utc_storage::{StorageError, Store};

use super::Measuring;
use crate::AppError;
use crate::task::{Plan, Task};

/// The job's name. A slot of it is the clock hour before which all is thinned.
const JOB: &str = "retention";

// In hours.
const EVERY_OBSERVATION: i64 = 48;
const EVERY_HOUR: i64 = 400 * 24;
/// What nobody added to for so long is nothing by then.
const TALLIES: i64 = 12;
/// The first round of an installation looks back so far for what was not thinned.
const LOOK_BACK: i64 = 30 * 24;
/// What is remembered from further ahead comes from a clock that was wrong, and is not gone by.
const AHEAD: i64 = 24;

/// So many units are thinned in one transaction: decisions wait for no more than that.
const UNITS_AT_A_TIME: i64 = 50;
/// And so many rows, about: those of the unit with which it is too many still go. On SQLite they take some 3 ms.
const ROWS_AT_A_TIME: i64 = 1_000;
/// A round goes on at the next look after so many transactions, so that looks are not late.
const TRANSACTIONS_AT_A_TIME: usize = 50;

const HOUR: i64 = 3_600_000_000;

/// Remembers how far this process has thinned.
#[derive(Debug, Default)]
pub(crate) struct Retention(Mutex<Progress>);

#[derive(Debug, Default)]
struct Progress {
    /// The end of the newest round that this process knows of.
    done: Option<i64>,
    /// The round that it is at.
    round: Option<Round>,
}

/// Once through all units. Times are clock hours.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Round {
    /// What is older was thinned in earlier rounds.
    from: i64,
    /// Before this one observation an hour stays.
    until: i64,
    /// The last unit that is done; empty before the first.
    after: String,
}

/// A unit, and how many rows of it there are to look at.
type Weighed = (String, i64);

impl Retention {
    /// Whether there is an hour to thin, as far as this process knows.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        let progress = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        !is_done(progress.done, until(now))
    }

    /// Goes on with the round that is due, if one is.
    pub(super) fn step(&self, measuring: &Measuring) -> Result<(), AppError> {
        let until = until(measuring.clock.now());
        let mut progress = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if is_done(progress.done, until) {
            return Ok(());
        }
        let Some(mut round) = progress.take_round(&measuring.store, until)? else {
            return Ok(());
        };
        let over = round.go_on(measuring);
        match over {
            Ok(true) => progress.done = Some(round.until),
            Ok(false) | Err(_) => progress.round = Some(round),
        }
        over.map(drop)
    }
}

impl Progress {
    /// The round to go on with; none when another process has done it meanwhile.
    fn take_round(&mut self, store: &Store, until: i64) -> Result<Option<Round>, AppError> {
        let begun = self.round.take();
        if let Some(round) = begun.filter(|round| round.until <= until + AHEAD) {
            return Ok(Some(round));
        }
        self.done = store.read(|db| jobs::latest_done(db, JOB))?;
        let due = !is_done(self.done, until);
        Ok(due.then(|| Round::new(self.done, until)))
    }
}

/// The clock hour before which one observation an hour stays.
fn until(now: Timestamp) -> i64 {
    now.hour() - EVERY_OBSERVATION
}

fn is_done(done: Option<i64>, until: i64) -> bool {
    done.is_some_and(|done| (until..=until + AHEAD).contains(&done))
}

impl Round {
    fn new(done: Option<i64>, until: i64) -> Self {
        let done = done.filter(|done| *done <= until);
        Self {
            from: done.unwrap_or(until - LOOK_BACK),
            until,
            after: String::new(),
        }
    }

    /// Whether it is over then. What was done of it stays done when there is an error.
    fn go_on(&mut self, measuring: &Measuring) -> Result<bool, AppError> {
        for _ in 0..TRANSACTIONS_AT_A_TIME {
            let units = measuring.store.read(|db| self.next_units(db))?;
            if units.is_empty() {
                self.end(measuring)?;
                return Ok(true);
            }
            let round = self.clone();
            self.after = written(measuring, move |tx| {
                // What is forgotten is gone: it is old by the clocks of this machine and of the database.
                let now = round.now().min(tx.clock().hour());
                Ok(round.thin(tx.db(), now, &units)?)
            })?;
        }
        Ok(false)
    }

    /// The next units by name.
    fn next_units(&self, db: &mut Db) -> Result<Vec<Weighed>, StorageError> {
        let units = units::names(db, &self.after, UNITS_AT_A_TIME)?;
        let names: Vec<&str> = units.iter().map(String::as_str).collect();
        let (from, until) = (self.from * HOUR, self.until * HOUR);
        let observations = history::counts(db, &names, from, until)?;
        let tallies = arrival_tallies::counts(db, &names)?;
        let mut rows: HashMap<String, i64> = HashMap::new();
        for (unit, count) in observations.into_iter().chain(tallies) {
            *rows.entry(unit).or_default() += count;
        }
        let weighed = units.into_iter().map(|unit| {
            let count = rows.get(&unit).copied().unwrap_or_default();
            (unit, count)
        });
        Ok(weighed.collect())
    }

    /// Thins the first of these units, as many as one transaction takes. Gives the last one that is done.
    fn thin(&self, db: &mut Db, now: i64, units: &[Weighed]) -> Result<String, StorageError> {
        let mut left = ROWS_AT_A_TIME;
        let mut after = self.after.clone();
        for (unit, rows) in units {
            let forgotten = history::forget(db, unit, (now - EVERY_HOUR) * HOUR, left)?;
            let mut went = i64::try_from(forgotten).unwrap_or(left);
            let (from, until) = (self.from * HOUR, self.until * HOUR);
            let thinned = history::thin(db, unit, from, until, left - went)?;
            went += i64::try_from(thinned).unwrap_or(left);
            if went >= left {
                break;
            }
            arrival_tallies::forget(db, unit, (now - TALLIES) * HOUR)?;
            after.clone_from(unit);
            // What stays is looked at all the same.
            left -= (*rows).max(went);
            if left <= 0 {
                break;
            }
        }
        Ok(after)
    }

    /// The hour in which it was due.
    fn now(&self) -> i64 {
        self.until + EVERY_OBSERVATION
    }

    /// Remembers that it is over, in place of those before it.
    fn end(&self, measuring: &Measuring) -> Result<(), AppError> {
        let (slot, owner) = (self.until, measuring.server.clone());
        written(measuring, move |tx| {
            let now = tx.clock().as_micros();
            let row = JobRow {
                job: JOB.to_owned(),
                slot,
                owner: owner.clone(),
                lease_until: now,
                done_at: Some(now),
            };
            jobs::forget_between(tx.db(), JOB, i64::MIN, i64::MAX)?;
            Ok(jobs::insert(tx.db(), &row)?)
        })
    }
}

/// What a transaction gives that needs no receipt.
fn written<T: Send + 'static>(
    measuring: &Measuring,
    mut work: impl FnMut(&mut Tx<'_>) -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    let cache = Arc::clone(&measuring.cache);
    let (job, ticket) = Task::boxed(cache, move |tx| Ok(Plan::silent(work(tx)?)));
    measuring.journal.submit(job);
    ticket.wait().map(|(answer, _)| answer)
}

#[cfg(test)]
mod tests;
