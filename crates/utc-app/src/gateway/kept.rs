//! The beginning of an upstream's answer, for whoever asked.

use std::fmt;
use std::sync::Arc;

use bytes::{Buf as _, Bytes};
use utc_domain::ApprovalId;
use utc_storage::rows::{approvals, held_requests};
use utc_vault::SealPurpose;

use super::Finished;
use super::record::{RecordError, headers, put_headers};
use super::sealed::{Binding, from_column, internal};
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
    /// [`AppError::NotFound`] for everybody else, and when there is no answer: not yet, not any more, or never.
    pub fn kept_answer(&self, by: &Arc<Principal>, id: ApprovalId) -> Result<KeptAnswer, AppError> {
        let none = || AppError::NotFound {
            what: "answer for the approval",
            name: id.to_string(),
        };
        let text = id.to_string();
        let requester = self.cache().identities().requester(by);
        let found = self.store().read(|db| {
            let row = approvals::find(db, &text)?.filter(|row| row.token == requester.token);
            let held = held_requests::find(db, &text)?;
            Ok::<_, AppError>(row.zip(held.and_then(|held| held.answer)))
        })?;
        let (row, column) = found.ok_or_else(none)?;
        let binding = Binding::of(&row)?;
        let record = from_column(self.vault(), SealPurpose::HeldAnswer, &binding, &column)?;
        KeptAnswer::from_record(record).map_err(internal)
    }
}
