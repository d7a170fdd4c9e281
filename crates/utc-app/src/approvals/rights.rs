//! What somebody may do with an approval, for showing it before they try.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use utc_domain::{ApprovalId, ApprovalStatus, ExecutionStatus, Role, Timestamp, UnitName};
use utc_policy::Change;
use utc_storage::connection::Db;
use utc_storage::rows::approvals::ApprovalRow;
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
            let mut looking = Looking {
                actor: Actor::of(db, now, by)?,
                now,
                changes: HashMap::new(),
            };
            let mut all = Vec::with_capacity(ids.len());
            for id in ids {
                all.push(looking.rights(db, *id)?);
            }
            Ok(all)
        })
    }
}

/// Somebody who looks at approvals.
struct Looking {
    actor: Actor,
    now: Timestamp,
    /// What they changed lately, by unit: many approvals are about one.
    changes: HashMap<String, Vec<Change>>,
}

impl Looking {
    fn rights(&mut self, db: &mut Db, id: ApprovalId) -> Result<ApprovalRights, AppError> {
        let actor = &self.actor;
        let row = list::visible(db, id, &actor.principal, &actor.requester)?;
        let unit: UnitName = parse("approvals.unit", &row.unit)?;
        let status = stored::status(&row)?;
        let execution: ExecutionStatus = parse("approvals.execution", &row.execution)?;
        let operates = actor.principal.may(Role::Operator, &unit).is_ok();
        Ok(ApprovalRights {
            cancel: status == ApprovalStatus::Pending && may_cancel(db, actor, &row).is_ok(),
            revoke: status == ApprovalStatus::Approved && may_revoke(db, actor, &row).is_ok(),
            settle: execution == ExecutionStatus::OutcomeUnknown && operates,
            vote: match actor.principal.may(Role::Approver, &unit) {
                Ok(()) => self.may_vote(db, &row)?,
                Err(error) => Err(error),
            },
        })
    }

    /// The inner result says whether they may.
    fn may_vote(
        &mut self,
        db: &mut Db,
        row: &ApprovalRow,
    ) -> Result<Result<(), AppError>, AppError> {
        let votes = stored::votes(&votes::of(db, &row.id)?)?;
        // What somebody changed is asked for last, as it costs most.
        match vote::check(self.now, &self.actor, row, &votes, &[]) {
            Ok(()) => {}
            Err(why @ (AppError::Forbidden(_) | AppError::Conflict { .. })) => return Ok(Err(why)),
            Err(fault) => return Err(fault),
        }
        let changes = match self.changes.entry(row.unit.clone()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(vote::acts(db, self.now, &self.actor, &row.unit)?),
        };
        Ok(vote::check(self.now, &self.actor, row, &votes, changes))
    }
}
