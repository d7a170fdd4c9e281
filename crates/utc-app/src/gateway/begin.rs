//! A held request is about to be sent.

use utc_domain::{ApprovalId, Decision, ReceiptId, TokenId, UnitName};
use utc_storage::rows::approvals::ApprovalRow;
use utc_storage::rows::{approvals, held_requests};
use utc_vault::SealPurpose;

use super::Outgoing;
use super::errand::{Errand, missing};
use super::sealed::{Binding, from_column, internal};
use crate::AppError;
use crate::console::Console;
use crate::decide::Request;
use crate::units::stored::parse;

/// A request that this process alone sends now.
#[derive(Debug, Clone)]
pub struct Begun {
    /// The request.
    pub request: Outgoing,
    /// The unit that it goes to.
    pub unit: UnitName,
    /// The receipt of the decision that allows it.
    pub receipt: ReceiptId,
}

impl Console {
    /// Opens the held request of an approval, computes what the approval binds from the opened bytes, and decides again
    /// for whoever asked, under the present policy. When that allows it, the same transaction uses the grant up and
    /// commits that this process sends the request. None: it is not to be sent now. Blocks.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when nothing is held; [`AppError::Internal`] when it does not open; those of
    /// [`Console::submit_as`]. Nothing may be sent then.
    pub fn begin_execution(&self, id: ApprovalId) -> Result<Option<Begun>, AppError> {
        let (row, column) = self.held(id)?;
        let binding = Binding::of(&row)?;
        let record = from_column(self.vault(), SealPurpose::HeldRequest, &binding, &column)?;
        let outgoing = Outgoing::from_record(record).map_err(internal)?;
        let token: TokenId = parse("approvals.token", &row.token)?;
        let Some(by) = self.cache().identities().by_id(token, self.clock().now()) else {
            // Whoever asked may ask no more.
            return Ok(None);
        };
        let request = Request {
            payload_hash: outgoing.payload_hash(),
            forwarded: Some(outgoing.bound()),
            approval_id: Some(id),
            ..Request::new(
                parse("approvals.subject", &row.subject)?,
                parse("approvals.action", &row.action)?,
                binding.unit.clone(),
            )
        };
        let errand = Errand::Execution {
            owner: self.boot().to_owned(),
            lease: self.options().execution_lease,
        };
        let answer = match self.ask_new(&by, request, errand).wait() {
            Ok(answer) => answer,
            Err(AppError::Conflict { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok((answer.decision == Decision::Allow).then_some(Begun {
            request: outgoing,
            unit: binding.unit,
            receipt: answer.receipt_id,
        }))
    }

    fn held(&self, id: ApprovalId) -> Result<(ApprovalRow, Vec<u8>), AppError> {
        let text = id.to_string();
        self.store().read(|db| {
            let row = approvals::find(db, &text)?.ok_or_else(|| missing(id))?;
            let held = held_requests::find(db, &text)?.ok_or_else(|| missing(id))?;
            Ok((row, held.request.ok_or_else(|| missing(id))?))
        })
    }
}
