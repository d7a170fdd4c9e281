//! What this process counted goes to where all of them are added up.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use utc_domain::{Timestamp, UnitName};
use utc_storage::journal::Tx;
use utc_storage::rows::arrival_tallies::{self, TallyRow};
use utc_storage::rows::measured_units::{self, MeasuredRow};

use super::Measuring;
use super::asked::{BySubject, Counted, OTHERS};
use super::remembered::{Tallies, new_row};
use crate::AppError;
use crate::task::{Plan, Task};
use crate::traffic::Passed;

/// So many units are stored in one transaction: decisions wait for no more than that.
const UNITS_AT_A_TIME: usize = 400;
/// And so many subjects, where units have many.
const SUBJECTS_AT_A_TIME: usize = 4_000;
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
            let rest = counts.split_off(first_part(&counts));
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
            add_all(tx, &counts)?;
            Ok(Plan::silent(()))
        });
        self.journal.submit(job);
        ticket.wait().map(drop)
    }
}

/// How many of them one transaction takes, at least one.
fn first_part(counts: &[Counts]) -> usize {
    let mut subjects = 0;
    let over = counts.iter().position(|one| {
        subjects += one.asked.len();
        subjects > SUBJECTS_AT_A_TIME
    });
    over.unwrap_or(counts.len()).clamp(1, UNITS_AT_A_TIME)
}

/// Adds some units' counts to what is stored of them.
fn add_all(tx: &mut Tx<'_>, counts: &[Counts]) -> Result<(), AppError> {
    let now = tx.now();
    let names: Vec<&str> = counts.iter().map(|one| one.unit.as_str()).collect();
    let rows = measured_units::of_units(tx.db(), &names)?.into_iter();
    let mut measured: HashMap<String, MeasuredRow> =
        rows.map(|row| (row.unit.clone(), row)).collect();
    let mut places = Places::read(tx, &names, counts)?;
    let mut rows = Vec::with_capacity(counts.len());
    for one in counts {
        let found = measured.remove(one.unit.as_str());
        let mut row = found.unwrap_or_else(|| new_row(&one.unit, now));
        row.active = true;
        if let Some(passed) = &one.passed {
            row.completed += i64::try_from(passed.completed).unwrap_or(i64::MAX);
            row.service_hours += passed.service.as_secs_f64() / 3_600.0;
            row.waited_hours += passed.waited.as_secs_f64() / 3_600.0;
        }
        rows.push(row);
        for (subject, counted) in &one.asked {
            places.add(&one.unit, subject, *counted, now);
        }
    }
    measured_units::put_all(tx.db(), &rows)?;
    arrival_tallies::put_all(tx.db(), &places.rows())?;
    Ok(())
}

/// What is remembered of those who asked, and how many more it may become.
struct Places {
    /// By unit and subject; whether it changed.
    tallies: HashMap<(String, String), Tallies>,
    changed: HashSet<(String, String)>,
    /// How many subjects of a unit have a place.
    taken: HashMap<String, i64>,
}

impl Places {
    fn read(tx: &mut Tx<'_>, units: &[&str], counts: &[Counts]) -> Result<Self, AppError> {
        let subjects = counts.iter().flat_map(|one| one.asked.keys());
        let mut subjects: BTreeSet<&str> = subjects.map(String::as_str).collect();
        subjects.insert(OTHERS);
        let subjects: Vec<&str> = subjects.into_iter().collect();
        let found = arrival_tallies::of_subjects(tx.db(), units, &subjects)?;
        let tallies = found.into_iter().map(|row| {
            let tallies = Tallies::of(&row);
            ((row.unit, row.subject), tallies)
        });
        Ok(Self {
            tallies: tallies.collect(),
            changed: HashSet::new(),
            taken: arrival_tallies::counts(tx.db(), units)?
                .into_iter()
                .collect(),
        })
    }

    /// Adds to the subject's place, or to the one that all share for whom there is none.
    fn add(&mut self, unit: &UnitName, subject: &str, counted: Counted, now: Timestamp) {
        let mut place = (unit.to_string(), subject.to_owned());
        if !self.tallies.contains_key(&place) {
            let taken = self.taken.entry(unit.to_string()).or_default();
            if *taken < SUBJECTS {
                *taken += 1;
            } else {
                OTHERS.clone_into(&mut place.1);
            }
        }
        let before = self.tallies.get(&place).copied();
        let after = before.unwrap_or(Tallies::empty(now)).after(counted, now);
        self.tallies.insert(place.clone(), after);
        self.changed.insert(place);
    }

    /// What is to be stored.
    fn rows(&self) -> Vec<TallyRow> {
        let changed = self.changed.iter().filter_map(|place| {
            let tallies = self.tallies.get(place)?;
            Some(tallies.row(&place.0, &place.1))
        });
        changed.collect()
    }
}
