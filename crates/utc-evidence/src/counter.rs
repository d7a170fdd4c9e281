//! Counting, listing and remembering with a bound, however much there is.

use std::collections::{BTreeMap, BTreeSet};

/// Counts by key. Beyond its bound, further keys are counted together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Counter<K> {
    counts: BTreeMap<K, u64>,
    bound: usize,
    other: u64,
}

impl<K: Ord> Counter<K> {
    pub(crate) fn new(bound: usize) -> Self {
        Self {
            counts: BTreeMap::new(),
            bound,
            other: 0,
        }
    }

    pub(crate) fn add(&mut self, key: K) {
        let room = self.counts.len() < self.bound;
        match self.counts.get_mut(&key) {
            Some(count) => *count += 1,
            None if room => drop(self.counts.insert(key, 1)),
            None => self.other += 1,
        }
    }

    /// The keys in order, each with how often it came.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, u64)> {
        self.counts.iter().map(|(key, count)| (key, *count))
    }

    /// How often a key came for which there was no room.
    pub(crate) fn other(&self) -> u64 {
        self.other
    }
}

impl Counter<String> {
    /// Like [`Counter::add`], without a copy of a key that is known.
    pub(crate) fn count(&mut self, key: &str) {
        match self.counts.get_mut(key) {
            Some(count) => *count += 1,
            None => self.add(key.to_owned()),
        }
    }
}

/// The first rows of a list, and how many followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Capped<T> {
    rows: Vec<T>,
    bound: usize,
    more: u64,
}

impl<T> Capped<T> {
    pub(crate) fn new(bound: usize) -> Self {
        Self {
            rows: Vec::new(),
            bound,
            more: 0,
        }
    }

    pub(crate) fn push(&mut self, row: impl FnOnce() -> T) {
        if self.rows.len() < self.bound {
            self.rows.push(row());
        } else {
            self.more += 1;
        }
    }

    pub(crate) fn rows(&self) -> &[T] {
        &self.rows
    }

    /// How many rows there was no room for.
    pub(crate) fn more(&self) -> u64 {
        self.more
    }
}

/// A set that stops growing at its bound, and knows whether it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bounded<T> {
    set: BTreeSet<T>,
    bound: usize,
    over: bool,
}

impl<T: Ord> Bounded<T> {
    pub(crate) fn new(bound: usize) -> Self {
        Self {
            set: BTreeSet::new(),
            bound,
            over: false,
        }
    }

    pub(crate) fn insert(&mut self, value: T) {
        if self.set.len() < self.bound || self.set.contains(&value) {
            self.set.insert(value);
        } else {
            self.over = true;
        }
    }

    pub(crate) fn set(&self) -> &BTreeSet<T> {
        &self.set
    }

    /// What is in it; it is empty then.
    pub(crate) fn take(&mut self) -> BTreeSet<T> {
        std::mem::take(&mut self.set)
    }

    /// The bound, if there was more.
    pub(crate) fn exceeded(&self) -> Option<usize> {
        self.over.then_some(self.bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bounded_set_says_when_there_was_no_room() {
        let mut set = Bounded::new(2);
        for value in [1, 2, 1, 2] {
            set.insert(value);
        }
        assert_eq!(set.exceeded(), None);
        set.insert(3);
        assert_eq!((set.exceeded(), set.set().len()), (Some(2), 2));
    }
}
