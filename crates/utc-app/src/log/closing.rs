//! What is closed when a database was set back: nothing that was withdrawn since may come back to life.

use utc_domain::{ReceiptId, Rule, Subject};
use utc_storage::journal::Tx;
use utc_storage::rows::{outbox, sessions};

use crate::approvals::{Void, void};
use crate::cache::StateCache;
use crate::console::Console;
use crate::identity::suspend_all;
use crate::rules::switch;
use crate::task::Plan;
use crate::{AppError, RuleChange, Ticket};

/// What was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// How many tokens are suspended.
    pub suspended_tokens: usize,
    /// How many approvals that were open are void.
    pub void_approvals: usize,
    /// The receipt by which writes need approval from now on.
    pub rule_receipt: ReceiptId,
}

impl Console {
    /// Closes what an old state of the database would open, in one transaction: sessions end, what waited to be sent is
    /// forgotten, tokens are suspended, open approvals are void, and writes need approval until somebody has looked.
    pub fn close_after_restore(&self, actor: Subject) -> Ticket<Closed> {
        let cache = std::sync::Arc::clone(self.cache());
        self.control(move |tx| close(tx, &cache, &actor))
    }
}

/// The same as part of a transaction.
pub(super) fn close(
    tx: &mut Tx<'_>,
    cache: &StateCache,
    actor: &Subject,
) -> Result<Plan<Closed>, AppError> {
    sessions::remove_all(tx.db())?;
    // What waited was sent long ago, or tells of what is not so any more.
    outbox::remove_all(tx.db())?;
    let suspended = suspend_all(tx, actor)?;
    let (drafts, change) = void(tx, cache, &Void::All, actor)?;
    let voided = Plan {
        answer: drafts.len(),
        drafts,
        publish: Some(Box::new(move |cache| change.publish(cache))),
    };
    let switched = switch(tx, cache, &hold_writes(actor)?, actor)?;
    let Plan {
        drafts,
        answer: ((suspended_tokens, void_approvals), rule),
        publish,
    } = suspended.and(voided).and(switched);
    Ok(Plan {
        drafts,
        answer: Closed {
            suspended_tokens,
            void_approvals,
            rule_receipt: rule.receipt_id,
        },
        publish,
    })
}

/// What was switched since is not known any more: fail closed until an operator has looked.
fn hold_writes(actor: &Subject) -> Result<RuleChange, AppError> {
    let reason = "the database was set back; check the rules, then turn this off".parse();
    Ok(RuleChange {
        rule: Rule::WritesRequireApproval,
        enabled: true,
        reason: Some(reason.map_err(|error| AppError::Internal(Box::new(error)))?),
        actor: actor.clone().into(),
    })
}
