//! That what a signature was verified with still holds when the delivery is stored.

use utc_storage::connection::Db;
use utc_storage::rows::sources::{self, SourceRow};
use utc_tdx::SourceName;

use crate::AppError;

/// A source as its signature was verified: by what this receipt recorded of it.
#[derive(Debug, Clone)]
pub(super) struct Verified {
    name: SourceName,
    receipt_id: Option<String>,
}

impl Verified {
    pub(super) fn of(name: &SourceName, row: &SourceRow) -> Self {
        Self {
            name: name.clone(),
            receipt_id: row.receipt_id.clone(),
        }
    }

    /// That nobody changed the source since: its keys may be others by now, or it may be shut out.
    ///
    /// # Errors
    /// [`AppError::Conflict`]; whoever sends again is judged by what is set now.
    pub(super) fn check(&self, db: &mut Db) -> Result<(), AppError> {
        let row = sources::find(db, self.name.as_str())?;
        if row.is_some_and(|row| row.receipt_id == self.receipt_id) {
            return Ok(());
        }
        Err(AppError::Conflict {
            code: "source_changed",
            message: "the source was changed meanwhile; nothing was taken, send it again"
                .to_owned(),
        })
    }
}
