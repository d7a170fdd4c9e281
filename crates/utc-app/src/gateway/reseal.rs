//! Held requests and kept answers move to the active data key.

use std::sync::Arc;

use utc_storage::journal::Tx;
use utc_storage::rows::held_requests::HeldRow;
use utc_storage::rows::{approvals, held_requests};
use utc_vault::SealPurpose;

use super::sealed::{Binding, moved_column};
use crate::console::Console;
use crate::identity::Vault;
use crate::task::Plan;
use crate::{AppError, Ticket};

/// How many rows one transaction moves. Each may hold 8 MiB, and decisions wait meanwhile.
const PAGE: i64 = 8;

/// What was found in one page, or in several together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resealed {
    /// Sealed values that were moved to the active key.
    pub moved: usize,
    /// Those that were under it already.
    pub current: usize,
    /// Those that do not open: their key is not in the key file, or they were changed. They stay as they are.
    pub unreadable: usize,
    /// Where the next page begins; none after the last.
    pub next: Option<String>,
}

impl Resealed {
    /// Both together, to go on where `page` ends.
    #[must_use]
    pub fn and(self, page: Self) -> Self {
        Self {
            moved: self.moved + page.moved,
            current: self.current + page.current,
            unreadable: self.unreadable + page.unreadable,
            next: page.next,
        }
    }

    fn count(&mut self, moved: Result<Option<Vec<u8>>, AppError>) -> Option<Vec<u8>> {
        match moved {
            Ok(Some(column)) => {
                self.moved += 1;
                Some(column)
            }
            Ok(None) => {
                self.current += 1;
                None
            }
            Err(error) => {
                tracing::error!(%error, "a sealed value does not open");
                self.unreadable += 1;
                None
            }
        }
    }
}

impl Console {
    /// Moves one page of what is sealed to the active data key, in one transaction; `after` is where the page before
    /// ended. Changes no meaning, so there is no receipt.
    pub fn reseal_page(&self, after: Option<String>) -> Ticket<Resealed> {
        let vault = Arc::clone(self.vault());
        let after = after.unwrap_or_default();
        self.control(move |tx| {
            let rows = held_requests::sealed_after(tx.db(), &after, PAGE)?;
            let full = i64::try_from(rows.len()).unwrap_or(PAGE) == PAGE;
            let last = rows.last().map(|row| row.approval_id.clone());
            let mut page = Resealed {
                next: last.filter(|_| full),
                ..Resealed::default()
            };
            for row in rows {
                move_row(tx, &vault, row, &mut page)?;
            }
            Ok(Plan::silent(page))
        })
    }
}

fn move_row(
    tx: &mut Tx<'_>,
    vault: &Vault,
    row: HeldRow,
    page: &mut Resealed,
) -> Result<(), AppError> {
    let Some(approval) = approvals::find(tx.db(), &row.approval_id)? else {
        return Ok(());
    };
    let binding = Binding::of(&approval)?;
    let mut moved = |purpose, column: Option<&Vec<u8>>| {
        column.and_then(|column| page.count(moved_column(vault, purpose, &binding, column)))
    };
    let request = moved(SealPurpose::HeldRequest, row.request.as_ref());
    let answer = moved(SealPurpose::HeldAnswer, row.answer.as_ref());
    if request.is_none() && answer.is_none() {
        return Ok(());
    }
    let row = HeldRow {
        request: request.or(row.request),
        answer: answer.or(row.answer),
        ..row
    };
    held_requests::update(tx.db(), &row).map_err(Into::into)
}
