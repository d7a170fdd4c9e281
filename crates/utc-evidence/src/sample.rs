//! A random sample that anybody can draw again.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use utc_attestation::log::TreeHash;
use utc_domain::ReceiptId;

/// How many receipts a sample has.
pub(crate) const SAMPLE: usize = 64;

/// What keeps this use of SHA-256 apart from others.
const LABEL: &[u8] = b"utc-evidence-sample";

/// The receipts whose lot is smallest.
///
/// The lot of a receipt is SHA-256 over `utc-evidence-sample`, the root of the log and `seq` as 8 bytes,
/// the most significant first. Nobody could choose the root to suit a receipt, since it hangs on all
/// of them, and one pass finds the sample without knowing how many there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sample {
    root: TreeHash,
    smallest: BTreeSet<([u8; 32], u64, ReceiptId)>,
}

impl Sample {
    pub(crate) fn new(root: TreeHash) -> Self {
        Self {
            root,
            smallest: BTreeSet::new(),
        }
    }

    pub(crate) fn offer(&mut self, seq: u64, id: ReceiptId) {
        let lot = self.lot(seq);
        let full = self.smallest.len() >= SAMPLE;
        if full && self.smallest.last().is_some_and(|(last, ..)| *last < lot) {
            return;
        }
        self.smallest.insert((lot, seq, id));
        if full {
            self.smallest.pop_last();
        }
    }

    /// The sample by position.
    pub(crate) fn drawn(&self) -> Vec<(u64, ReceiptId)> {
        let mut drawn: Vec<_> = self
            .smallest
            .iter()
            .map(|&(_, seq, id)| (seq, id))
            .collect();
        drawn.sort_unstable();
        drawn
    }

    fn lot(&self, seq: u64) -> [u8; 32] {
        Sha256::new()
            .chain_update(LABEL)
            .chain_update(self.root.as_bytes())
            .chain_update(seq.to_be_bytes())
            .finalize()
            .into()
    }
}
