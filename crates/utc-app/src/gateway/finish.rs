//! What became of a held request is written down.

use std::sync::Arc;

use utc_domain::{
    ApprovalId, Code, Draft, ExecutionEvent, ExecutionStatus, Meta, Reason, ReceiptId, ReceiptKind,
    Role, Subject, TransitionError,
};
use utc_storage::journal::Tx;
use utc_storage::rows::approvals::ApprovalRow;
use utc_storage::rows::held_requests::HeldRow;
use utc_storage::rows::{approvals, held_requests};
use utc_vault::SealPurpose;

use super::errand::missing;
use super::kept::KeptAnswer;
use super::sealed::{Binding, internal, to_column};
use super::{Finished, Outcome};
use crate::approvals::list;
use crate::console::Console;
use crate::draft::{change, system_subject};
use crate::identity::{Actor, Vault};
use crate::task::Plan;
use crate::units::stored::{parse, policy_in};
use crate::{AppError, Principal, Ticket};

impl Console {
    /// Writes what became of a held request that this process has begun: its receipt, and the sealed answer. When it was
    /// given up as unknown in between, the receipt says what was found and nothing changes.
    ///
    /// # Errors
    /// [`AppError::Conflict`] when nobody has begun it, or its outcome is written already.
    pub fn finish_execution(&self, id: ApprovalId, finished: Finished) -> Ticket<()> {
        let vault = Arc::clone(self.vault());
        self.control(move |tx| {
            let (row, held) = rows(tx, id)?;
            let answer = sealed_answer(&vault, &row, &finished)?;
            let event = finished.outcome.event;
            let draft = match after(&row, event) {
                Ok(to) => {
                    settle(tx, &row, to)?;
                    store(tx, held.clone(), answer)?;
                    draft(tx, &row, &held, event.code(), None, &finished.outcome)?
                }
                Err(TransitionError::NeedsPerson) => {
                    let code = Code::ExecutionOutcomeLate;
                    draft(tx, &row, &held, code, None, &finished.outcome)?
                }
                Err(other) => return Err(refused(other)),
            };
            Ok(only(draft))
        })
    }

    /// A person says what became of a request whose outcome nobody knew.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for what the caller may not know of; [`AppError::Forbidden`] for whoever is no operator of
    /// the unit; [`AppError::Conflict`] when the outcome is not unknown.
    pub fn settle_execution(
        &self,
        by: &Arc<Principal>,
        id: ApprovalId,
        carried_out: bool,
        reason: Option<Reason>,
    ) -> Ticket<ReceiptId> {
        let by = Arc::clone(by);
        let event = if carried_out {
            ExecutionEvent::SettledDone
        } else {
            ExecutionEvent::SettledFailed
        };
        self.control(move |tx| {
            let now = tx.now();
            let actor = Actor::of(tx.db(), now, &by)?;
            list::visible(tx.db(), id, &actor.principal, &actor.requester)?;
            let (row, held) = rows(tx, id)?;
            let unit = parse("approvals.unit", &row.unit)?;
            actor.principal.may(Role::Operator, &unit)?;
            settle(tx, &row, after(&row, event).map_err(refused)?)?;
            store(tx, held.clone(), None)?;
            let who = Some(actor.requester.name.clone());
            let mut draft = draft(tx, &row, &held, event.code(), who, &Outcome::bare(event))?;
            if let Some(reason) = &reason {
                draft.reason = format!("{} {reason}", draft.reason);
            }
            Ok(Plan {
                answer: draft.id,
                drafts: vec![draft],
                publish: None,
            })
        })
    }
}

/// Writes that nobody knows what became of a request. Part of the transaction that finds out.
pub(super) fn give_up(tx: &mut Tx<'_>, held: HeldRow) -> Result<Draft, AppError> {
    let id = parse("held_requests.approval_id", &held.approval_id)?;
    let (row, _) = rows(tx, id)?;
    let event = ExecutionEvent::OutcomeUnknown;
    settle(tx, &row, after(&row, event).map_err(refused)?)?;
    let draft = draft(tx, &row, &held, event.code(), None, &Outcome::bare(event))?;
    // The request stays: a person who looks into it must see what it was.
    let held = HeldRow {
        owner: None,
        lease_until: None,
        ..held
    };
    held_requests::update(tx.db(), &held)?;
    Ok(draft)
}

fn rows(tx: &mut Tx<'_>, id: ApprovalId) -> Result<(ApprovalRow, HeldRow), AppError> {
    let text = id.to_string();
    let row = approvals::find(tx.db(), &text)?.ok_or_else(|| missing(id))?;
    let held = held_requests::find(tx.db(), &text)?.ok_or_else(|| missing(id))?;
    Ok((row, held))
}

fn status(row: &ApprovalRow) -> Result<ExecutionStatus, AppError> {
    parse("approvals.execution", &row.execution).map_err(Into::into)
}

fn after(row: &ApprovalRow, event: ExecutionEvent) -> Result<ExecutionStatus, TransitionError> {
    // What does not parse was written by another program; nothing leads on from it.
    status(row).unwrap_or(ExecutionStatus::Done).after(event)
}

fn settle(tx: &mut Tx<'_>, row: &ApprovalRow, to: ExecutionStatus) -> Result<(), AppError> {
    let set = approvals::set_execution(tx.db(), &row.id, &row.execution, to.as_str())?;
    if set {
        Ok(())
    } else {
        Err(refused(TransitionError::Execution {
            from: status(row)?,
            to,
        }))
    }
}

/// The request is erased with the answer's arrival: nobody sends it again.
fn store(tx: &mut Tx<'_>, held: HeldRow, answer: Option<Vec<u8>>) -> Result<(), AppError> {
    let row = HeldRow {
        request: None,
        owner: None,
        lease_until: None,
        answer,
        finished_at: Some(tx.now().as_micros()),
        ..held
    };
    held_requests::update(tx.db(), &row).map_err(Into::into)
}

fn sealed_answer(
    vault: &Vault,
    row: &ApprovalRow,
    finished: &Finished,
) -> Result<Option<Vec<u8>>, AppError> {
    let Some(kept) = KeptAnswer::of(finished) else {
        return Ok(None);
    };
    let binding = Binding::of(row)?;
    let record = kept.to_record().map_err(internal)?;
    to_column(vault, SealPurpose::HeldAnswer, &binding, &record).map(Some)
}

fn draft(
    tx: &mut Tx<'_>,
    row: &ApprovalRow,
    held: &HeldRow,
    code: Code,
    who: Option<Subject>,
    outcome: &Outcome,
) -> Result<Draft, AppError> {
    let allowed_by = held.allowed_by.as_deref();
    let mut meta = Meta {
        approval: Some(parse("approvals.id", &row.id)?),
        answers: allowed_by
            .map(|id| parse("held_requests.allowed_by", id))
            .transpose()?,
        ..Meta::default()
    };
    outcome.record_in(&mut meta);
    let what = format!("`{}` on {} for {}", row.action, row.unit, row.subject);
    let reason = format!("{what}: {}.", sentence(code, outcome));
    let subject = who.unwrap_or_else(|| system_subject("system:gateway"));
    let policy = policy_in(tx)?;
    Ok(Draft {
        action: Some(parse("approvals.action", &row.action)?),
        unit: Some(parse("approvals.unit", &row.unit)?),
        meta,
        ..change(ReceiptKind::Execution, code, subject, reason, policy)
    })
}

fn sentence(code: Code, outcome: &Outcome) -> String {
    match code {
        Code::ExecutionSettledDone => "a person found that it was carried out".to_owned(),
        Code::ExecutionSettledFailed => "a person found that it was not carried out".to_owned(),
        Code::ExecutionOutcomeLate => format!("found out too late to count: {}", outcome.words()),
        _ => outcome.words(),
    }
}

fn refused(error: TransitionError) -> AppError {
    AppError::Conflict {
        code: "execution_closed",
        message: error.to_string(),
    }
}

fn only(draft: Draft) -> Plan<()> {
    Plan {
        drafts: vec![draft],
        ..Plan::silent(())
    }
}
