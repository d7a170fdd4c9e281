//! What a verification says.

use utc_attestation::Outcome;
use utc_attestation::log::Checkpoint;

use super::check::Checks;
use super::{Check, CheckName};
use crate::export::Claim;
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
    /// Nothing is wrong, but nothing from outside vouches for it either.
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
    pub(super) claim: Option<Claim>,
    pub(super) population: u64,
    pub(super) missing: u64,
    pub(super) vkey_from_outside: bool,
    /// How the log compares with a head from outside.
    pub(super) head: Option<String>,
}

impl Facts {
    /// What the payload tells. What comes from outside is added later.
    pub(super) fn new(claim: Option<Claim>, tally: &Tally, log: Option<Checkpoint>) -> Self {
        Self {
            log,
            claim,
            population: tally.population,
            missing: tally.gaps.missing(),
            vkey_from_outside: false,
            head: None,
        }
    }
}

const INTEGRITY: [CheckName; 15] = [
    CheckName::Bag,
    CheckName::Manifest,
    CheckName::TagManifest,
    CheckName::LogKey,
    CheckName::Signature,
    CheckName::Contents,
    CheckName::Receipts,
    CheckName::Tags,
    CheckName::Keys,
    CheckName::Policies,
    CheckName::Records,
    CheckName::Summary,
    CheckName::Index,
    CheckName::Report,
    CheckName::ExportReceipt,
];

const INCLUSION: [CheckName; 4] = [
    CheckName::Leaves,
    CheckName::Tiles,
    CheckName::Checkpoint,
    CheckName::Proofs,
];

impl Report {
    pub(super) fn new(checks: Checks, facts: Facts) -> Self {
        let verdicts = vec![
            integrity(&checks),
            inclusion(&checks),
            order(&checks),
            log(&checks, &facts),
            filter(&checks, &facts),
        ];
        let failed = checks.any_failed();
        let anchored = facts.vkey_from_outside || checks.outcome(CheckName::Head) == Outcome::Ok;
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

fn verdict(about: Question, outcome: Outcome, words: impl Into<String>) -> Verdict {
    let words = words.into();
    Verdict {
        about,
        outcome,
        words,
    }
}

fn integrity(checks: &Checks) -> Verdict {
    // Tags and an outside key are for those who have them; the rest holds without.
    let (outcome, words) = match checks.worst(&INTEGRITY) {
        Outcome::Failed => (Outcome::Failed, "something was changed, added or removed"),
        Outcome::Ok | Outcome::NotChecked => {
            (Outcome::Ok, "every byte is as the log's key signed it")
        }
    };
    verdict(Question::Integrity, outcome, words)
}

fn inclusion(checks: &Checks) -> Verdict {
    let outcome = checks.worst(&INCLUSION);
    let words = match outcome {
        Outcome::Ok => "every receipt is in the log of the checkpoint",
        Outcome::Failed => "not every receipt is in the log of the checkpoint",
        Outcome::NotChecked => "it could not be checked whether the receipts are in the log",
    };
    verdict(Question::Inclusion, outcome, words)
}

fn order(checks: &Checks) -> Verdict {
    let outcome = checks.worst(&[CheckName::Order, CheckName::Chain]);
    let words = match outcome {
        Outcome::Ok => "the receipts stand as they were placed",
        Outcome::Failed => "receipts are missing, moved, or do not follow each other",
        Outcome::NotChecked => "the order could not be checked",
    };
    verdict(Question::Order, outcome, words)
}

fn log(checks: &Checks, facts: &Facts) -> Verdict {
    let outcome = checks.outcome(CheckName::Head);
    let words = match (outcome, &facts.head) {
        (Outcome::Ok, Some(words)) => words.clone(),
        (Outcome::Failed, _) => {
            "the log is not the one that the head from outside shows".to_owned()
        }
        (Outcome::Ok | Outcome::NotChecked, _) => {
            "consistent; completeness not anchored: no head from outside was compared".to_owned()
        }
    };
    verdict(Question::LogCompleteness, outcome, words)
}

fn filter(checks: &Checks, facts: &Facts) -> Verdict {
    let about = Question::FilterCompleteness;
    if checks.outcome(CheckName::Filter) == Outcome::Failed {
        let words = "receipts are here that the filter does not ask for";
        return verdict(about, Outcome::Failed, words);
    }
    let size = facts.log.as_ref().map(|log| log.size);
    match facts.claim {
        None => verdict(
            about,
            Outcome::NotChecked,
            "the bundle does not say what it claims",
        ),
        Some(Claim::InclusionOnly) => {
            let words =
                "asserted by the exporter: receipts were picked, only their inclusion is proven";
            verdict(about, Outcome::NotChecked, words)
        }
        Some(Claim::Range | Claim::Whole) if facts.missing > 0 => {
            let words = format!("{} positions are missing in between", facts.missing);
            verdict(about, Outcome::Failed, words)
        }
        Some(Claim::Range) => {
            let words = "no position is missing in between; that these are the ends of the period is asserted by the exporter";
            verdict(about, Outcome::NotChecked, words)
        }
        Some(Claim::Whole) if size == Some(facts.population) => {
            let words = format!(
                "every one of the log's {} entries is here",
                facts.population
            );
            verdict(about, Outcome::Ok, words)
        }
        Some(Claim::Whole) => {
            let words = "the bundle says that it has the whole log, and has not";
            verdict(about, Outcome::Failed, words)
        }
    }
}
