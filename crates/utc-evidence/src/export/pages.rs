//! The receipts of an export, page by page.

use super::{Entry, ExportError, Filter, Source};
use crate::claims::{self, Receipt};

/// How many receipts or records are asked for at a time.
pub(super) const PAGE: usize = 1_024;

/// The receipts of a source, page by page.
pub(super) struct Pages {
    /// The position behind the last receipt that was given.
    pub(super) next: u64,
    /// The size of the log.
    pub(super) end: u64,
}

impl Pages {
    pub(super) fn new(size: u64) -> Self {
        Self { next: 0, end: size }
    }

    pub(super) fn next<S: Source>(
        &mut self,
        source: &mut S,
        filter: &Filter,
    ) -> Result<Option<Vec<Entry>>, ExportError> {
        let page = source
            .receipts(filter, self.next..self.end, PAGE)
            .map_err(ExportError::source)?;
        let Some(last) = page.last() else {
            return Ok(None);
        };
        if !(self.next..self.end).contains(&last.seq) {
            return Err(ExportError::Order { seq: last.seq });
        }
        self.next = last.seq.saturating_add(1);
        Ok(Some(page))
    }
}

/// Reads a receipt that is stored at the position that it says.
pub(super) fn read<'p>(
    entry: &Entry,
    payload: &'p mut Vec<u8>,
) -> Result<Receipt<'p>, ExportError> {
    let refused = |why: String| ExportError::Receipt {
        seq: entry.seq,
        why,
    };
    claims::split(entry.jws.as_bytes(), payload).map_err(refused)?;
    let receipt = claims::read(payload).map_err(refused)?;
    if receipt.claims.seq == entry.seq {
        Ok(receipt)
    } else {
        Err(ExportError::Order { seq: entry.seq })
    }
}
