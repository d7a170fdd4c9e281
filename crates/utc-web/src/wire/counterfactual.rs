//! What other rules would have answered, on the wire.

use serde::Serialize;
use utc_app::replay::{Breakdown, Change, Counterfactual, Matrix};
use utc_domain::Ground;
use utoipa::ToSchema;

/// What would have been answered. Answers are those that bind, or would bind if the unit were not in observe mode.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CounterfactualView {
    /// What to keep in mind while reading.
    notes: Vec<&'static str>,
    /// Every decision.
    matrix: Vec<CellView>,
    /// How many of the decisions with another answer were made in observe mode.
    observed: u64,
    /// By each rule or level that spoke against a write, or would now.
    by_rule: Vec<RuleShareView>,
    /// By unit.
    by_unit: BreakdownView,
    /// By subject.
    by_subject: BreakdownView,
    /// Rules and levels that would not have spoken against any of these writes.
    never_matched: Vec<&'static str>,
    /// The first decisions with another answer, at most 100.
    examples: Vec<ChangeView>,
}

/// How many decisions have this old and this new answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CellView {
    /// What was answered.
    old: &'static str,
    /// What would be answered.
    new: &'static str,
    /// How many.
    count: u64,
}

/// The decisions that one rule or level spoke against.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RuleShareView {
    /// Its key, as in `rules` of a decision.
    rule: &'static str,
    /// How many it spoke against.
    before: u64,
    /// How many it would speak against.
    after: u64,
    /// All of these.
    matrix: Vec<CellView>,
}

/// Decisions by name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BreakdownView {
    /// At most 20 names, most changes first.
    items: Vec<ShareView>,
    /// Everybody else.
    rest: RestView,
}

/// The decisions of one name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShareView {
    /// The name.
    name: String,
    /// How many there are.
    total: u64,
    /// How many have another answer.
    changed: u64,
    /// All of them.
    matrix: Vec<CellView>,
}

/// The decisions of the names that are not listed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RestView {
    /// How many names; those after the first 10,000 are not told apart and not counted here.
    names: u64,
    /// Whether there are such names.
    more_names: bool,
    /// How many decisions.
    total: u64,
    /// How many have another answer.
    changed: u64,
}

/// A decision with another answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangeView {
    /// Its receipt.
    receipt_id: String,
    /// Its position.
    seq: u64,
    /// Who asked.
    subject: String,
    /// What for.
    action: String,
    /// On which unit.
    unit: String,
    /// What was answered.
    old: &'static str,
    /// What would be answered.
    new: &'static str,
    /// The reason code of the answer.
    old_code: String,
    /// The code that it would have.
    new_code: String,
    /// The sentence that would explain it.
    new_reason: String,
}

impl From<&Counterfactual> for CounterfactualView {
    fn from(found: &Counterfactual) -> Self {
        let by_rule = found.by_rule.iter().map(|share| RuleShareView {
            rule: share.ground.as_str(),
            before: share.before,
            after: share.after,
            matrix: cells(&share.matrix),
        });
        let never = found.never_matched.iter().copied();
        Self {
            notes: found.notes.clone(),
            matrix: cells(&found.matrix),
            observed: found.observed,
            by_rule: by_rule.collect(),
            by_unit: (&found.by_unit).into(),
            by_subject: (&found.by_subject).into(),
            never_matched: never.map(Ground::as_str).collect(),
            examples: found.examples.iter().map(Into::into).collect(),
        }
    }
}

fn cells(matrix: &Matrix) -> Vec<CellView> {
    let cells = matrix.cells().map(|(old, new, count)| CellView {
        old: old.as_str(),
        new: new.as_str(),
        count,
    });
    cells.collect()
}

impl From<&Breakdown> for BreakdownView {
    fn from(breakdown: &Breakdown) -> Self {
        let items = breakdown.listed.iter().map(|share| ShareView {
            name: share.name.clone(),
            total: share.matrix.total(),
            changed: share.matrix.changed(),
            matrix: cells(&share.matrix),
        });
        Self {
            items: items.collect(),
            rest: RestView {
                names: breakdown.others,
                more_names: breakdown.more,
                total: breakdown.rest.total(),
                changed: breakdown.rest.changed(),
            },
        }
    }
}

impl From<&Change> for ChangeView {
    fn from(change: &Change) -> Self {
        Self {
            receipt_id: change.receipt_id.clone(),
            seq: change.seq,
            subject: change.subject.clone(),
            action: change.action.clone(),
            unit: change.unit.clone(),
            old: change.old.as_str(),
            new: change.new.as_str(),
            old_code: change.old_code.clone(),
            new_code: change.new_code.clone(),
            new_reason: change.new_reason.clone(),
        }
    }
}
