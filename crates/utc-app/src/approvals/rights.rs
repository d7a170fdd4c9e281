//! What somebody may do with an approval, for showing it before they try.

use std::sync::Arc;

use utc_domain::{ApprovalId, ApprovalStatus, ExecutionStatus, Role, Timestamp, UnitName};
use utc_storage::connection::Db;
use utc_storage::rows::votes;

use super::withdraw::{may_cancel, may_revoke};
use super::{list, stored, vote};
use crate::console::Console;
use crate::identity::Actor;
use crate::units::stored::parse;
use crate::{AppError, Principal};

/// What somebody may do with an approval as it stands. The transaction that does it asks again.
#[derive(Debug)]
pub struct ApprovalRights {
    /// Vote on it; else why not.
    pub vote: Result<(), AppError>,
    /// Take the request back.
    pub cancel: bool,
    /// Take the approval back.
    pub revoke: bool,
    /// Say what became of it, where nobody knows.
    pub settle: bool,
}

impl Console {
    /// What `by` may do with an approval now. Blocks.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is none, or none that `by` may know of.
    pub fn approval_rights(
        &self,
        by: &Arc<Principal>,
        id: ApprovalId,
    ) -> Result<ApprovalRights, AppError> {
        let mut rights = self.rights_on_approvals(by, &[id])?;
        rights.pop().ok_or_else(|| stored::not_found(id))
    }

    /// The same for several, in their order. Blocks.
    ///
    /// # Errors
    /// As [`Console::approval_rights`], for any of them.
    pub fn rights_on_approvals(
        &self,
        by: &Arc<Principal>,
        ids: &[ApprovalId],
    ) -> Result<Vec<ApprovalRights>, AppError> {
        let now = self.clock().now();
        self.store().read(|db| {
            let actor = Actor::of(db, now, by)?;
            let mut all = Vec::with_capacity(ids.len());
            for id in ids {
                all.push(rights(db, now, &actor, *id)?);
            }
            Ok(all)
        })
    }
}

fn rights(
    db: &mut Db,
    now: Timestamp,
    actor: &Actor,
    id: ApprovalId,
) -> Result<ApprovalRights, AppError> {
    let row = list::visible(db, id, &actor.principal, &actor.requester)?;
    let unit: UnitName = parse("approvals.unit", &row.unit)?;
    let votes = stored::votes(&votes::of(db, &row.id)?)?;
    let status = stored::status(&row)?;
    let execution: ExecutionStatus = parse("approvals.execution", &row.execution)?;
    let vote = match actor.principal.may(Role::Approver, &unit) {
        Ok(()) => vote::check(db, now, actor, &row, &votes),
        Err(error) => Err(error),
    };
    let operates = actor.principal.may(Role::Operator, &unit).is_ok();
    Ok(ApprovalRights {
        vote,
        cancel: status == ApprovalStatus::Pending && may_cancel(db, actor, &row).is_ok(),
        revoke: status == ApprovalStatus::Approved && may_revoke(db, actor, &row).is_ok(),
        settle: execution == ExecutionStatus::OutcomeUnknown && operates,
    })
}
