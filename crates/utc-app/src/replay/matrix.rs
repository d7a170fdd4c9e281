//! Decisions, as they were and as they would be.

use std::collections::BTreeMap;

use utc_domain::Decision;

/// How many decisions there are of each old and new answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Matrix(BTreeMap<(Decision, Decision), u64>);

impl Matrix {
    pub(super) fn add(&mut self, old: Decision, new: Decision) {
        *self.0.entry((old, new)).or_default() += 1;
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (cell, count) in &other.0 {
            *self.0.entry(*cell).or_default() += count;
        }
    }

    /// Old answer, new answer and how many, where there are any.
    pub fn cells(&self) -> impl Iterator<Item = (Decision, Decision, u64)> + '_ {
        self.0.iter().map(|(&(old, new), &count)| (old, new, count))
    }

    /// How many decisions there are.
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// How many of them have another answer.
    pub fn changed(&self) -> u64 {
        let changed = self.cells().filter(|(old, new, _)| old != new);
        changed.map(|(_, _, count)| count).sum()
    }
}
