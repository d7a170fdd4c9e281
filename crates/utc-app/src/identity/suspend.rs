//! Access that an old backup would bring back: suspended as a whole, resumed one by one.

use utc_domain::{Code, ReceiptId, Subject, TokenId};
use utc_storage::journal::Tx;
use utc_storage::rows::tokens::{self, TokenRow};
use utc_storage::rows::{outbox, sessions};

use super::change::access_draft;
use super::tokens::found;
use crate::console::Console;
use crate::task::Plan;
use crate::{AppError, By, Ticket};

impl Console {
    /// Ends every session, forgets what waited to be sent, and suspends every token; for a database that was restored. Gives
    /// how many tokens.
    pub fn suspend_access(&self, actor: Subject) -> Ticket<usize> {
        self.control(move |tx| {
            sessions::remove_all(tx.db())?;
            // What waited was sent long ago, or tells of what is not so any more.
            outbox::remove_all(tx.db())?;
            suspend_all(tx, &actor)
        })
    }

    /// Accepts a suspended token again.
    pub fn resume_token(&self, actor: impl Into<By>, id: TokenId) -> Ticket<ReceiptId> {
        self.control_by(actor, move |tx, actor| {
            let mut row = found(tx.db(), id)?;
            if row.suspended_at.is_none() || row.revoked_at.is_some() {
                return Err(AppError::Conflict {
                    code: "token_not_suspended",
                    message: format!("the token {id} is not suspended"),
                });
            }
            row.suspended_at = None;
            let reason = format!("{actor} resumed token `{}` ({id}).", row.name);
            let (draft, epoch) = access_draft(tx, Code::TokenResumed, actor, reason)?;
            row.receipt_id = draft.id.to_string();
            row.state_epoch = epoch;
            tokens::update(tx.db(), &row)?;
            Ok(Plan {
                answer: draft.id,
                drafts: vec![draft],
                publish: Some(Box::new(move |cache| cache.publish_token(&row))),
            })
        })
    }
}

/// Suspends every token that is not revoked. One receipt says how many.
pub(crate) fn suspend_all(tx: &mut Tx<'_>, actor: &Subject) -> Result<Plan<usize>, AppError> {
    let in_use = |row: &TokenRow| row.revoked_at.is_none() && row.suspended_at.is_none();
    let mut rows: Vec<TokenRow> = tokens::all(tx.db())?.into_iter().filter(in_use).collect();
    if rows.is_empty() {
        return Ok(Plan::silent(0));
    }
    let reason = format!(
        "{actor} suspended every token in use: {} of them.",
        rows.len()
    );
    let (draft, epoch) = access_draft(tx, Code::TokensSuspended, actor, reason)?;
    for row in &mut rows {
        row.suspended_at = Some(tx.now().as_micros());
        row.receipt_id = draft.id.to_string();
        row.state_epoch = epoch;
        tokens::update(tx.db(), row)?;
    }
    Ok(Plan {
        answer: rows.len(),
        drafts: vec![draft],
        publish: Some(Box::new(move |cache| {
            for row in &rows {
                cache.publish_token(row);
            }
        })),
    })
}
