//! What the leader remembers of units from one look to the next, so that it is not read again.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::rows::forecasts;

use crate::units::Remembered;

/// States as they were committed. Invariant: one is only used while the database has no newer version of it.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    states: Mutex<HashMap<String, Remembered>>,
    /// How many subjects each unit had at the last look: other servers may have added some.
    subjects: Mutex<HashMap<String, usize>>,
    leads: AtomicBool,
}

impl Memory {
    /// What is remembered of some units; units of which nothing is are left out.
    pub(super) fn of_units(
        &self,
        db: &mut Db,
        units: &[&str],
    ) -> Result<HashMap<String, Remembered>, StorageError> {
        let versions = forecasts::versions(db, units)?;
        let mut known = HashMap::with_capacity(versions.len());
        let mut unknown = Vec::new();
        {
            let all = lock(&self.states);
            for (unit, version) in versions {
                let newest = all.get(&unit).filter(|one| one.version == version);
                match newest.cloned() {
                    Some(one) => drop(known.insert(unit, one)),
                    None => unknown.push(unit),
                }
            }
        }
        if !unknown.is_empty() {
            let names: Vec<&str> = unknown.iter().map(String::as_str).collect();
            known.extend(Remembered::of_units(db, &names)?);
        }
        Ok(known)
    }

    /// Takes over what was committed.
    pub(super) fn keep(&self, committed: impl Iterator<Item = (String, Remembered)>) {
        lock(&self.states).extend(committed);
    }

    /// Which of these units were looked at, and how many subjects they had.
    pub(super) fn subjects<'a>(
        &self,
        units: impl Iterator<Item = &'a str>,
    ) -> HashMap<String, usize> {
        let known = lock(&self.subjects);
        let known = units.filter_map(|unit| Some((unit.to_owned(), *known.get(unit)?)));
        known.collect()
    }

    /// Takes over how many subjects units have.
    pub(super) fn keep_subjects(&self, committed: impl Iterator<Item = (String, usize)>) {
        lock(&self.subjects).extend(committed);
    }

    /// This process leads.
    pub(super) fn set_leading(&self) {
        self.leads.store(true, Ordering::Relaxed);
    }

    /// Whether this process led when it last asked.
    pub(crate) fn is_leading(&self) -> bool {
        self.leads.load(Ordering::Relaxed)
    }

    /// Forgets everything: another server leads.
    pub(super) fn clear(&self) {
        self.leads.store(false, Ordering::Relaxed);
        *lock(&self.states) = HashMap::new();
        *lock(&self.subjects) = HashMap::new();
    }
}

fn lock<T>(known: &Mutex<T>) -> MutexGuard<'_, T> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}
