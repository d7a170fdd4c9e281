//! The subjects that are remembered of one unit, and what each of them asked.

use std::collections::{BTreeSet, HashMap};

use utc_domain::Timestamp;
use utc_storage::rows::arrival_tallies::TallyRow;

use super::asked::{Counted, OTHERS};
use super::remembered::Tallies;

/// So many subjects are remembered of a unit; all others share a place.
const SUBJECTS: usize = 1_000;

/// Subjects with a place, of one unit.
pub(super) struct Places {
    unit: String,
    rows: Vec<TallyRow>,
    by_subject: HashMap<String, usize>,
    /// Which rows are not as they are stored.
    changed: BTreeSet<usize>,
    /// How many subjects have a place, also those of which nothing was read.
    taken: usize,
}

impl Places {
    /// With what is stored of some of the `taken` subjects that have one.
    pub(super) fn new(unit: &str, rows: Vec<TallyRow>, taken: usize) -> Self {
        let subjects = rows.iter().enumerate();
        Self {
            unit: unit.to_owned(),
            by_subject: subjects
                .map(|(place, row)| (row.subject.clone(), place))
                .collect(),
            rows,
            changed: BTreeSet::new(),
            taken,
        }
    }

    /// Adds to the subject's place, or to the one that all share for whom there is none.
    pub(super) fn add(&mut self, subject: &str, counted: Counted, now: Timestamp) {
        let subject = match self.by_subject.get(subject) {
            None if self.taken >= SUBJECTS => OTHERS,
            Some(_) | None => subject,
        };
        let found = self.by_subject.get(subject).copied();
        let known = found.and_then(|place| Some((place, self.rows.get_mut(place)?)));
        let place = if let Some((place, row)) = known {
            *row = Tallies::of(row)
                .after(counted, now)
                .row(&self.unit, subject);
            place
        } else {
            let first = Tallies::empty(now).after(counted, now);
            let place = self.rows.len();
            self.rows.push(first.row(&self.unit, subject));
            self.by_subject.insert(subject.to_owned(), place);
            self.taken += 1;
            place
        };
        self.changed.insert(place);
    }

    /// What is to be stored.
    pub(super) fn changed(&self) -> impl Iterator<Item = &TallyRow> {
        let changed = self.changed.iter();
        changed.filter_map(|&place| self.rows.get(place))
    }

    /// Everything that is known.
    pub(super) fn into_rows(self) -> Vec<TallyRow> {
        self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_micros(0).plus_minutes(minute)
    }

    fn writes(writes: u32) -> Counted {
        Counted {
            writes,
            ..Counted::default()
        }
    }

    #[test]
    fn what_is_stored_is_added_to_and_only_that_is_stored_again() {
        let stored = ["ann", "ben"].map(|subject| Tallies::empty(at(0)).row("orders", subject));
        let mut places = Places::new("orders", stored.to_vec(), 2);
        places.add("ben", writes(3), at(0));
        places.add("eve", writes(1), at(0));
        places.add("eve", writes(1), at(0));
        let changed: Vec<(&str, f64)> = places
            .changed()
            .map(|row| (row.subject.as_str(), row.recent_writes))
            .collect();
        assert_eq!(changed, [("ben", 3.0), ("eve", 2.0)]);
        assert_eq!(places.into_rows().len(), 3);
    }

    #[test]
    fn who_finds_no_place_shares_one() {
        let mut places = Places::new("orders", Vec::new(), SUBJECTS - 1);
        places.add("last", writes(1), at(0));
        places.add("late", writes(1), at(0));
        places.add("later", writes(1), at(0));
        places.add("last", writes(1), at(0));
        let rows = places.into_rows();
        let rows: Vec<(&str, f64)> = rows
            .iter()
            .map(|row| (row.subject.as_str(), row.recent_writes))
            .collect();
        assert_eq!(rows, [("last", 2.0), (OTHERS, 2.0)]);
    }
}
