//! Approvals on the wire.

use serde::{Deserialize, Serialize};
use utc_app::gateway::HeldRequest;
use utc_app::{ApprovalFilter, ApprovalPage, ApprovalView, Held, VoteView, Voted, Withdrawn};
use utc_domain::{ApprovalId, ApprovalStatus, Reason, Subject, Timestamp, UnitName};
use utoipa::{IntoParams, ToSchema};

use super::held::RequestAnswer;
use super::parts::Fields;
use super::receipts::{cursor, read_cursor, read_limit};
use crate::problem::Problem;

/// The longest that a call waits for a decision, in seconds.
const LONGEST_WAIT: u64 = 60;

/// A request that waits for people, as the answer to a decision names it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HeldAnswer {
    /// The approval's id: send it as `approval_id` once it is approved.
    id: String,
    /// Where to ask for its state; `?wait=30` waits for the decision.
    status_url: String,
    /// Until when people can decide. Nobody's answer is a no.
    expires_at: String,
    /// How long it will probably take them, in minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    expected_wait_minutes: Option<f64>,
    /// A request that asks for exactly the same and waits already.
    #[serde(skip_serializing_if = "Option::is_none")]
    identical_to: Option<String>,
}

impl From<Held> for HeldAnswer {
    fn from(held: Held) -> Self {
        Self {
            id: held.id.to_string(),
            status_url: format!("/api/v1/approvals/{}", held.id),
            expires_at: held.expires_at.to_string(),
            expected_wait_minutes: held.expected_wait_minutes,
            identical_to: held.identical_to.map(|id| id.to_string()),
        }
    }
}

/// An approval.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApprovalAnswer {
    /// Its id.
    id: String,
    /// `pending`, `approved`, `used`, `rejected`, `expired`, `cancelled`, `revoked` or `void`.
    status: &'static str,
    /// What became of the request that was held with it.
    execution: ExecutionAnswer,
    /// Who asks.
    subject: String,
    /// What for.
    action: String,
    /// On which unit.
    unit: String,
    /// The digest of the request's body: computed here where the request was seen, and else as the caller said.
    #[serde(skip_serializing_if = "Option::is_none")]
    payload_hash: Option<String>,
    /// Whether the request itself was seen here, and not only its digest.
    payload_seen: bool,
    /// The request, for those who judge it and for whoever asked; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<RequestAnswer>,
    /// The digest of everything that the approval binds.
    request_digest: String,
    /// The digest of the policy that it was asked under.
    policy_digest: String,
    /// The unit's level when it was asked.
    protection_level: &'static str,
    /// The token or person that asked.
    requester: String,
    /// The caller's reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The caller's context.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    context: Option<serde_json::Value>,
    /// How many different people have to approve.
    approvals_required: u32,
    /// The votes, oldest first.
    votes: Vec<VoteLine>,
    /// A request that asked for exactly the same and waited already.
    #[serde(skip_serializing_if = "Option::is_none")]
    identical_to: Option<String>,
    /// When it was asked.
    created_at: String,
    /// When the present status ends: waiting, or the time in which the approval can be used.
    expires_at: String,
    /// When enough people had approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<String>,
    /// When nothing could happen to it any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
    /// While it waits: how long that will probably take, in minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    expected_wait_minutes: Option<f64>,
    /// The receipt of the decision that asked for it.
    receipt_id: String,
    /// The receipt of the last thing that happened to it.
    last_receipt_id: String,
}

/// What became of a held request.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExecutionAnswer {
    /// `none`, `executing`, `done`, `failed` or `outcome_unknown`.
    status: &'static str,
}

/// One vote.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VoteLine {
    /// Who cast it.
    voter: String,
    /// `approve` or `reject`.
    choice: &'static str,
    /// Why, in their words.
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    /// When.
    at: String,
    /// The receipt.
    receipt_id: String,
}

impl From<VoteView> for VoteLine {
    fn from(vote: VoteView) -> Self {
        Self {
            voter: vote.voter.to_string(),
            choice: vote.choice.as_str(),
            comment: vote.comment,
            at: vote.at.to_string(),
            receipt_id: vote.receipt_id,
        }
    }
}

impl From<ApprovalView> for ApprovalAnswer {
    fn from(view: ApprovalView) -> Self {
        let text = |at: Timestamp| at.to_string();
        Self {
            id: view.id.to_string(),
            status: view.status.as_str(),
            execution: ExecutionAnswer {
                status: view.execution.as_str(),
            },
            subject: view.subject.to_string(),
            action: view.action.to_string(),
            unit: view.unit.to_string(),
            payload_hash: view.payload_hash.map(|hash| hash.to_string()),
            payload_seen: view.payload_seen,
            request: None,
            request_digest: view.request_digest.to_string(),
            policy_digest: view.policy_digest,
            protection_level: view.protection_level.as_str(),
            requester: view.requester.to_string(),
            reason: view.reason,
            context: view.context,
            approvals_required: view.quorum.people(),
            votes: view.votes.into_iter().map(Into::into).collect(),
            identical_to: view.identical_to.map(|id| id.to_string()),
            created_at: text(view.created_at),
            expires_at: text(view.expires_at),
            decided_at: view.decided_at.map(text),
            ended_at: view.ended_at.map(text),
            expected_wait_minutes: view.expected_wait_minutes,
            receipt_id: view.receipt_id,
            last_receipt_id: view.last_receipt_id,
        }
    }
}

impl ApprovalAnswer {
    /// The same with the request, where the caller may see it.
    pub(crate) fn with_request(self, request: Option<HeldRequest>) -> Self {
        Self {
            request: request.map(Into::into),
            ..self
        }
    }
}

/// A page of approvals, newest first. It may hold fewer than asked for and still have a next one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApprovalList {
    /// The approvals.
    items: Vec<ApprovalAnswer>,
    /// Ask again with this `cursor`; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

impl From<ApprovalPage> for ApprovalList {
    fn from(page: ApprovalPage) -> Self {
        Self {
            items: page.items.into_iter().map(Into::into).collect(),
            next_cursor: page.next.map(|id| cursor(&id.to_string())),
        }
    }
}

/// What to search approvals for. All given conditions must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ApprovalQuery {
    /// Exactly this status: `pending`, `approved`, …
    status: Option<String>,
    /// Exactly this unit.
    unit: Option<String>,
    /// Exactly this subject.
    subject: Option<String>,
    /// Where to go on.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    limit: Option<String>,
}

impl ApprovalQuery {
    pub(crate) fn into_filter(self) -> Result<(ApprovalFilter, usize), Problem> {
        let mut fields = Fields::default();
        let status: Option<ApprovalStatus> =
            fields.read_optional("/status", self.status.as_deref());
        let unit: Option<UnitName> = fields.read_optional("/unit", self.unit.as_deref());
        let subject: Option<Subject> = fields.read_optional("/subject", self.subject.as_deref());
        let before: Option<ApprovalId> = read_cursor(&mut fields, self.cursor.as_deref());
        let limit = read_limit(&mut fields, self.limit.as_deref());
        fields.finish()?;
        let filter = ApprovalFilter {
            status,
            unit,
            subject,
            before,
        };
        Ok((filter, limit))
    }
}

/// Whether to wait for the decision.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WaitQuery {
    /// Wait so many seconds, at most 60, until it is decided; 0 when absent.
    wait: Option<String>,
}

impl WaitQuery {
    /// How many seconds to wait.
    pub(crate) fn seconds(&self) -> Result<u64, Problem> {
        let Some(text) = &self.wait else { return Ok(0) };
        let seconds = text.parse().ok().filter(|&seconds| seconds <= LONGEST_WAIT);
        let message = format!("must be a number of seconds from 0 to {LONGEST_WAIT}");
        seconds.ok_or_else(|| Problem::field("/wait", message))
    }
}

/// What goes with a vote, or with taking something back.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommentBody {
    /// Why, at most 1,000 characters. It stands in the receipt.
    comment: Option<String>,
}

impl CommentBody {
    pub(crate) fn into_comment(self) -> Result<Option<Reason>, Problem> {
        let mut fields = Fields::default();
        let comment = fields.read_optional("/comment", self.comment.as_deref());
        fields.finish()?;
        Ok(comment)
    }
}

/// A vote was counted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VotedAnswer {
    /// On which approval.
    id: String,
    /// Where it stands now.
    status: &'static str,
    /// How many different people have approved.
    approvals: u32,
    /// How many have to.
    approvals_required: u32,
    /// The receipt.
    receipt_id: String,
}

impl From<Voted> for VotedAnswer {
    fn from(voted: Voted) -> Self {
        Self {
            id: voted.id.to_string(),
            status: voted.status.as_str(),
            approvals: voted.approvals,
            approvals_required: voted.quorum.people(),
            receipt_id: voted.receipt_id.to_string(),
        }
    }
}

/// A request or an approval was taken back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WithdrawnAnswer {
    /// Which approval.
    id: String,
    /// Where it stands now.
    status: &'static str,
    /// The receipt.
    receipt_id: String,
}

impl From<Withdrawn> for WithdrawnAnswer {
    fn from(withdrawn: Withdrawn) -> Self {
        Self {
            id: withdrawn.id.to_string(),
            status: withdrawn.status.as_str(),
            receipt_id: withdrawn.receipt_id.to_string(),
        }
    }
}
