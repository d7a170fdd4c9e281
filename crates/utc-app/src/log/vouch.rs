//! Whose entries are these? Only what servers of this installation wrote is signed.
//!
//! Whoever can write to the database can append a row. It lacks the tag that only holders of the secret can make, and so the
//! log's key must not vouch for it. What this process placed itself it knows; everything else is verified, and the tree
//! is grown again from it.

use utc_attestation::log::{Frontier, frontier_at};
use utc_attestation::{Expected, KeyRing, leaf_hash, verify};
use utc_domain::LeafHash;
use utc_storage::Store;
use utc_storage::log::Tree;
use utc_storage::rows::receipts::{self, ReceiptRow};

use super::LogFault;
use super::compare::{Seen, readable};
use super::keeper::Keeper;

/// Entries read at once.
const PAGE: i64 = 1_000;

/// What verifies entries.
pub(crate) struct Voucher {
    pub(crate) ring: std::sync::Arc<KeyRing>,
    pub(crate) issuer: String,
}

impl Keeper {
    /// The newest head that may be signed: all entries from `from` on are this process's own, or were verified. What this
    /// process placed itself is believed of its own memory, not of the database.
    pub(super) fn vouched(&self, seen: Seen, from: u64) -> Result<Seen, LogFault> {
        match self.journal.placed() {
            Some(own) if own.from <= from && own.size >= seen.size => Ok(Seen {
                size: own.size,
                root: own.root,
                ..seen
            }),
            _ => {
                self.verify_entries(&seen, from)?;
                Ok(seen)
            }
        }
    }

    fn verify_entries(&self, seen: &Seen, from: u64) -> Result<(), LogFault> {
        let mut tree = self.frontier(from)?;
        let mut prev = self.leaf_before(from)?;
        while tree.size() < seen.size {
            let left = i64::try_from(seen.size - tree.size()).unwrap_or(PAGE);
            let at = i64::try_from(tree.size()).unwrap_or(i64::MAX);
            let rows = self
                .store
                .read(|db| receipts::from_seq(db, at, PAGE.min(left)))?;
            if rows.is_empty() {
                return Err(forged(tree.size(), "it is missing"));
            }
            for row in rows {
                prev = self.voucher.vouch(&row, tree.size(), prev)?;
                tree.push(prev);
            }
        }
        if tree.root() == seen.root {
            Ok(())
        } else {
            Err(LogFault::Tree)
        }
    }

    fn frontier(&self, size: u64) -> Result<Frontier, LogFault> {
        let sealer = self.sealer.as_ref();
        let read = self
            .store
            .read(|db| Ok::<_, LogFault>(frontier_at(size, &mut Tree::new(db, sealer))));
        readable(read?)?.ok_or_else(|| forged(size, "an entry before it is missing"))
    }

    fn leaf_before(&self, size: u64) -> Result<LeafHash, LogFault> {
        leaf_before(&self.store, size)
    }
}

fn leaf_before(store: &Store, size: u64) -> Result<LeafHash, LogFault> {
    if size == 0 {
        return Ok(LeafHash::ZERO);
    }
    let at = i64::try_from(size - 1).unwrap_or(i64::MAX);
    let row = store.read(|db| receipts::by_seq(db, at))?;
    let row = row.ok_or_else(|| forged(size - 1, "it is missing"))?;
    Ok(leaf_hash(row.jws.as_bytes()))
}

impl Voucher {
    /// The leaf of an entry that a holder of the secret placed here.
    fn vouch(&self, row: &ReceiptRow, seq: u64, prev: LeafHash) -> Result<LeafHash, LogFault> {
        let expected = Expected {
            issuer: self.issuer.clone(),
        };
        let verification = verify(row.jws.as_bytes(), &self.ring, &expected);
        if !verification.valid() {
            let failed = verification
                .checks
                .iter()
                .find(|check| check.outcome == utc_attestation::Outcome::Failed);
            let why = failed.map_or("it is not valid", |check| check.detail.as_str());
            return Err(forged(seq, why));
        }
        let claims = verification
            .claims
            .filter(|claims| claims.seq == seq && row.seq.unsigned_abs() == seq);
        let claims = claims.ok_or_else(|| forged(seq, "it belongs to another position"))?;
        if claims.prev_leaf() != Some(prev) {
            return Err(forged(seq, "it does not continue the entry before"));
        }
        Ok(leaf_hash(row.jws.as_bytes()))
    }
}

fn forged(seq: u64, why: &str) -> LogFault {
    LogFault::Forged {
        seq,
        why: why.to_owned(),
    }
}
