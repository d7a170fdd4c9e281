//! What became of a held request, as its receipt says.

use utc_attestation::Claims;
use utc_domain::{ApprovalId, Code, ReceiptKind, Timestamp};
use utc_storage::rows::receipts::{self, Filter};
use utc_storage::rows::{approvals, held_requests};

use crate::AppError;
use crate::console::Console;
use crate::situation::claims;

/// A receipt is placed within this time after the moment that its transaction goes by, in microseconds.
const PLACED_WITHIN: i64 = 1_000_000;

/// At most this many receipts of the unit in that time are looked at.
const LOOKED_AT: usize = 200;

/// What became of a held request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldOutcome {
    /// When that was recorded.
    pub at: Timestamp,
    /// The receipt.
    pub receipt_id: String,
    /// The status that the upstream answered with.
    pub status: Option<u16>,
    /// Who found it out afterwards, where nobody knew at first.
    pub settled_by: Option<String>,
}

impl Console {
    /// What became of a held request; none before there is an outcome, and once nothing is kept of it but its receipts.
    /// Whoever asks must be one who may know of the approval. Blocks.
    pub fn held_outcome(&self, id: ApprovalId) -> Result<Option<HeldOutcome>, AppError> {
        let text = id.to_string();
        let found = self.store().read(|db| {
            let held = held_requests::find(db, &text)?;
            let finished = held.and_then(|held| held.finished_at);
            let row = approvals::find(db, &text)?;
            let Some((row, finished)) = row.zip(finished) else {
                return Ok::<_, AppError>(Vec::new());
            };
            let filter = Filter {
                unit: Some(row.unit),
                kind: Some(ReceiptKind::Execution.to_string()),
                from: Some(finished),
                to: Some(finished + PLACED_WITHIN),
                ..Filter::default()
            };
            Ok(receipts::search(db, &filter, LOOKED_AT, &|_| true)?.rows)
        })?;
        let read = found
            .iter()
            .filter_map(|row| Some((row, claims(&row.jws)?)));
        let mut own = read.filter(|(_, claims)| is_of(claims, &text));
        Ok(own.next().map(|(row, claims)| HeldOutcome {
            at: Timestamp::from_micros(row.ts),
            receipt_id: row.id.clone(),
            status: claims.meta.upstream_status,
            settled_by: is_settled(&claims.code).then_some(claims.sub),
        }))
    }
}

fn is_of(claims: &Claims, approval: &str) -> bool {
    let link = claims.link.as_ref();
    link.and_then(|link| link.approval.as_deref()) == Some(approval)
}

fn is_settled(code: &str) -> bool {
    let settled = [Code::ExecutionSettledDone, Code::ExecutionSettledFailed];
    settled.iter().any(|one| one.as_str() == code)
}
