//! A held request, for the people who judge it.

use std::sync::Arc;

use utc_domain::{ApprovalId, Role, UnitName};
use utc_storage::rows::approvals::ApprovalRow;
use utc_storage::rows::{approvals, held_requests};
use utc_vault::SealPurpose;

use super::Outgoing;
use super::errand::missing;
use super::sealed::{Binding, from_column, internal};
use crate::console::Console;
use crate::identity::Requester;
use crate::units::stored::parse;
use crate::{AppError, Principal};

/// What is known here of the request that an approval was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeldRequest {
    /// The caller asked with a digest and kept the request.
    NotSeen,
    /// It was held here, and erased after its end.
    Erased,
    /// It is held here, and cannot be opened: its key is gone, or it was changed.
    Unreadable,
    /// These bytes are sent when people approve.
    Held(Box<Outgoing>),
}

impl Console {
    /// The request that an approval was asked for, for those who judge it and for whoever asked. None for whoever may
    /// know of the approval alone. Blocks.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such approval; those of the database.
    pub fn held_request(
        &self,
        by: &Arc<Principal>,
        id: ApprovalId,
    ) -> Result<Option<HeldRequest>, AppError> {
        let text = id.to_string();
        let requester = self.cache().identities().requester(by);
        let (row, held) = self.store().read(|db| {
            let row = approvals::find(db, &text)?.ok_or_else(|| missing(id))?;
            Ok::<_, AppError>((row, held_requests::find(db, &text)?))
        })?;
        if !judges(by, &requester, &row)? {
            return Ok(None);
        }
        Ok(Some(match held.map(|held| held.request) {
            None => HeldRequest::NotSeen,
            Some(None) => HeldRequest::Erased,
            Some(Some(column)) => self.opened(&row, &column),
        }))
    }

    /// An approval whose request does not open can still be read, and rejected.
    fn opened(&self, row: &ApprovalRow, column: &[u8]) -> HeldRequest {
        let open = || {
            let binding = Binding::of(row)?;
            let record = from_column(self.vault(), SealPurpose::HeldRequest, &binding, column)?;
            Outgoing::from_record(record).map_err(internal)
        };
        match open() {
            Ok(outgoing) => HeldRequest::Held(Box::new(outgoing)),
            Err(error) => {
                tracing::error!(approval_id = %row.id, %error, "a held request cannot be opened");
                HeldRequest::Unreadable
            }
        }
    }
}

fn judges(by: &Principal, requester: &Requester, row: &ApprovalRow) -> Result<bool, AppError> {
    let unit: UnitName = parse("approvals.unit", &row.unit)?;
    let may = |role| by.may(role, &unit).is_ok();
    Ok(row.token == requester.token || may(Role::Approver) || may(Role::Operator))
}
