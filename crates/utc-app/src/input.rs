//! What callers say in their own words: kept apart from the receipt, which holds a salted digest of it.

use serde_json::Value;
use utc_domain::{Code, Draft, Meta, Reason, ReceiptId, ReceiptKind};
use utc_storage::rows::inputs::{self, InputRow};
use utc_storage::rows::receipts;

use crate::console::Console;
use crate::draft::change;
use crate::secret_file::hex;
use crate::task::Plan;
use crate::units::stored::policy_in;
use crate::{AppError, By, Ticket};

/// The largest context, in bytes of canonical JSON.
pub const MAX_CONTEXT_BYTES: usize = 16 * 1024;

/// The deepest context, in levels of objects and arrays.
pub const MAX_CONTEXT_DEPTH: usize = 32;

/// A valid context and reason: canonical JSON.
pub(crate) struct Input {
    body: Vec<u8>,
}

/// An input with its salt and digest.
pub(crate) struct StoredInput {
    salt: [u8; 16],
    body: Vec<u8>,
    pub(crate) digest: String,
}

impl Input {
    /// None when the caller said nothing.
    pub(crate) fn new(
        reason: Option<&Reason>,
        context: Option<&Value>,
    ) -> Result<Option<Self>, AppError> {
        if reason.is_none() && context.is_none() {
            return Ok(None);
        }
        if let Some(context) = context {
            check(context)?;
        }
        let whole = serde_json::json!({ "context": context, "reason": reason.map(Reason::as_str) });
        let body = canonical(&whole)?;
        Ok(Some(Self { body }))
    }

    /// With 16 random bytes in front of the digest, so that a short text cannot be guessed from it.
    pub(crate) fn salted(self) -> StoredInput {
        let salt = *uuid::Uuid::new_v4().as_bytes();
        let digest = utc_attestation::salted_digest(&salt, &self.body);
        StoredInput {
            salt,
            body: self.body,
            digest,
        }
    }
}

impl StoredInput {
    pub(crate) fn row(&self, receipt: ReceiptId) -> InputRow {
        InputRow {
            receipt_id: receipt.to_string(),
            salt: hex(&self.salt),
            body: Some(String::from_utf8_lossy(&self.body).into_owned()),
            erased_at: None,
        }
    }
}

fn canonical(value: &Value) -> Result<Vec<u8>, AppError> {
    utc_attestation::canonical(value)
        .map_err(|error| AppError::invalid("/context", error.to_string()))
}

fn check(context: &Value) -> Result<(), AppError> {
    if depth(context) > MAX_CONTEXT_DEPTH {
        let message = format!("must have at most {MAX_CONTEXT_DEPTH} levels");
        return Err(AppError::invalid("/context", message));
    }
    let bytes = canonical(context)?.len();
    if bytes > MAX_CONTEXT_BYTES {
        let message =
            format!("must have at most {MAX_CONTEXT_BYTES} bytes as canonical JSON, has {bytes}");
        return Err(AppError::invalid("/context", message));
    }
    Ok(())
}

/// Levels of nesting; the parser has limited them already, so this recursion is bounded.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

impl Console {
    /// Whether the context or the reason that came with a request is kept. Blocks.
    pub fn keeps_input(&self, receipt: ReceiptId) -> Result<bool, AppError> {
        let id = receipt.to_string();
        let found = self.store().read(|db| inputs::find(db, &id))?;
        Ok(found.is_some_and(|input| input.body.is_some()))
    }

    /// Erases the context and reason that came with a request. The receipt stays, and so does the digest.
    pub fn erase_input(&self, receipt: ReceiptId, actor: impl Into<By>) -> Ticket<ReceiptId> {
        self.control_by(actor, move |tx, actor| {
            let now = tx.now().as_micros();
            if receipts::by_id(tx.db(), &receipt.to_string())?.is_none() {
                return Err(AppError::NotFound {
                    what: "receipt",
                    name: receipt.to_string(),
                });
            }
            if !inputs::erase(tx.db(), &receipt.to_string(), now)? {
                return Err(AppError::NotFound {
                    what: "stored input of receipt",
                    name: receipt.to_string(),
                });
            }
            let policy = policy_in(tx)?;
            let reason = format!("{actor} erased the context and reason of receipt {receipt}.");
            let draft = change(
                ReceiptKind::ConfigChange,
                Code::InputErased,
                actor.clone(),
                reason,
                policy,
            );
            let draft = Draft {
                meta: Meta {
                    about: Some(receipt),
                    ..Meta::default()
                },
                ..draft
            };
            Ok(Plan {
                answer: draft.id,
                drafts: vec![draft],
                publish: None,
            })
        })
    }
}
