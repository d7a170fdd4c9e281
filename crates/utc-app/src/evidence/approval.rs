//! An approval as a document that follows from receipts below one position: the same whenever it is written.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use utc_attestation::Claims;
use utc_domain::{ApprovalId, ReceiptKind, Timestamp};
use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::rows::approvals::{self, ApprovalRow};
use utc_storage::rows::votes::{self, VoteRow};
use utc_storage::rows::{receipts, selected};

/// Receipts read at once.
const PAGE: i64 = 1_000;

/// What was asked for, and what became of it in the log's first `size` receipts; none where the database has no such
/// approval, or it is younger.
pub(super) fn document(
    db: &mut Db,
    id: ApprovalId,
    size: i64,
) -> Result<Option<String>, StorageError> {
    let Some(row) = approvals::find(db, &id.to_string())? else {
        return Ok(None);
    };
    let ids = [row.receipt_id.clone(), row.last_receipt_id.clone()];
    let known = receipts::positions(db, &ids)?;
    let asked = known.get(&row.receipt_id).filter(|asked| **asked < size);
    let Some(asked) = asked.copied() else {
        return Ok(None);
    };
    let last = known.get(&row.last_receipt_id);
    let end = last.map_or(size, |last| size.min(last + 1));
    let votes = votes(db, &row, size)?;
    let events = events(db, &row, (asked, end))?;
    Ok(Some(text(&row, asked, &votes, &events)))
}

/// The columns that never change, the votes, and what happened.
fn text(row: &ApprovalRow, asked: i64, votes: &[Value], events: &[Value]) -> String {
    let document = json!({
        "id": row.id,
        "subject": row.subject,
        "action": row.action,
        "unit": row.unit,
        "config_version": row.config_version,
        "payload_hash": row.payload_hash,
        "request_digest": row.request_digest,
        "policy_version": row.policy_version,
        "policy_digest": row.policy_digest,
        "protection_level": row.protection_level,
        "requester": row.requester,
        "owner": row.owner,
        "quorum": row.quorum,
        "identical_to": row.identical_to,
        "created_at": time(row.created_at),
        "receipt": { "id": row.receipt_id, "seq": asked },
        "votes": votes,
        "events": events,
    });
    format!("{document:#}\n")
}

fn time(micros: i64) -> String {
    Timestamp::from_micros(micros).to_string()
}

fn votes(db: &mut Db, row: &ApprovalRow, size: i64) -> Result<Vec<Value>, StorageError> {
    let votes = votes::of(db, &row.id)?;
    let ids: Vec<String> = votes.iter().map(|vote| vote.receipt_id.clone()).collect();
    let known = receipts::positions(db, &ids)?;
    let seq = |vote: &VoteRow| known.get(&vote.receipt_id).copied();
    let told = votes.iter().filter_map(|vote| Some((vote, seq(vote)?)));
    let told = told.filter(|(_, seq)| *seq < size).map(|(vote, seq)| {
        json!({
            "person": vote.person,
            "voter": vote.voter,
            "choice": vote.choice,
            "at": time(vote.at),
            "receipt": { "id": vote.receipt_id, "seq": seq },
        })
    });
    Ok(told.collect())
}

/// What changed its status, from the receipts: the row knows the last of them only.
fn events(
    db: &mut Db,
    row: &ApprovalRow,
    (mut from, before): (i64, i64),
) -> Result<Vec<Value>, StorageError> {
    let kind = ReceiptKind::Approval.as_str();
    let mut events = Vec::new();
    loop {
        let page = selected::of_kind(db, kind, &row.unit, (from, before), PAGE)?;
        let Some(last) = page.last() else {
            return Ok(events);
        };
        from = last.seq + 1;
        events.extend(page.iter().filter_map(|receipt| event(receipt, &row.id)));
    }
}

/// A receipt of this approval. One that cannot be read is not told here: it is in the bundle as it is.
fn event(receipt: &receipts::ReceiptRow, id: &str) -> Option<Value> {
    let payload = receipt.jws.split('.').nth(1)?;
    let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
    let claims: Claims = serde_json::from_slice(&payload).ok()?;
    let approval = claims.link.and_then(|link| link.approval)?;
    (approval == id).then(|| {
        json!({
            "code": claims.code,
            "by": claims.sub,
            "at": claims.ts,
            "receipt": { "id": claims.jti, "seq": receipt.seq },
        })
    })
}
