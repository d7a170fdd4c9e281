//! What every change of an approval has in common.

use std::sync::Arc;

use utc_domain::{
    ApprovalEvent, ApprovalId, ApprovalStatus, Code, Draft, Meta, PolicyRef, ReceiptId,
    ReceiptKind, Subject, Timestamp,
};
use utc_storage::StorageError;
use utc_storage::journal::Tx;
use utc_storage::rows::approvals::{self, ApprovalRow};
use utc_storage::rows::held_requests;

use super::queue::{Pending, Waiting};
use super::record::Counted;
use super::stored;
use crate::AppError;
use crate::cache::StateCache;
use crate::draft::change;
use crate::units::stored::parse;

/// What a committed transaction changed in what waits.
#[derive(Debug, Clone, Default)]
pub(crate) struct Change {
    pub(crate) added: Option<Arc<Pending>>,
    /// What does not wait any more.
    pub(crate) removed: Vec<ApprovalId>,
    pub(crate) counted: Option<Counted>,
}

impl Change {
    /// Brings the cache up to date and wakes whoever waited.
    pub(crate) fn publish(&self, cache: &StateCache) {
        let mut waiting = Waiting::clone(&cache.waiting());
        if let Some((record, as_of)) = self.counted {
            (waiting.record, waiting.as_of) = (record, as_of);
        }
        waiting
            .pending
            .retain(|pending| !self.removed.contains(&pending.id));
        waiting.pending.extend(self.added.clone());
        cache.set_waiting(waiting);
        cache.watchers().wake(&self.removed);
    }
}

/// The answer when something cannot happen to an approval any more: mostly somebody else was faster.
fn closed(error: utc_domain::TransitionError) -> AppError {
    AppError::Conflict {
        code: "approval_closed",
        message: error.to_string(),
    }
}

/// Lets `event` happen to an approval and stores that. Exactly one of those who race for one approval gets here.
pub(super) fn apply(
    tx: &mut Tx<'_>,
    row: &ApprovalRow,
    event: ApprovalEvent,
    receipt: ReceiptId,
    grant_ends: Option<Timestamp>,
) -> Result<ApprovalRow, AppError> {
    let from = stored::status(row)?;
    let to = from.after(event).map_err(closed)?;
    let now = tx.now().as_micros();
    let new = ApprovalRow {
        status: to.to_string(),
        expires_at: grant_ends.map_or(row.expires_at, Timestamp::as_micros),
        decided_at: grant_ends.map(|_| now).or(row.decided_at),
        ended_at: (!to.is_open()).then_some(now),
        last_receipt_id: receipt.to_string(),
        ..row.clone()
    };
    if approvals::update(tx.db(), &new, from.as_str())? {
        if !to.is_open() && to != ApprovalStatus::Used {
            // It will never be sent, so nobody needs what it was.
            held_requests::erase_request(tx.db(), &row.id)?;
        }
        Ok(new)
    } else {
        Err(closed(utc_domain::TransitionError::Approval { from, to }))
    }
}

/// Which of these waited until now.
pub(super) fn waited(rows: &[ApprovalRow]) -> Result<Vec<ApprovalId>, StorageError> {
    let mut ids = Vec::new();
    for row in rows {
        if stored::status(row)? == ApprovalStatus::Pending {
            ids.push(stored::id(row)?);
        }
    }
    Ok(ids)
}

/// A draft that says what happened to an approval.
pub(super) fn draft(
    row: &ApprovalRow,
    code: Code,
    actor: Subject,
    reason: String,
    policy: PolicyRef,
) -> Result<Draft, StorageError> {
    let payload_hash = row.payload_hash.as_deref();
    let meta = Meta {
        request_digest: Some(parse("approvals.request_digest", &row.request_digest)?),
        quorum: Some(stored::quorum(row)?),
        about: Some(parse("approvals.receipt_id", &row.receipt_id)?),
        approval: Some(stored::id(row)?),
        ..Meta::default()
    };
    Ok(Draft {
        action: Some(parse("approvals.action", &row.action)?),
        unit: Some(parse("approvals.unit", &row.unit)?),
        payload_hash: payload_hash
            .map(|hash| parse("approvals.payload_hash", hash))
            .transpose()?,
        meta,
        ..change(ReceiptKind::Approval, code, actor, reason, policy)
    })
}

/// The request, in a sentence.
pub(super) fn words(row: &ApprovalRow) -> String {
    format!("`{}` on {} for {}", row.action, row.unit, row.subject)
}
