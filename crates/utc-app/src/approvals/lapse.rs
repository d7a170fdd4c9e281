//! Approvals that end by time.

use std::sync::Arc;

use utc_domain::{ApprovalEvent, ApprovalStatus, Draft, PolicyRef, Timestamp};
use utc_storage::Store;
use utc_storage::journal::{Journal, Tx};
use utc_storage::rows::approvals::{self, ApprovalRow};

use super::transition::{self, Change, waited};
use super::{record, stored};
use crate::AppError;
use crate::cache::StateCache;
use crate::draft::system_subject;
use crate::task::{Plan, Task};
use crate::units::stored::policy_in;

/// The most that end in one transaction.
const AT_ONCE: i64 = 200;

/// Whether an approval has reached its end. The clock of the journal decides in the end.
pub(crate) fn something_ended(store: &Store, now: Timestamp) -> bool {
    // Where the database cannot be read, the journal reports the trouble.
    store
        .read(|db| approvals::any_ended(db, now.as_micros()))
        .unwrap_or(false)
}

/// Ends approvals whose time has come, each with a receipt. Any server may do it: who comes second finds nothing.
pub(crate) fn expire_with(cache: &Arc<StateCache>, journal: &Journal) {
    let own = Arc::clone(cache);
    let (job, ticket) = Task::boxed(Arc::clone(cache), move |tx: &mut Tx<'_>| expire(tx, &own));
    journal.submit(job);
    // The receipts are in the log; nobody waits for them here.
    drop(ticket);
}

fn expire(tx: &mut Tx<'_>, cache: &StateCache) -> Result<Plan<()>, AppError> {
    let now = tx.now();
    let rows = approvals::ended(tx.db(), now.as_micros(), AT_ONCE)?;
    if rows.is_empty() {
        return Ok(Plan::silent(()));
    }
    tx.change_state();
    let people = cache.identities().approvers();
    let counted = record::count(tx, &people, None)?;
    let policy = policy_in(tx)?;
    let mut drafts = Vec::with_capacity(rows.len());
    for row in &rows {
        drafts.push(end(tx, row, &policy)?);
    }
    let change = Change {
        added: None,
        removed: waited(&rows)?,
        counted: Some(counted),
    };
    Ok(Plan {
        answer: (),
        drafts,
        publish: Some(Box::new(move |cache| change.publish(cache))),
    })
}

fn end(tx: &mut Tx<'_>, row: &ApprovalRow, policy: &PolicyRef) -> Result<Draft, AppError> {
    let what = transition::words(row);
    let reason = if stored::status(row)? == ApprovalStatus::Approved {
        format!("The approval of {what} was not used in time.")
    } else {
        format!("Nobody decided in time about {what}.")
    };
    let event = ApprovalEvent::Expired;
    let subject = system_subject("system:clock");
    let draft = transition::draft(row, event.code(), subject, reason, policy.clone())?;
    transition::apply(tx, row, event, draft.id, None)?;
    Ok(draft)
}
