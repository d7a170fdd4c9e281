//! The lists of the report, collected receipt by receipt.

use serde::Serialize;

use super::units::Units;
use crate::claims::{Claims, Receipt, Text};
use crate::counter::{Capped, Counter};

/// The most rows of a list. The report says how many more there are; all of them are in the receipts.
const ROWS: usize = 500;

/// More pairs of decision and code, or kind and code, than there are.
const PAIRS: usize = 256;

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Row {
    seq: u64,
    id: String,
    ts: String,
    subject: String,
    code: String,
    unit: String,
    reason: String,
    /// What changed: a rule, a level, votes.
    what: String,
    /// The approval or receipt that it is about.
    about: String,
}

/// What the report lists.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rows {
    pub(crate) answers: Counter<(String, String)>,
    pub(crate) units: Units,
    pub(crate) policies: Capped<Row>,
    pub(crate) flips: Capped<Row>,
    pub(crate) approvals: Capped<Row>,
    pub(crate) approval_codes: Counter<String>,
    pub(crate) executions: Capped<Row>,
    pub(crate) execution_codes: Counter<String>,
    pub(crate) levels: Capped<Row>,
    pub(crate) other: Capped<Row>,
    pub(crate) other_codes: Counter<(String, String)>,
}

impl Rows {
    pub(crate) fn new() -> Self {
        Self {
            answers: Counter::new(PAIRS),
            units: Units::default(),
            policies: Capped::new(ROWS),
            flips: Capped::new(ROWS),
            approvals: Capped::new(ROWS),
            approval_codes: Counter::new(PAIRS),
            executions: Capped::new(ROWS),
            execution_codes: Counter::new(PAIRS),
            levels: Capped::new(ROWS),
            other: Capped::new(ROWS),
            other_codes: Counter::new(PAIRS),
        }
    }

    pub(crate) fn add(&mut self, receipt: &Receipt<'_>) {
        let claims = &receipt.claims;
        self.units.add(receipt);
        match &*claims.kind {
            "decision" => {
                let decision = text(claims.decision.as_ref());
                self.answers.add((decision, claims.code.to_string()));
            }
            "policy_change" if is_flip(claims) => self.flips.push(|| row(claims, rule(claims))),
            "policy_change" => self.policies.push(|| row(claims, rule(claims))),
            "approval" => {
                self.approval_codes.count(&claims.code);
                self.approvals.push(|| row(claims, votes(claims)));
            }
            "execution" => {
                self.execution_codes.count(&claims.code);
                self.executions.push(|| row(claims, status(claims)));
            }
            "protection_change" => self.levels.push(|| row(claims, level(claims))),
            kind => {
                let pair = (kind.to_owned(), claims.code.to_string());
                self.other_codes.add(pair);
                self.other.push(|| row(claims, kind.to_owned()));
            }
        }
    }
}

/// Whether a rule was switched by the system itself and not by a person. Settings that a start takes over
/// are a person's.
fn is_flip(claims: &Claims<'_>) -> bool {
    claims.sub.starts_with("system:") && claims.meta.rule.is_some()
}

/// What it hangs on: an approval, another receipt, or the events that it rests on.
fn about(claims: &Claims<'_>) -> String {
    let link = &claims.link;
    let linked = link.approval.as_ref().or(link.receipt.as_ref());
    if let Some(id) = linked {
        return id.to_string();
    }
    let events = claims.meta.evidence.iter();
    let events: Vec<String> = events
        .map(|one| format!("{} of {}", &*one.hash, &*one.source))
        .collect();
    events.join(", ")
}

fn row(claims: &Claims<'_>, what: String) -> Row {
    Row {
        seq: claims.seq,
        id: claims.jti.to_string(),
        ts: claims.ts.to_string(),
        subject: claims.sub.to_string(),
        code: claims.code.to_string(),
        unit: text(claims.unit.as_ref()),
        reason: claims.reason.to_string(),
        what,
        about: about(claims),
    }
}

fn rule(claims: &Claims<'_>) -> String {
    let on = match claims.meta.enabled {
        Some(true) => "on",
        Some(false) => "off",
        None => return text(claims.meta.rule.as_ref()),
    };
    format!("{} {on}", text(claims.meta.rule.as_ref()))
}

fn votes(claims: &Claims<'_>) -> String {
    let vote = text(claims.meta.vote.as_ref());
    match (claims.meta.votes, claims.meta.quorum) {
        (Some(votes), Some(quorum)) => format!("{vote} ({votes} of {quorum})"),
        (Some(_) | None, _) => vote,
    }
}

fn status(claims: &Claims<'_>) -> String {
    let status = claims.meta.upstream_status;
    status.map_or_else(String::new, |status| format!("HTTP {status}"))
}

fn level(claims: &Claims<'_>) -> String {
    let meta = &claims.meta;
    let (before, after) = (
        text(meta.previous_level.as_ref()),
        text(meta.protection_level.as_ref()),
    );
    let cause = text(meta.cause.as_ref());
    format!("{before} → {after} ({cause})")
}

fn text(text: Option<&Text<'_>>) -> String {
    text.map(ToString::to_string).unwrap_or_default()
}
