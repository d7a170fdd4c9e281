//! The stored log as a bundle's contents: as it was at one size, whatever is appended meanwhile.

use std::ops::Range;

use utc_attestation::log::{HashReader, TileId, TreeHash};
use utc_domain::{ApprovalId, Sealer, Subject, UnitName};
use utc_evidence::{Entry, Filter, KeyRange, Record, Source};
use utc_storage::log::Tree;
use utc_storage::rows::selected::{self, Selection};
use utc_storage::rows::{decisions, keys, rules};
use utc_storage::{StorageError, Store};

use super::{approval, signals};
use crate::console::Console;
use crate::units::stored::parse;

/// Reads the log page by page: never one read transaction over minutes.
pub(super) struct StoredLog<'c> {
    store: &'c Store,
    sealer: &'c dyn Sealer,
    size: i64,
    /// The positions that the filter's times leave.
    part: (i64, i64),
    /// What the scorer did, once it was asked for.
    records: Option<Vec<Record>>,
}

impl<'c> StoredLog<'c> {
    /// The log as it was when it had this many receipts.
    pub(super) fn new(
        console: &'c Console,
        filter: &Filter,
        size: u64,
    ) -> Result<Self, StorageError> {
        let size = signed(size);
        let part = console
            .store()
            .read(|db| decisions::between(db, filter.from, filter.to, size))?;
        Ok(Self {
            store: console.store(),
            sealer: console.keeper().sealer.as_ref(),
            size,
            part,
            records: None,
        })
    }
}

fn signed(position: u64) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}

impl HashReader for StoredLog<'_> {
    type Error = StorageError;

    fn tile(&mut self, tile: TileId, width: u16) -> Result<Vec<TreeHash>, StorageError> {
        self.store
            .read(|db| Tree::new(db, self.sealer).tile(tile, width))
    }
}

impl Source for StoredLog<'_> {
    fn receipts(
        &mut self,
        filter: &Filter,
        range: Range<u64>,
        limit: usize,
    ) -> Result<Vec<Entry>, StorageError> {
        let mut selection = Selection {
            from: signed(range.start).max(self.part.0),
            before: signed(range.end).min(self.part.1),
            subject: filter.subject.as_ref().map(Subject::to_string),
            unit: filter.unit.as_ref().map(UnitName::to_string),
        };
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        while selection.from < selection.before {
            let found = self
                .store
                .read(|db| selected::page(db, &selection, limit))?;
            if !found.rows.is_empty() {
                let entries = found.rows.into_iter().map(|row| Entry {
                    seq: row.seq.unsigned_abs(),
                    jws: row.jws,
                });
                return Ok(entries.collect());
            }
            selection.from = found.next;
        }
        Ok(Vec::new())
    }

    fn policy(&mut self, digest: &str) -> Result<Option<String>, StorageError> {
        self.store.read(|db| rules::canonical_of(db, digest))
    }

    fn approval(&mut self, id: ApprovalId) -> Result<Option<String>, StorageError> {
        self.store.read(|db| approval::document(db, id, self.size))
    }

    /// Made once: they are few, and all of them have to be known before the first by name is.
    fn signals(
        &mut self,
        filter: &Filter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Record>, StorageError> {
        let records = if let Some(records) = self.records.take() {
            records
        } else {
            let unit = filter.unit.as_ref().map(UnitName::as_str);
            signals::records(self.store, self.part, unit)?
        };
        let behind = records
            .iter()
            .filter(|record| after.is_none_or(|after| record.name.as_str() > after));
        let page = behind.take(limit).cloned().collect();
        self.records = Some(records);
        Ok(page)
    }

    fn keys(&mut self) -> Result<Vec<KeyRange>, StorageError> {
        let rows = self.store.read(keys::all)?;
        let said = self.store.read(keys::compromises)?;
        // Whatever is said later does not change the bundle of this size.
        let known_by_then = |row: &&keys::CompromiseRow| row.seq < self.size;
        let said: Vec<_> = said.iter().filter(known_by_then).collect();
        // The receipt that changes a key is the last one of the old key: the next one's range begins behind it.
        let known = rows.into_iter().filter(|row| row.from_seq <= self.size);
        let range = |row: keys::KeyRow| {
            Ok(KeyRange {
                kid: parse("log_keys.kid", &row.kid)?,
                from_seq: row.from_seq.unsigned_abs(),
                to_seq: row
                    .until_seq
                    .filter(|until| *until < self.size)
                    .map(i64::unsigned_abs),
                compromised_from: said
                    .iter()
                    .filter(|said| said.kid == row.kid)
                    .map(|said| said.from_seq.unsigned_abs())
                    .min(),
            })
        };
        known.map(range).collect()
    }
}
