//! Decisions by name, in bounded memory: names come from callers, who may make up as many as they like.

use std::cmp::Reverse;
use std::collections::HashMap;

use utc_domain::Decision;

use super::Matrix;

/// How many names are told apart.
const MOST_NAMES: usize = 10_000;
/// How many names are listed.
const LISTED: usize = 20;

/// Decisions by name: those with most changes, and the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breakdown {
    /// At most 20 names, most changes first.
    pub listed: Vec<Share>,
    /// How many further names were told apart.
    pub others: u64,
    /// Whether there are names that were not told apart any more, after the first 10,000.
    pub more: bool,
    /// The decisions of every name that is not listed.
    pub rest: Matrix,
}

/// The decisions of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The name.
    pub name: String,
    /// Its decisions.
    pub matrix: Matrix,
}

/// Counts decisions by name.
#[derive(Default)]
pub(super) struct Names {
    known: HashMap<String, Matrix>,
    beyond: Matrix,
}

impl Names {
    pub(super) fn add(&mut self, name: &str, old: Decision, new: Decision) {
        if let Some(matrix) = self.known.get_mut(name) {
            matrix.add(old, new);
        } else if self.known.len() < MOST_NAMES {
            self.known.entry(name.to_owned()).or_default().add(old, new);
        } else {
            self.beyond.add(old, new);
        }
    }

    pub(super) fn finish(self) -> Breakdown {
        let shares = self.known.into_iter();
        let mut listed: Vec<Share> = shares
            .map(|(name, matrix)| Share { name, matrix })
            .collect();
        listed.sort_by_cached_key(|share| {
            let (changed, total) = (share.matrix.changed(), share.matrix.total());
            (Reverse(changed), Reverse(total), share.name.clone())
        });
        let others = listed.split_off(listed.len().min(LISTED));
        let more = self.beyond.total() > 0;
        let mut rest = self.beyond;
        for share in &others {
            rest.merge(&share.matrix);
        }
        Breakdown {
            listed,
            others: u64::try_from(others.len()).unwrap_or(u64::MAX),
            more,
            rest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_by_changes_and_the_rest_is_counted_whole() {
        let mut names = Names::default();
        for n in 0..30 {
            let name = format!("unit-{n:02}");
            names.add(&name, Decision::Allow, Decision::Allow);
            for _ in 0..n {
                names.add(&name, Decision::Allow, Decision::Deny);
            }
        }
        let found = names.finish();
        let listed: Vec<&str> = found
            .listed
            .iter()
            .map(|share| share.name.as_str())
            .collect();
        assert_eq!(listed.first(), Some(&"unit-29"));
        assert_eq!(listed.last(), Some(&"unit-10"));
        assert_eq!((found.others, found.more), (10, false));
        assert_eq!((found.rest.total(), found.rest.changed()), (55, 45));
    }

    #[test]
    fn names_past_the_bound_are_counted_together() {
        let mut names = Names::default();
        for n in 0..MOST_NAMES + 3 {
            names.add(&n.to_string(), Decision::Allow, Decision::Deny);
        }
        names.add("0", Decision::Allow, Decision::Deny);
        let found = names.finish();
        assert_eq!(
            found.listed.first().map(|share| share.name.as_str()),
            Some("0")
        );
        assert!(found.more);
        let listed: u64 = found.listed.iter().map(|share| share.matrix.total()).sum();
        assert_eq!(listed + found.rest.total(), 10_004);
    }
}
