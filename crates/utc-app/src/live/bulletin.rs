//! What is new, and what of it somebody may hear.

use std::collections::{BTreeMap, BTreeSet};

use utc_domain::{Decision, ReceiptKind, Role};
use utc_storage::rows::news::NewsRow;

use super::Topic;
use crate::Principal;

/// What is new in one part of the log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bulletin {
    /// The first position that is told.
    from: u64,
    /// The first position that is not.
    to: u64,
    /// Answers in the order of [`Decision::ALL`], by unit.
    decisions: BTreeMap<Option<String>, [u64; 3]>,
    /// What else happened, and to which unit.
    others: BTreeSet<(Topic, Option<String>)>,
    /// Whether something runs in the background, or has just ended.
    pub(super) progress: bool,
    /// Whether there was too much to say what.
    too_much: bool,
}

/// One thing that somebody hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// So many answers, in the order of [`Decision::ALL`].
    Decisions([u64; 3]),
    /// Something about this.
    About(Topic),
    /// Anything may have changed.
    TooMuch,
}

impl Bulletin {
    pub(super) fn too_much(from: u64, to: u64) -> Self {
        Self {
            from,
            to,
            too_much: true,
            ..Self::default()
        }
    }

    pub(super) fn of(rows: &[NewsRow], from: u64, to: u64) -> Self {
        let mut bulletin = Self {
            from,
            to,
            ..Self::default()
        };
        for row in rows {
            bulletin.add(row);
        }
        bulletin
    }

    fn add(&mut self, row: &NewsRow) {
        let known = |kind: &ReceiptKind| kind.as_str() == row.kind;
        let Some(kind) = ReceiptKind::ALL.into_iter().find(known) else {
            return;
        };
        let topic = Topic::of(kind);
        if topic != Topic::Decisions {
            self.others.insert((topic, row.unit.clone()));
            return;
        }
        let counts = self.decisions.entry(row.unit.clone()).or_default();
        for (decision, count) in Decision::ALL.into_iter().zip(counts) {
            *count += u64::from(row.decision.as_deref() == Some(decision.as_str()));
        }
        if row.decision.as_deref() == Some(Decision::RequireApproval.as_str()) {
            self.others.insert((Topic::Approvals, row.unit.clone()));
        }
    }

    /// The position behind everything that it tells.
    pub fn to(&self) -> u64 {
        self.to
    }

    /// The first position that it tells.
    pub fn from(&self) -> u64 {
        self.from
    }

    /// What somebody may hear of it: what their roles let them read, about the units that they see.
    pub fn told_to(&self, by: &Principal) -> Vec<Told> {
        if self.too_much {
            return vec![Told::TooMuch];
        }
        let mut told = Vec::new();
        let counts = self.counts_for(by);
        if by.holds(Role::Viewer).is_ok() && counts != [0; 3] {
            told.push(Told::Decisions(counts));
        }
        let mut topics: BTreeSet<Topic> = self.topics_for(by).collect();
        if self.progress {
            topics.insert(Topic::Progress);
        }
        let mine = topics.into_iter().filter(|topic| may_hear(by, *topic));
        told.extend(mine.map(Told::About));
        told
    }

    fn counts_for(&self, by: &Principal) -> [u64; 3] {
        let mut sum = [0; 3];
        let mine = self
            .decisions
            .iter()
            .filter(|(unit, _)| by.sees(unit.as_deref()));
        for (_, counts) in mine {
            for (sum, count) in sum.iter_mut().zip(counts) {
                *sum += count;
            }
        }
        sum
    }

    fn topics_for<'a>(&'a self, by: &'a Principal) -> impl Iterator<Item = Topic> + 'a {
        let mine = self.others.iter().filter(|(topic, unit)| {
            // The policy is about every unit, so it is about those of everybody.
            *topic == Topic::Policy || by.sees(unit.as_deref())
        });
        mine.map(|(topic, _)| *topic)
    }
}

fn may_hear(by: &Principal, topic: Topic) -> bool {
    match topic {
        Topic::Approvals | Topic::Executions => by.may_oversee().is_ok(),
        Topic::Decisions | Topic::Policy | Topic::Levels | Topic::Risk | Topic::Units => {
            by.holds(Role::Viewer).is_ok()
        }
        Topic::Progress => by.holds(Role::Auditor).is_ok(),
        Topic::Access => by.holds(Role::Admin).is_ok(),
    }
}
