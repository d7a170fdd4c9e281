//! The beginning of an upstream's answer, for whoever asked.

use std::fmt;
use std::sync::Arc;

use bytes::{Buf as _, Bytes};
use utc_domain::{ApprovalId, ExecutionStatus};
use utc_storage::rows::approvals::ApprovalRow;
use utc_storage::rows::{approvals, held_requests};
use utc_vault::SealPurpose;

use super::Finished;
use super::record::{RecordError, headers, put_headers};
use super::sealed::{Binding, from_column, internal};
use crate::approvals::stored;
use crate::console::Console;
use crate::{AppError, Principal};

const VERSION: u8 = 1;

/// The answer to a held request.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The headers, without what ends at the gateway.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body, or its beginning.
    pub body: Bytes,
    /// Whether that is all of it.
    pub whole: bool,
}

impl fmt::Debug for KeptAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {} bytes", self.status, self.body.len())
    }
}

impl KeptAnswer {
    /// What is kept of an outcome; nothing where the upstream did not answer.
    pub(super) fn of(finished: &Finished) -> Option<Self> {
        Some(Self {
            status: finished.outcome.status?,
            headers: finished.headers.clone(),
            body: finished.kept.clone(),
            whole: finished.whole,
        })
    }

    pub(super) fn to_record(&self) -> Result<Vec<u8>, RecordError> {
        let mut out = vec![VERSION];
        out.extend_from_slice(&self.status.to_be_bytes());
        out.push(u8::from(self.whole));
        put_headers(&mut out, &self.headers)?;
        out.extend_from_slice(&self.body);
        Ok(out)
    }

    fn from_record(mut record: Bytes) -> Result<Self, RecordError> {
        let damaged = |_| RecordError::Damaged;
        match record.try_get_u8().map_err(damaged)? {
            VERSION => {}
            found => return Err(RecordError::Version { found }),
        }
        Ok(Self {
            status: record.try_get_u16().map_err(damaged)?,
            whole: record.try_get_u8().map_err(damaged)? == 1,
            headers: headers(&mut record)?,
            body: record,
        })
    }
}

impl Console {
    /// What the upstream answered to a held request, for the token that asked and nobody else. Blocks.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for everybody else; [`AppError::Absent`] when there is no answer: `not_executed_yet`, or
    /// `no_answer` when none will come.
    pub fn kept_answer(&self, by: &Arc<Principal>, id: ApprovalId) -> Result<KeptAnswer, AppError> {
        let text = id.to_string();
        let requester = self.cache().identities().requester(by);
        let (row, held) = self.store().read(|db| {
            let row = approvals::find(db, &text)?.filter(|row| row.token == requester.token);
            let row = row.ok_or_else(|| stored::not_found(id))?;
            Ok::<_, AppError>((row, held_requests::find(db, &text)?))
        })?;
        let waits = held.as_ref().is_some_and(|held| held.request.is_some());
        let column = held.and_then(|held| held.answer);
        let column = column.ok_or_else(|| none(waits, &row))?;
        let binding = Binding::of(&row)?;
        let record = from_column(self.vault(), SealPurpose::HeldAnswer, &binding, &column)?;
        KeptAnswer::from_record(record).map_err(internal)
    }
}

/// A request whose outcome is unknown is kept too, and not waited for.
fn none(waits: bool, row: &ApprovalRow) -> AppError {
    let given_up = row.execution == ExecutionStatus::OutcomeUnknown.as_str();
    if waits && !given_up {
        return AppError::Absent {
            code: "not_executed_yet",
            message: "the request has not been carried out yet; `execution` of the approval tells when it was",
        };
    }
    AppError::Absent {
        code: "no_answer",
        message: "there is no answer: nothing was sent, the upstream did not answer, or the answer was erased",
    }
}
