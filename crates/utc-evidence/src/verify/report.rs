//! What a verification says.

use utc_attestation::Outcome;
use utc_attestation::log::Checkpoint;

use super::check::Checks;
use super::{Check, CheckName, verdicts};
use crate::export::{Claim, FileCounts, Filter};
use crate::tally::Tally;

/// How a bundle fared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Every check, in order.
    pub checks: Vec<Check>,
    /// What the checks come to.
    pub verdicts: Vec<Verdict>,
    /// Valid, consistent, or wrong.
    pub status: Status,
    /// The log that the bundle is about, if its checkpoint could be read.
    pub log: Option<Checkpoint>,
    /// How many receipts were read.
    pub population: u64,
}

/// What all checks together come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Nothing is wrong, and something from outside vouches for the log.
    Valid,
    /// Something is wrong with the content.
    Wrong,
    /// Nothing is wrong, but nothing from outside vouches for it either, or what was given could not be compared.
    NotAnchored,
}

impl Status {
    /// The name for machines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Wrong => "wrong",
            Self::NotAnchored => "consistent_not_anchored",
        }
    }

    /// The exit code of `utc-verify`. 2 stands for what could not be read at all.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Wrong => 1,
            Self::NotAnchored => 3,
        }
    }
}

/// One question that an auditor asks, and the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Which question.
    pub about: Question,
    /// Yes, no, or not known.
    pub outcome: Outcome,
    /// The answer in words.
    pub words: String,
}

/// What an auditor asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Is everything as it was made?
    Integrity,
    /// Is every receipt in the log?
    Inclusion,
    /// Do the receipts stand in the order in which they were placed?
    Order,
    /// Is the log whole?
    LogCompleteness,
    /// Is everything here that the filter asks for?
    FilterCompleteness,
}

impl Question {
    /// The name for machines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Integrity => "integrity",
            Self::Inclusion => "inclusion",
            Self::Order => "order",
            Self::LogCompleteness => "log_completeness",
            Self::FilterCompleteness => "filter_completeness",
        }
    }
}

/// What the verdicts need to know beside the checks.
pub(super) struct Facts {
    pub(super) log: Option<Checkpoint>,
    pub(super) filter: Option<Filter>,
    pub(super) claim: Option<Claim>,
    pub(super) population: u64,
    pub(super) missing: u64,
    /// Files that nothing but the exporter's signature vouches for.
    pub(super) signature_only: Vec<&'static str>,
    /// Receipts of keys that none of the given secrets is, where secrets were given.
    pub(super) tags_unknown: u64,
    pub(super) given: Given,
    /// How the log compares with a head from outside.
    pub(super) head: Option<String>,
    /// Where the log was set back, in words that go on a sentence.
    pub(super) history: String,
}

/// What came from outside. Whatever did has to hold: an anchor that could not be used holds nothing.
#[derive(Default)]
pub(super) struct Given {
    pub(super) vkey: bool,
    pub(super) head: bool,
}

impl Given {
    /// Whether something vouches for the log.
    fn anchors(&self, checks: &Checks) -> bool {
        let holds = |name| checks.outcome(name) == Outcome::Ok;
        (self.vkey || self.head)
            && (!self.vkey || holds(CheckName::LogKey))
            && (!self.head || holds(CheckName::Head))
    }
}

impl Facts {
    /// What the payload tells. What comes from outside is added later.
    pub(super) fn new(
        filter: Option<Filter>,
        tally: &Tally,
        files: FileCounts,
        log: Option<Checkpoint>,
    ) -> Self {
        let claim = filter.as_ref().map(Filter::claim);
        let partial = claim.is_some_and(|claim| claim != Claim::Whole);
        let known = [
            (files.approvals > 0, "approvals/"),
            (files.signals > 0, "signals/"),
            (partial, "keys/receipt-keys.json"),
        ];
        let known = known
            .into_iter()
            .filter_map(|(there, path)| there.then_some(path));
        Self {
            signature_only: known.collect(),
            tags_unknown: 0,
            log,
            claim,
            filter,
            population: tally.population,
            missing: tally.gaps.missing(),
            given: Given::default(),
            head: None,
            history: String::new(),
        }
    }
}

impl Report {
    pub(super) fn new(checks: Checks, facts: Facts) -> Self {
        let verdicts = verdicts::all(&checks, &facts);
        let failed = checks.any_failed();
        let unused = facts.tags_unknown > 0 || checks.outcome(CheckName::Report) != Outcome::Ok;
        let anchored = facts.given.anchors(&checks) && !unused;
        let failed = failed
            || verdicts
                .iter()
                .any(|verdict| verdict.outcome == Outcome::Failed);
        Self {
            verdicts,
            status: match (failed, anchored) {
                (true, _) => Status::Wrong,
                (false, true) => Status::Valid,
                (false, false) => Status::NotAnchored,
            },
            log: facts.log,
            population: facts.population,
            checks: checks.finish(),
        }
    }

    /// Of something smaller than a bundle, checked with a key from outside.
    pub(super) fn of_part(checks: Checks, log: Option<Checkpoint>, population: u64) -> Self {
        let status = if checks.any_failed() {
            Status::Wrong
        } else {
            Status::Valid
        };
        Self {
            checks: checks.finish(),
            verdicts: Vec::new(),
            status,
            log,
            population,
        }
    }

    /// How a check came out.
    pub fn outcome(&self, name: CheckName) -> Outcome {
        let found = self.checks.iter().find(|check| check.name == name);
        found.map_or(Outcome::NotChecked, |check| check.outcome)
    }

    /// The answer to a question.
    pub fn verdict(&self, about: Question) -> Option<&Verdict> {
        self.verdicts.iter().find(|verdict| verdict.about == about)
    }
}
