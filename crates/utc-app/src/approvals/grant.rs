//! Using an approval: checked and used up in the transaction that records the `ALLOW`.

use utc_domain::{ApprovalEvent, ApprovalId, GrantProblem, GrantUse, ReceiptId, RequestDigest};
use utc_policy::Grant;
use utc_storage::journal::Tx;
use utc_storage::rows::approvals::{self, ApprovalRow};

use super::bind::{Bound, digest};
use super::{stored, transition};
use crate::AppError;
use crate::decide::Request;
use crate::identity::Requester;
use crate::units::stored::parse;

/// An approval that came with a request, and what it is worth.
pub(crate) struct Presented {
    pub(crate) worth: GrantUse,
    /// Absent where the caller may not know of it.
    pub(crate) known: Option<Known>,
}

/// One that the caller may know of.
pub(crate) struct Known {
    row: ApprovalRow,
    /// What the request that it came with binds.
    pub(crate) asked: RequestDigest,
}

impl Presented {
    /// What an approval is worth to this request, by this requester, now.
    pub(crate) fn find(
        tx: &mut Tx<'_>,
        id: ApprovalId,
        request: &Request,
        requester: &Requester,
    ) -> Result<Self, AppError> {
        let row = approvals::find(tx.db(), &id.to_string())?;
        let Some(row) = row.filter(|row| is_own(row, requester)) else {
            return Ok(Self {
                worth: GrantUse::Invalid(GrantProblem::Unknown),
                known: None,
            });
        };
        // The configuration it was asked under: a change that matters to the request has voided the approval.
        let asked = digest(&Bound {
            subject: &request.subject,
            token: &requester.token,
            action: &request.action,
            unit: &request.unit,
            config_version: row.config_version.unsigned_abs(),
            payload_hash: request.payload_hash.as_ref(),
            forwarded: request.forwarded.as_ref(),
        })?;
        let granted: RequestDigest = parse("approvals.request_digest", &row.request_digest)?;
        let grant = Grant {
            status: stored::status(&row)?,
            digest: &granted,
            expires_at: stored::expires_at(&row),
        };
        let worth = grant.presented_with(&asked, tx.now());
        Ok(Self {
            worth,
            known: Some(Known { row, asked }),
        })
    }

    /// The same, where the clock cannot be trusted: nobody can say whether it has expired.
    pub(crate) fn at(self, settled: bool) -> Self {
        let worth = match self.worth {
            GrantUse::Valid if !settled => GrantUse::Invalid(GrantProblem::ClockUnsettled),
            worth => worth,
        };
        Self { worth, ..self }
    }

    /// The same, for a request that is repeated: one that this very receipt used up counts as if it were not.
    pub(crate) fn before(self, receipt: &str) -> Self {
        let by_this = |known: &Known| known.row.last_receipt_id == receipt;
        let worth = match self.worth {
            GrantUse::Invalid(GrantProblem::AlreadyUsed)
                if self.known.as_ref().is_some_and(by_this) =>
            {
                GrantUse::Valid
            }
            worth => worth,
        };
        Self { worth, ..self }
    }
}

/// Whether it was asked by this requester, or by the same person in another way.
pub(super) fn is_own(row: &ApprovalRow, requester: &Requester) -> bool {
    row.token == requester.token || row.owner == requester.person.as_str()
}

/// Uses a grant up. The receipt of the `ALLOW` is the receipt of this.
pub(crate) fn use_up(tx: &mut Tx<'_>, known: &Known, receipt: ReceiptId) -> Result<(), AppError> {
    transition::apply(tx, &known.row, ApprovalEvent::Used, receipt, None).map(drop)
}
