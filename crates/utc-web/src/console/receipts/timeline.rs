//! What an approval went through: asked, voted on, ended, carried out; a receipt for each.

use std::sync::Arc;

use serde::Serialize;
use utc_app::{AppError, ApprovalView, Console, HeldOutcome, Principal};
use utc_domain::{ApprovalId, ApprovalStatus, ExecutionStatus};

/// One step.
#[derive(Serialize)]
pub(super) struct Step {
    what: String,
    at: Option<String>,
    detail: Option<String>,
    receipt: Option<String>,
}

/// The steps of an approval, oldest first; none where there is none that `by` may know of.
pub(super) fn steps(
    console: &Console,
    by: &Arc<Principal>,
    id: ApprovalId,
) -> Result<Vec<Step>, AppError> {
    match console.approval(by, id) {
        Ok(approval) => Ok(of(&approval, console.held_outcome(id)?)),
        Err(AppError::NotFound { .. }) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn of(approval: &ApprovalView, outcome: Option<HeldOutcome>) -> Vec<Step> {
    let mut steps = vec![Step {
        what: format!("{} asked, and people have to approve", approval.subject),
        at: Some(approval.created_at.to_string()),
        detail: approval.reason.clone(),
        receipt: Some(approval.receipt_id.clone()),
    }];
    steps.extend(approval.votes.iter().map(|vote| Step {
        what: format!("{} voted: {}", vote.voter, vote.choice),
        at: Some(vote.at.to_string()),
        detail: vote.comment.clone(),
        receipt: Some(vote.receipt_id.clone()),
    }));
    steps.push(end(approval));
    steps.extend(execution(approval, outcome));
    steps
}

/// What the request came to, in so far as no vote says so.
fn end(approval: &ApprovalView) -> Step {
    let last = || Some(approval.last_receipt_id.clone());
    let (what, receipt) = match approval.status {
        ApprovalStatus::Pending => ("Waits for people", None),
        ApprovalStatus::Approved => ("Approved: it may be done once", None),
        ApprovalStatus::Rejected => ("Rejected", None),
        ApprovalStatus::Expired => ("Nobody decided, or did it, in time", last()),
        ApprovalStatus::Cancelled => ("Whoever asked no longer wants it", last()),
        ApprovalStatus::Revoked => ("The approval was taken back", last()),
        ApprovalStatus::Used => ("Allowed once, on this approval", last()),
        ApprovalStatus::Void => ("Void: what it was asked for has changed", last()),
    };
    Step {
        what: what.to_owned(),
        at: approval
            .ended_at
            .or(approval.decided_at)
            .map(|at| at.to_string()),
        detail: None,
        receipt,
    }
}

fn execution(approval: &ApprovalView, outcome: Option<HeldOutcome>) -> Option<Step> {
    let what = match approval.execution {
        ExecutionStatus::None => return None,
        ExecutionStatus::Executing => "It is being sent",
        ExecutionStatus::Done => "Sent once: the upstream took it",
        ExecutionStatus::Failed => "It was not carried out",
        ExecutionStatus::OutcomeUnknown => "Sent once: nobody knows whether it was carried out",
    };
    Some(Step {
        what: what.to_owned(),
        at: outcome.as_ref().map(|outcome| outcome.at.to_string()),
        detail: None,
        receipt: outcome.map(|outcome| outcome.receipt_id),
    })
}
