//! What this process counted goes to where all of them are added up.

use std::sync::Arc;
use std::time::Instant;

use utc_domain::UnitName;
use utc_storage::journal::Tx;
use utc_storage::rows::{arrival_tallies, measured_units};

use super::Measuring;
use super::asked::{BySubject, Counted, OTHERS};
use super::remembered::{Tallies, new_row};
use crate::AppError;
use crate::task::{Plan, Task};
use crate::traffic::Passed;

/// So many units are stored in one transaction: decisions wait for no more than that.
const UNITS_AT_A_TIME: usize = 200;
/// So many subjects are remembered of a unit; all others share a place.
const SUBJECTS: i64 = 1_000;

/// What was counted of one unit since the last time.
struct Counts {
    unit: UnitName,
    asked: BySubject,
    passed: Option<Passed>,
}

impl Measuring {
    /// Stores what was counted since the last time. What cannot be stored is kept for the next.
    pub(crate) fn flush(&self) -> Result<(), AppError> {
        let mut counts = self.collect();
        while !counts.is_empty() {
            let rest = counts.split_off(counts.len().min(UNITS_AT_A_TIME));
            let part: Arc<[Counts]> = counts.into();
            if let Err(error) = self.store_counts(&part) {
                self.give_back(part.iter().chain(&rest));
                return Err(error);
            }
            counts = rest;
        }
        Ok(())
    }

    fn collect(&self) -> Vec<Counts> {
        let now = Instant::now();
        let units = self.cache.units_in_use();
        let counts = units.into_iter().filter_map(|(name, unit)| {
            let (asked, passed) = (unit.asked.take(), unit.traffic.take(now));
            (!asked.is_empty() || passed.is_some()).then_some(Counts {
                unit: name,
                asked,
                passed,
            })
        });
        counts.collect()
    }

    fn give_back<'a>(&self, counts: impl Iterator<Item = &'a Counts>) {
        for one in counts {
            if let Some(unit) = self.cache.unit(&one.unit) {
                unit.asked.give_back(&one.asked);
                if let Some(passed) = &one.passed {
                    unit.traffic.give_back(passed);
                }
            }
        }
    }

    fn store_counts(&self, counts: &Arc<[Counts]>) -> Result<(), AppError> {
        let counts = Arc::clone(counts);
        let (job, ticket) = Task::boxed(Arc::clone(&self.cache), move |tx| {
            for one in counts.iter() {
                add(tx, one)?;
            }
            Ok(Plan::silent(()))
        });
        self.journal.submit(job);
        ticket.wait().map(drop)
    }
}

fn add(tx: &mut Tx<'_>, counts: &Counts) -> Result<(), AppError> {
    let (unit, now) = (&counts.unit, tx.now());
    let mut places = SUBJECTS - arrival_tallies::count(tx.db(), unit.as_str())?;
    for (subject, counted) in &counts.asked {
        add_subject(tx, unit, subject, *counted, &mut places)?;
    }
    let found = measured_units::find(tx.db(), unit.as_str())?;
    let mut row = found.unwrap_or_else(|| new_row(unit, now));
    row.active = true;
    if let Some(passed) = &counts.passed {
        row.completed += i64::try_from(passed.completed).unwrap_or(i64::MAX);
        row.service_hours += passed.service.as_secs_f64() / 3_600.0;
        row.waited_hours += passed.waited.as_secs_f64() / 3_600.0;
    }
    measured_units::put(tx.db(), &row).map_err(Into::into)
}

/// Adds to the subject's place, or to the one that all share for whom there is none.
fn add_subject(
    tx: &mut Tx<'_>,
    unit: &UnitName,
    subject: &str,
    counted: Counted,
    places: &mut i64,
) -> Result<(), AppError> {
    let found = arrival_tallies::find(tx.db(), unit.as_str(), subject)?;
    let (subject, found) = match found {
        Some(row) => (subject, Some(row)),
        None if *places > 0 => {
            *places -= 1;
            (subject, None)
        }
        None => (
            OTHERS,
            arrival_tallies::find(tx.db(), unit.as_str(), OTHERS)?,
        ),
    };
    let now = tx.now();
    let before = found.map_or(Tallies::empty(now), |row| Tallies::of(&row));
    let row = before.after(counted, now).row(unit, subject);
    arrival_tallies::put(tx.db(), &row).map_err(Into::into)
}
