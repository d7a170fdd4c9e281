//! What can be seen of an approval.

use serde_json::Value;
use utc_domain::{
    Action, ApprovalId, ApprovalStatus, ExecutionStatus, PayloadHash, ProtectionLevel, Quorum,
    RequestDigest, Subject, Timestamp, UnitName, VoteChoice,
};
use utc_storage::StorageError;
use utc_storage::rows::approvals::ApprovalRow;
use utc_storage::rows::inputs::InputRow;
use utc_storage::rows::votes::VoteRow;

use super::stored;
use crate::units::stored::parse;

/// A vote that was cast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoteView {
    /// Who cast it.
    pub voter: Subject,
    /// What they said.
    pub choice: VoteChoice,
    /// Why, in their words.
    pub comment: Option<String>,
    /// When.
    pub at: Timestamp,
    /// The receipt.
    pub receipt_id: String,
}

/// An approval.
#[derive(Debug, Clone, PartialEq)]
pub struct ApprovalView {
    /// Its id.
    pub id: ApprovalId,
    /// Where it stands.
    pub status: ApprovalStatus,
    /// What became of the held request that it allowed.
    pub execution: ExecutionStatus,
    /// Who asked.
    pub subject: Subject,
    /// What for.
    pub action: Action,
    /// On which unit.
    pub unit: UnitName,
    /// The digest of the request's body: computed here where the request was seen, and else as the caller said.
    pub payload_hash: Option<PayloadHash>,
    /// Whether the request itself was seen here, and not only its digest.
    pub payload_seen: bool,
    /// The digest of everything that is bound.
    pub request_digest: RequestDigest,
    /// The digest of the policy that it was asked under.
    pub policy_digest: String,
    /// The unit's level when it was asked.
    pub protection_level: ProtectionLevel,
    /// Who asked, as receipts name whoever acts.
    pub requester: Subject,
    /// The caller's reason, unless it was erased.
    pub reason: Option<String>,
    /// The caller's context, unless it was erased.
    pub context: Option<Value>,
    /// How many different people have to approve.
    pub quorum: Quorum,
    /// The votes, oldest first.
    pub votes: Vec<VoteView>,
    /// One that asked for exactly the same and waited already.
    pub identical_to: Option<ApprovalId>,
    /// When it was asked.
    pub created_at: Timestamp,
    /// When the present status ends: waiting, or the grant.
    pub expires_at: Timestamp,
    /// When enough people had approved.
    pub decided_at: Option<Timestamp>,
    /// When it reached a status that is final.
    pub ended_at: Option<Timestamp>,
    /// While it waits: how long that will probably take, in minutes.
    pub expected_wait_minutes: Option<f64>,
    /// The receipt of the decision that asked for it.
    pub receipt_id: String,
    /// The receipt of the last thing that happened to it.
    pub last_receipt_id: String,
}

/// Makes the view from its rows.
pub(super) fn view(
    row: &ApprovalRow,
    votes: &[VoteRow],
    input: Option<&InputRow>,
    payload_seen: bool,
    expected_wait_minutes: Option<f64>,
) -> Result<ApprovalView, StorageError> {
    let (reason, context) = said(input)?;
    let hash = row.payload_hash.as_deref();
    let identical = row.identical_to.as_deref();
    let at = Timestamp::from_micros;
    Ok(ApprovalView {
        id: stored::id(row)?,
        status: stored::status(row)?,
        execution: parse("approvals.execution", &row.execution)?,
        subject: parse("approvals.subject", &row.subject)?,
        action: parse("approvals.action", &row.action)?,
        unit: parse("approvals.unit", &row.unit)?,
        payload_hash: hash
            .map(|hash| parse("approvals.payload_hash", hash))
            .transpose()?,
        payload_seen,
        request_digest: parse("approvals.request_digest", &row.request_digest)?,
        policy_digest: row.policy_digest.clone(),
        protection_level: parse("approvals.protection_level", &row.protection_level)?,
        requester: parse("approvals.requester", &row.requester)?,
        reason,
        context,
        quorum: stored::quorum(row)?,
        votes: votes.iter().map(vote).collect::<Result<_, _>>()?,
        identical_to: identical
            .map(|id| parse("approvals.identical_to", id))
            .transpose()?,
        created_at: at(row.created_at),
        expires_at: at(row.expires_at),
        decided_at: row.decided_at.map(at),
        ended_at: row.ended_at.map(at),
        expected_wait_minutes,
        receipt_id: row.receipt_id.clone(),
        last_receipt_id: row.last_receipt_id.clone(),
    })
}

fn vote(row: &VoteRow) -> Result<VoteView, StorageError> {
    Ok(VoteView {
        voter: parse("votes.voter", &row.voter)?,
        choice: parse("votes.choice", &row.choice)?,
        comment: row.comment.clone(),
        at: Timestamp::from_micros(row.at),
        receipt_id: row.receipt_id.clone(),
    })
}

/// Reason and context, as [`crate::input`] stored them.
fn said(input: Option<&InputRow>) -> Result<(Option<String>, Option<Value>), StorageError> {
    let Some(body) = input.and_then(|input| input.body.as_deref()) else {
        return Ok((None, None));
    };
    let mut body: Value = serde_json::from_str(body).map_err(|source| StorageError::Corrupt {
        column: "inputs.body",
        source: Box::new(source),
    })?;
    let reason = body
        .get("reason")
        .and_then(Value::as_str)
        .map(str::to_owned);
    let context = body.get_mut("context").map(Value::take);
    Ok((reason, context.filter(|context| !context.is_null())))
}
