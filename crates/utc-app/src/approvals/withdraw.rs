//! Taking a request back, and taking an approval back.

use std::sync::Arc;

use utc_domain::{ApprovalEvent, ApprovalId, ApprovalStatus, Reason, ReceiptId, Role};
use utc_storage::connection::Db;
use utc_storage::journal::Tx;
use utc_storage::rows::approvals::ApprovalRow;
use utc_storage::rows::votes;

use super::grant::is_own;
use super::transition::{self, Change};
use super::{list, record, stored};
use crate::cache::StateCache;
use crate::console::Console;
use crate::identity::Actor;
use crate::task::Plan;
use crate::units::stored::{parse, policy_in};
use crate::{AppError, By, Ticket};

/// A request or an approval was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawn {
    /// Which approval.
    pub id: ApprovalId,
    /// Where it stands now.
    pub status: ApprovalStatus,
    /// The receipt.
    pub receipt_id: ReceiptId,
}

type Right = fn(&mut Db, &Actor, &ApprovalRow) -> Result<(), AppError>;

impl Console {
    /// Takes a request back while it waits: whoever asked, or an administrator.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for what the caller may not know of, [`AppError::Forbidden`] when it is not theirs,
    /// [`AppError::Conflict`] when it does not wait any more.
    pub fn cancel_approval(
        &self,
        by: impl Into<By>,
        id: ApprovalId,
        comment: Option<Reason>,
    ) -> Ticket<Withdrawn> {
        self.withdraw(by, id, comment, ApprovalEvent::Cancelled, may_cancel)
    }

    /// Takes an approval back before it is used: an operator of the unit, or an approver who voted for it.
    ///
    /// # Errors
    /// As [`Console::cancel_approval`]; [`AppError::Conflict`] when it is not approved, or used already.
    pub fn revoke_approval(
        &self,
        by: impl Into<By>,
        id: ApprovalId,
        comment: Option<Reason>,
    ) -> Ticket<Withdrawn> {
        self.withdraw(by, id, comment, ApprovalEvent::Revoked, may_revoke)
    }

    fn withdraw(
        &self,
        by: impl Into<By>,
        id: ApprovalId,
        comment: Option<Reason>,
        event: ApprovalEvent,
        right: Right,
    ) -> Ticket<Withdrawn> {
        let by = by.into();
        let cache = Arc::clone(self.cache());
        self.control(move |tx| {
            let actor = by.actor(tx)?;
            let row = list::visible(tx.db(), id, &actor.principal, &actor.requester)?;
            right(tx.db(), &actor, &row)?;
            end(tx, &cache, &actor, &row, event, comment.as_ref())
        })
    }
}

pub(super) fn may_cancel(_: &mut Db, actor: &Actor, row: &ApprovalRow) -> Result<(), AppError> {
    if is_own(row, &actor.requester) {
        return Ok(());
    }
    let unit = parse("approvals.unit", &row.unit)?;
    actor.principal.may(Role::Admin, &unit)
}

pub(super) fn may_revoke(db: &mut Db, actor: &Actor, row: &ApprovalRow) -> Result<(), AppError> {
    let unit = parse("approvals.unit", &row.unit)?;
    let own = |vote: &votes::VoteRow| vote.person == actor.requester.person.as_str();
    let voted = votes::of(db, &row.id)?.iter().any(own);
    if voted && actor.principal.may(Role::Approver, &unit).is_ok() {
        return Ok(());
    }
    actor.principal.may(Role::Operator, &unit)
}

fn end(
    tx: &mut Tx<'_>,
    cache: &StateCache,
    actor: &Actor,
    row: &ApprovalRow,
    event: ApprovalEvent,
    comment: Option<&Reason>,
) -> Result<Plan<Withdrawn>, AppError> {
    tx.change_state();
    let people = cache.identities().approvers();
    let counted = record::count(tx, &people, None)?;
    let name = &actor.requester.name;
    let reason = words(name.as_str(), row, event, comment);
    let draft = transition::draft(row, event.code(), name.clone(), reason, policy_in(tx)?)?;
    let ended = transition::apply(tx, row, event, draft.id, None)?;
    let change = Change {
        added: None,
        removed: vec![stored::id(row)?],
        counted: Some(counted),
    };
    Ok(Plan {
        answer: Withdrawn {
            id: stored::id(row)?,
            status: stored::status(&ended)?,
            receipt_id: draft.id,
        },
        drafts: vec![draft],
        publish: Some(Box::new(move |cache| change.publish(cache))),
    })
}

fn words(name: &str, row: &ApprovalRow, event: ApprovalEvent, comment: Option<&Reason>) -> String {
    let verb = if event == ApprovalEvent::Revoked {
        "took back the approval of"
    } else {
        "cancelled the request for"
    };
    let why = comment.map_or_else(|| ".".to_owned(), |comment| format!(": {comment}"));
    format!("{name} {verb} {}{why}", transition::words(row))
}
