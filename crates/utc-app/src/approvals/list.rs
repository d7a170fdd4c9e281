//! Reading approvals: one, or a page.

use std::sync::Arc;

use utc_domain::{ApprovalId, ApprovalStatus, Subject, Timestamp, UnitName};
use utc_storage::connection::Db;
use utc_storage::rows::approvals::{self, ApprovalRow, Filter};
use utc_storage::rows::{held_requests, inputs, votes};

use super::grant::is_own;
use super::stored;
use super::view::{ApprovalView, view};
use crate::console::Console;
use crate::identity::Requester;
use crate::{AppError, Principal};

/// What to search for; all given conditions must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApprovalFilter {
    /// Exactly this status.
    pub status: Option<ApprovalStatus>,
    /// Exactly this unit; an alias means the unit it names.
    pub unit: Option<UnitName>,
    /// Exactly this subject.
    pub subject: Option<Subject>,
    /// Older than this one.
    pub before: Option<ApprovalId>,
}

/// A page of approvals, newest first. It may hold fewer than asked for and still have a next one.
#[derive(Debug, Clone, PartialEq)]
pub struct ApprovalPage {
    /// The approvals.
    pub items: Vec<ApprovalView>,
    /// Where to go on; none at the end.
    pub next: Option<ApprovalId>,
}

impl Console {
    /// One approval. Blocks.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is none, or none that `by` may know of.
    pub fn approval(&self, by: &Arc<Principal>, id: ApprovalId) -> Result<ApprovalView, AppError> {
        let requester = self.cache().identities().requester(by);
        self.store().read(|db| {
            let row = visible(db, id, by, &requester)?;
            let mut views = self.views(db, &[row])?;
            views.pop().ok_or_else(|| stored::not_found(id))
        })
    }

    /// One page of the approvals that `by` may know of. Blocks.
    pub fn approvals(
        &self,
        by: &Arc<Principal>,
        filter: &ApprovalFilter,
        limit: usize,
    ) -> Result<ApprovalPage, AppError> {
        let requester = self.cache().identities().requester(by);
        let unit = filter.unit.as_ref().map(|unit| self.cache().resolve(unit));
        // Whoever sees only their own is led to them directly.
        let own = (!oversees(by)).then(|| requester.token.clone());
        let filter = Filter {
            status: filter.status.map(|status| status.to_string()),
            unit: unit.map(|unit| unit.to_string()),
            subject: filter.subject.as_ref().map(ToString::to_string),
            token: own,
            before: filter.before.map(|id| id.to_string()),
        };
        self.store().read(|db| {
            let page = approvals::search(db, &filter, limit, &|row| sees(by, &requester, row))?;
            let next = page.next.as_deref();
            Ok(ApprovalPage {
                items: self.views(db, &page.rows)?,
                next: next
                    .map(|id| crate::units::stored::parse("approvals.id", id))
                    .transpose()?,
            })
        })
    }

    fn views(&self, db: &mut Db, rows: &[ApprovalRow]) -> Result<Vec<ApprovalView>, AppError> {
        let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
        let votes = votes::of_all(db, &ids)?;
        let now = self.clock().now();
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            let own = votes.iter().filter(|vote| vote.approval_id == row.id);
            let own: Vec<_> = own.cloned().collect();
            let input = inputs::find(db, &row.receipt_id)?;
            let seen = held_requests::exists(db, &row.id)?;
            let wait = self.wait_of(row, now)?;
            views.push(view(row, &own, input.as_ref(), seen, wait)?);
        }
        Ok(views)
    }

    fn wait_of(&self, row: &ApprovalRow, now: Timestamp) -> Result<Option<f64>, AppError> {
        if stored::status(row)? != ApprovalStatus::Pending {
            return Ok(None);
        }
        let people = self.cache().identities().approvers();
        let options = &self.options().approvals;
        let waiting = self.cache().waiting();
        Ok(waiting.expected_wait(stored::id(row)?, &people, options, now))
    }
}

/// The approval, if whoever asks may know of it.
pub(crate) fn visible(
    db: &mut Db,
    id: ApprovalId,
    by: &Principal,
    requester: &Requester,
) -> Result<ApprovalRow, AppError> {
    let row = stored::row(db, id)?;
    if sees(by, requester, &row) {
        Ok(row)
    } else {
        Err(stored::not_found(id))
    }
}

/// Whoever may read or vote sees what is about their units, and everybody sees their own.
fn sees(by: &Principal, requester: &Requester, row: &ApprovalRow) -> bool {
    is_own(row, requester) || (oversees(by) && by.sees(Some(&row.unit)))
}

fn oversees(by: &Principal) -> bool {
    by.may_oversee().is_ok()
}
