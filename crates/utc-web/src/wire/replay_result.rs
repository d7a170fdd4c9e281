//! What a replay found, on the wire.

use serde::Serialize;
use utc_app::replay::{Faithful, Finding, ObstacleCount, ReplayOutcome, ReplayReport};
use utoipa::ToSchema;

use super::counterfactual::CounterfactualView;

/// What a replay found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReplayResult {
    /// `faithful` or `counterfactual`.
    mode: &'static str,
    /// Decisions of this time or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    /// Decisions before this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    /// Only decisions about this unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    /// How many receipts the log had when the run began.
    log_size: u64,
    /// The first position that was looked at.
    first_seq: u64,
    /// The first position behind those.
    end_seq: u64,
    /// How many decisions there are.
    total: u64,
    /// How many came out as recorded; with `counterfactual`, with the same answer.
    equal: u64,
    /// How many came out otherwise; with `counterfactual`, with another answer.
    different: u64,
    /// How many could not be computed again.
    not_replayable: u64,
    /// Why they could not.
    obstacles: Vec<ObstacleView>,
    /// With `faithful`: what came out otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    faithful: Option<FaithfulView>,
    /// With `counterfactual`: what would have been answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    counterfactual: Option<CounterfactualView>,
}

impl From<&ReplayReport> for ReplayResult {
    fn from(report: &ReplayReport) -> Self {
        let (window, totals) = (&report.window, report.totals);
        let (mode, faithful, counterfactual) = match &report.outcome {
            ReplayOutcome::Faithful(found) => ("faithful", Some(found.into()), None),
            ReplayOutcome::Counterfactual(found) => {
                ("counterfactual", None, Some(found.as_ref().into()))
            }
        };
        Self {
            mode,
            from: window.from.map(|at| at.to_string()),
            to: window.to.map(|at| at.to_string()),
            unit: window.unit.as_ref().map(ToString::to_string),
            log_size: window.log_size,
            first_seq: window.first_seq,
            end_seq: window.end_seq,
            total: totals.total,
            equal: totals.equal,
            different: totals.different,
            not_replayable: totals.not_replayable,
            obstacles: report.obstacles.iter().map(Into::into).collect(),
            faithful,
            counterfactual,
        }
    }
}

/// Decisions that could not be computed again, for one reason.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ObstacleView {
    /// `unverified`, `other_engine`, `incomplete`, `policy_unknown` or `policy_differs`.
    reason: &'static str,
    /// What that means.
    explanation: &'static str,
    /// How many.
    count: u64,
    /// The first of them, at most 10.
    examples: Vec<UnreplayableView>,
}

/// A decision that could not be computed again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnreplayableView {
    /// Its receipt.
    receipt_id: String,
    /// Its position.
    seq: u64,
    /// What exactly is in the way.
    detail: String,
}

impl From<&ObstacleCount> for ObstacleView {
    fn from(met: &ObstacleCount) -> Self {
        let examples = met.examples.iter().map(|example| UnreplayableView {
            receipt_id: example.receipt_id.clone(),
            seq: example.seq,
            detail: example.detail.clone(),
        });
        Self {
            reason: met.obstacle.as_str(),
            explanation: met.obstacle.explanation(),
            count: met.count,
            examples: examples.collect(),
        }
    }
}

/// What came out otherwise than recorded.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FaithfulView {
    /// In how many decisions each part of the answer did.
    by_field: Vec<FieldView>,
    /// The first such decisions, at most 100.
    examples: Vec<FindingView>,
}

/// How often one part of an answer came out otherwise.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldView {
    /// `decision`, `would_be`, `code`, `rules`, `grant` or `reason`.
    field: &'static str,
    /// In how many decisions.
    count: u64,
}

/// A decision that came out otherwise.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FindingView {
    /// Its receipt.
    receipt_id: String,
    /// Its position.
    seq: u64,
    /// Each part that differs.
    fields: Vec<DifferenceView>,
}

/// A part of an answer that differs. What is absent is empty; several rules have a space between them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DifferenceView {
    /// Which part.
    field: &'static str,
    /// What the receipt says.
    recorded: String,
    /// What came out now.
    recomputed: String,
}

impl From<&Faithful> for FaithfulView {
    fn from(found: &Faithful) -> Self {
        let by_field = found.by_field.iter().map(|(field, count)| FieldView {
            field: field.as_str(),
            count: *count,
        });
        Self {
            by_field: by_field.collect(),
            examples: found.examples.iter().map(Into::into).collect(),
        }
    }
}

impl From<&Finding> for FindingView {
    fn from(finding: &Finding) -> Self {
        let fields = finding.differences.iter().map(|difference| DifferenceView {
            field: difference.field.as_str(),
            recorded: difference.recorded.clone(),
            recomputed: difference.recomputed.clone(),
        });
        Self {
            receipt_id: finding.receipt_id.clone(),
            seq: finding.seq,
            fields: fields.collect(),
        }
    }
}
