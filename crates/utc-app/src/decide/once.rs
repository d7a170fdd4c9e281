//! A question that is asked once, however often it is sent.

use std::str::FromStr;
use std::sync::Arc;

use utc_attestation::{Claims, Expected, verify};
use utc_domain::{
    ApprovalId, Code, Decision, DomainError, Ground, GroundSet, IdempotencyKey, PayloadHash,
    ReceiptId, Timestamp,
};
use utc_storage::connection::Db;
use utc_storage::journal::{Journal, Tx};
use utc_storage::rows::idempotency_keys::{self, KeyRow};
use utc_storage::rows::{approvals, receipts};
use utc_storage::{StorageError, Store};

use super::Answer;
use crate::AppError;
use crate::approvals::Held;
use crate::cache::StateCache;
use crate::console::Console;
use crate::task::{Plan, Task};
use crate::units::stored::parse;

/// How long a key is remembered, in minutes.
const REMEMBERED_MINUTES: i64 = 24 * 60;

/// What makes a repeated question the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// The caller's key; each token has keys of its own.
    pub key: IdempotencyKey,
    /// The digest of the request as it was sent, byte for byte.
    pub digest: PayloadHash,
}

/// The answer that was given before.
pub(super) struct Repeat {
    row: KeyRow,
    receipt: ReceiptId,
}

impl Once {
    /// What the key stands for.
    pub(super) fn find(&self, tx: &mut Tx<'_>, token: &str) -> Result<Option<Repeat>, AppError> {
        let now = tx.now().as_micros();
        let Some(row) = idempotency_keys::find(tx.db(), token, self.key.as_str(), now)? else {
            return Ok(None);
        };
        if row.digest != self.digest.as_str() {
            return Err(AppError::KeyReused);
        }
        let receipt = parse("idempotency_keys.receipt_id", &row.receipt_id)?;
        Ok(Some(Repeat { row, receipt }))
    }

    /// Remembers what answered it.
    pub(super) fn remember(
        &self,
        tx: &mut Tx<'_>,
        token: &str,
        decision: Decision,
        receipt: ReceiptId,
    ) -> Result<(), AppError> {
        let now = tx.now();
        let row = KeyRow {
            token: token.to_owned(),
            key: self.key.to_string(),
            digest: self.digest.to_string(),
            decision: decision.to_string(),
            receipt_id: receipt.to_string(),
            created_at: now.as_micros(),
            expires_at: now.plus_minutes(REMEMBERED_MINUTES).as_micros(),
        };
        idempotency_keys::put(tx.db(), &row).map_err(Into::into)
    }
}

impl Repeat {
    /// The receipt of the answer.
    pub(super) fn receipt(&self) -> &str {
        &self.row.receipt_id
    }

    /// The answer, unless it allowed what would not be allowed now.
    pub(super) fn answer(&self, now: Decision) -> Result<ReceiptId, AppError> {
        let before: Decision = parse("idempotency_keys.decision", &self.row.decision)?;
        if before == Decision::Allow && now > before {
            return Err(AppError::Conflict {
                code: "superseded",
                message: format!(
                    "receipt {} allowed this, and now the answer would be {now}; ask again with another key",
                    self.receipt
                ),
            });
        }
        Ok(self.receipt)
    }
}

/// Forgets keys that have ended; nothing when there are none.
pub(crate) fn forget(cache: &Arc<StateCache>, journal: &Journal, store: &Store, now: Timestamp) {
    let ended = store.read(|db| idempotency_keys::any_ended(db, now.as_micros()));
    // Where the database cannot be read, the journal reports the trouble.
    if !ended.unwrap_or(false) {
        return;
    }
    let (job, ticket) = Task::boxed(Arc::clone(cache), |tx: &mut Tx<'_>| {
        let now = tx.now().as_micros();
        idempotency_keys::remove_ended(tx.db(), now)?;
        Ok(Plan::silent(()))
    });
    journal.submit(job);
    // Nobody waits for it here.
    drop(ticket);
}

impl Console {
    /// The answer that a decision's receipt records. Blocks.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such receipt.
    pub fn stored_answer(&self, id: ReceiptId) -> Result<Answer, AppError> {
        self.store().read(|db| {
            let row = receipts::by_id(db, &id.to_string())?;
            let row = row.ok_or_else(|| AppError::NotFound {
                what: "receipt",
                name: id.to_string(),
            })?;
            let expected = Expected {
                issuer: self.options().issuer.clone(),
            };
            let claims = verify(row.jws.as_bytes(), self.key_ring(), &expected).claims;
            let claims = claims.ok_or_else(|| corrupt("the receipt of an answer is not valid"))?;
            let mut answer = answer(&claims, id, row.jws)?;
            if let Some(held) = &mut answer.approval {
                held.identical_to = identical_to(db, held.id)?;
            }
            Ok(answer)
        })
    }
}

fn answer(claims: &Claims, receipt_id: ReceiptId, receipt: String) -> Result<Answer, AppError> {
    let meta = &claims.meta;
    let code = Code::DECISIONS
        .into_iter()
        .find(|code| code.as_str() == claims.code);
    let matched = |ground: Ground| claims.rules.iter().any(|key| key == ground.as_str());
    let grounds = Ground::ALL
        .into_iter()
        .fold(GroundSet::EMPTY, |set, ground| {
            set.with(ground, matched(ground))
        });
    Ok(Answer {
        decision: claim(claims.decision.as_ref())?,
        would_be: optional_claim(meta.would_be.as_ref())?,
        code: code.ok_or_else(|| corrupt("not the code of an answer"))?,
        grounds,
        reason: claims.reason.clone(),
        protection_level: claim(meta.protection_level.as_ref())?,
        act_before: optional_claim(meta.act_before.as_ref())?,
        approval: held(claims)?,
        receipt_id,
        seq: claims.seq,
        receipt,
    })
}

/// The request that was made to wait.
fn held(claims: &Claims) -> Result<Option<Held>, AppError> {
    let id = claims.link.as_ref().and_then(|link| link.approval.as_ref());
    let (Some(id), Some(expires_at)) = (id, &claims.meta.expires_at) else {
        return Ok(None);
    };
    Ok(Some(Held {
        id: claim(Some(id))?,
        expires_at: claim(Some(expires_at))?,
        expected_wait_minutes: claims.meta.expected_wait_minutes,
        identical_to: None,
    }))
}

fn identical_to(db: &mut Db, id: ApprovalId) -> Result<Option<ApprovalId>, AppError> {
    let row = approvals::find(db, &id.to_string())?;
    let other = row.and_then(|row| row.identical_to);
    optional_claim(other.as_ref())
}

fn claim<T>(text: Option<&String>) -> Result<T, AppError>
where
    T: FromStr<Err = DomainError>,
{
    optional_claim(text)?.ok_or_else(|| corrupt("a claim is missing").into())
}

fn optional_claim<T>(text: Option<&String>) -> Result<Option<T>, AppError>
where
    T: FromStr<Err = DomainError>,
{
    Ok(text.map(|text| parse("receipts.jws", text)).transpose()?)
}

fn corrupt(what: &'static str) -> StorageError {
    StorageError::Corrupt {
        column: "receipts.jws",
        source: what.into(),
    }
}
