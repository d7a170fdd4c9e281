//! What subjects ask of one unit, counted in this process until it is next looked at.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use utc_domain::{Action, Subject};

/// So many subjects have a place of their own; all others share one.
const PLACES: usize = 1_000;
/// The place that all others share. No subject is empty.
pub(crate) const OTHERS: &str = "";

/// Operations asked for, once each.
#[derive(Debug, Default)]
pub(crate) struct Asked(Mutex<HashMap<String, Counted>>);

/// What one subject asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counted {
    /// Reads that were not denied.
    pub(crate) reads: u32,
    /// Writes that were not denied.
    pub(crate) writes: u32,
    /// Writes that the unit's level turned away.
    pub(crate) refused: u32,
}

/// What all of them asked, by subject.
pub(crate) type BySubject = HashMap<String, Counted>;

impl Asked {
    /// Counts an operation that was not denied.
    pub(crate) fn count(&self, subject: &Subject, action: &Action) {
        let (reads, writes) = if action.is_read() { (1, 0) } else { (0, 1) };
        let one = Counted {
            reads,
            writes,
            refused: 0,
        };
        add(&mut self.lock(), subject.as_str(), one);
    }

    /// Counts a write that the unit's level turned away.
    pub(crate) fn count_refused(&self, subject: &Subject) {
        let one = Counted {
            refused: 1,
            ..Counted::default()
        };
        add(&mut self.lock(), subject.as_str(), one);
    }

    /// What was counted since the last time.
    pub(crate) fn take(&self) -> BySubject {
        std::mem::take(&mut self.lock())
    }

    /// Puts back what was taken and could not be stored.
    pub(crate) fn give_back(&self, taken: &BySubject) {
        let mut all = self.lock();
        for (subject, counted) in taken {
            add(&mut all, subject, *counted);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BySubject> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn add(all: &mut BySubject, subject: &str, more: Counted) {
    let place = if all.contains_key(subject) || all.len() < PLACES {
        subject
    } else {
        OTHERS
    };
    match all.get_mut(place) {
        Some(counted) => counted.add(more),
        None => drop(all.insert(place.to_owned(), more)),
    }
}

impl Counted {
    /// Everything that was asked, whatever became of it.
    pub(crate) fn all(&self) -> f64 {
        f64::from(self.reads) + f64::from(self.writes) + f64::from(self.refused)
    }

    fn add(&mut self, more: Self) {
        self.reads = self.reads.saturating_add(more.reads);
        self.writes = self.writes.saturating_add(more.writes);
        self.refused = self.refused.saturating_add(more.refused);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(asked: &Asked, subject: &str, action: &str) {
        asked.count(&subject.parse().unwrap(), &action.parse().unwrap());
    }

    #[test]
    fn each_subject_is_counted_once_for_each_time_it_asks() {
        let asked = Asked::default();
        count(&asked, "alice", "write:/x");
        count(&asked, "alice", "read:/x");
        count(&asked, "bob", "delete");
        asked.count_refused(&"bob".parse().unwrap());
        let taken = asked.take();
        let counted = |reads, writes, refused| {
            Some(Counted {
                reads,
                writes,
                refused,
            })
        };
        assert_eq!(taken.get("alice").copied(), counted(1, 1, 0));
        assert_eq!(taken.get("bob").copied(), counted(0, 1, 1));
        assert!(asked.take().is_empty());
        count(&asked, "bob", "delete");
        asked.give_back(&taken);
        assert_eq!(asked.take().get("bob").copied(), counted(0, 2, 1));
    }

    #[test]
    fn more_subjects_than_there_are_places_share_one() {
        let asked = Asked::default();
        for number in 0..PLACES + 500 {
            count(&asked, &format!("robot-{number}"), "write:/x");
        }
        let taken = asked.take();
        assert_eq!(taken.len(), PLACES + 1);
        assert_eq!(taken.get(OTHERS).unwrap().writes, 500);
    }
}
