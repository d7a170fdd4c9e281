//! From checks to answers.

use utc_attestation::Outcome;

use super::check::Checks;
use super::report::Facts;
use super::{CheckName, Question, Verdict};
use crate::export::Claim;

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

/// The answer to each question, in order.
pub(super) fn all(checks: &Checks, facts: &Facts) -> Vec<Verdict> {
    vec![
        integrity(checks, facts),
        inclusion(checks),
        order(checks),
        log(checks, facts),
        filter(checks, facts),
    ]
}

fn verdict(about: Question, outcome: Outcome, words: impl Into<String>) -> Verdict {
    let words = words.into();
    Verdict {
        about,
        outcome,
        words,
    }
}

fn integrity(checks: &Checks, facts: &Facts) -> Verdict {
    let about = Question::Integrity;
    // Tags and an outside key are for those who have them; the rest holds without.
    if checks.worst(&INTEGRITY) == Outcome::Failed {
        let words = "something was changed, added or removed";
        return verdict(about, Outcome::Failed, words);
    }
    let mut words = vec!["every byte is as the log's key signed it".to_owned()];
    let mut alone = facts.signature_only.clone();
    let report = checks.outcome(CheckName::Report);
    if report == Outcome::NotChecked {
        alone.extend(["report.html", "VERIFY.md"]);
    }
    if !alone.is_empty() {
        let files = alone.join(", ");
        words.push(format!("nothing but that signature vouches for {files}"));
    }
    let unknown = facts.tags_unknown;
    if unknown > 0 {
        words.push(format!(
            "{unknown} receipts are signed with keys that no secret was given for"
        ));
    }
    let outcome = if unknown > 0 {
        Outcome::NotChecked
    } else {
        report
    };
    verdict(about, outcome, words.join("; "))
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
        (Outcome::Ok, Some(words)) => words.as_str(),
        (Outcome::Failed, _) => "the log is not the one that the head from outside shows",
        (Outcome::Ok | Outcome::NotChecked, _) if facts.given.head => {
            "consistent; completeness not anchored: the head from outside could not be compared"
        }
        (Outcome::Ok | Outcome::NotChecked, _) => {
            "consistent; completeness not anchored: no head from outside was compared"
        }
    };
    let words = format!("{words}{}", facts.history);
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
