//! What this process counted goes to where all of them are added up, for the leader to look at.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use utc_domain::Timestamp;
use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::journal::Tx;
use utc_storage::rows::arrival_tallies::{self, TallyRow};
use utc_storage::rows::measured_units::{self, MeasuredRow};

use super::Measuring;
use super::asked::OTHERS;
use super::counts::{Counts, Taken};
use super::places::Places;
use super::remembered::new_row;
use crate::AppError;
use crate::task::{Plan, Task};

/// So many units are stored in one transaction: decisions wait for no more than that.
const UNITS_AT_A_TIME: usize = 100;
/// And so many subjects, where units have many.
pub(super) const SUBJECTS_AT_A_TIME: usize = 4_000;

impl Measuring {
    /// Stores what was counted.
    pub(super) fn flush(&self, mut taken: Taken) -> Result<(), AppError> {
        while !taken.is_empty() {
            let part = first_part(&taken);
            let stored = part.len();
            self.store_counts(part)?;
            taken.stored(stored);
        }
        Ok(())
    }

    fn store_counts(&self, counts: Vec<Arc<Counts>>) -> Result<(), AppError> {
        let (job, ticket) = Task::boxed(Arc::clone(&self.cache), move |tx| {
            add_all(tx, counts.iter().map(Arc::as_ref))?;
            Ok(Plan::silent(()))
        });
        self.journal.submit(job);
        ticket.wait().map(drop)
    }
}

/// As many as one transaction takes, at least one where there is any.
fn first_part(taken: &Taken) -> Vec<Arc<Counts>> {
    let mut subjects = 0;
    let part = taken.left().take(UNITS_AT_A_TIME).enumerate();
    let part = part.take_while(|(place, one)| {
        subjects += one.asked.len();
        *place == 0 || subjects <= SUBJECTS_AT_A_TIME
    });
    part.map(|(_, one)| Arc::clone(one)).collect()
}

/// Adds some units' counts to what is stored of them.
pub(super) fn add_all<'a>(
    tx: &mut Tx<'_>,
    counts: impl Iterator<Item = &'a Counts> + Clone,
) -> Result<(), AppError> {
    let now = tx.now();
    let names: Vec<&str> = counts.clone().map(|one| one.unit.as_str()).collect();
    let rows = measured_units::of_units(tx.db(), &names)?.into_iter();
    let mut measured: HashMap<String, MeasuredRow> =
        rows.map(|row| (row.unit.clone(), row)).collect();
    let mut places = read_places(tx.db(), &names, counts.clone())?;
    let (mut rows, mut tallies) = (Vec::new(), Vec::new());
    for one in counts {
        let found = measured.remove(one.unit.as_str());
        let mut row = found.unwrap_or_else(|| new_row(one.unit.as_str(), now));
        one.add_passed(&mut row);
        rows.push(row);
        if let Some(mut places) = places.remove(one.unit.as_str()) {
            one.add_asked(&mut places, now);
            tallies.extend(places.changed().cloned());
        }
    }
    measured_units::put_all(tx.db(), &rows)?;
    arrival_tallies::put_all(tx.db(), &tallies)?;
    Ok(())
}

/// What is remembered of those who asked.
fn read_places<'a>(
    db: &mut Db,
    units: &[&str],
    counts: impl Iterator<Item = &'a Counts>,
) -> Result<HashMap<String, Places>, StorageError> {
    let subjects = counts.flat_map(|one| one.asked.keys());
    let mut subjects: BTreeSet<&str> = subjects.map(String::as_str).collect();
    subjects.insert(OTHERS);
    let subjects: Vec<&str> = subjects.into_iter().collect();
    let mut found: HashMap<String, Vec<TallyRow>> = HashMap::new();
    for row in arrival_tallies::of_subjects(db, units, &subjects)? {
        found.entry(row.unit.clone()).or_default().push(row);
    }
    let taken: HashMap<String, i64> = arrival_tallies::counts(db, units)?.into_iter().collect();
    let places = units.iter().map(|&unit| {
        let taken = taken.get(unit).copied().unwrap_or_default();
        let rows = found.remove(unit).unwrap_or_default();
        let taken = usize::try_from(taken).unwrap_or(usize::MAX);
        (unit.to_owned(), Places::new(unit, rows, taken))
    });
    Ok(places.collect())
}

impl Counts {
    /// Adds what passed the gateways to what was not yet looked at.
    pub(super) fn add_passed(&self, row: &mut MeasuredRow) {
        row.active = true;
        if let Some(passed) = &self.passed {
            row.completed += i64::try_from(passed.completed).unwrap_or(i64::MAX);
            row.service_hours += passed.service.as_secs_f64() / 3_600.0;
            row.waited_hours += passed.waited.as_secs_f64() / 3_600.0;
        }
    }

    /// Adds what each subject asked.
    pub(super) fn add_asked(&self, places: &mut Places, now: Timestamp) {
        for (subject, counted) in &self.asked {
            places.add(subject, *counted, now);
        }
    }
}
