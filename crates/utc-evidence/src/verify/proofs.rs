//! Proofs of single receipts.

use std::io::{Read, Seek};

use utc_attestation::leaf_hash;
use utc_attestation::log::{ReceiptProof, verify_inclusion};

use super::CheckName::Proofs;
use super::check::Checks;
use super::explain;
use super::receipts::Walk;
use crate::claims::Receipt;
use crate::layout;

impl<R: Read + Seek> Walk<'_, '_, R> {
    /// A proof that is there has to be right. Whether those are there that should be is for the end.
    pub(super) fn check_proof(&mut self, line: &[u8], receipt: &Receipt<'_>, checks: &mut Checks) {
        let path = layout::proof(&receipt.claims.jti);
        let Some(bytes) = self.files.read(&path, checks) else {
            return;
        };
        let seq = receipt.claims.seq;
        if let Err(why) = self.proof(&bytes, line, seq) {
            checks.fault(Proofs, &format!("{seq}: {why}"));
        }
    }

    fn proof(&self, bytes: &[u8], line: &[u8], seq: u64) -> Result<(), String> {
        let checkpoint = self
            .expected
            .checkpoint
            .ok_or("the log's checkpoint cannot be read")?;
        let text = std::str::from_utf8(bytes).map_err(|_| "the proof is not UTF-8")?;
        let proof: ReceiptProof = text.parse().map_err(|error| explain(&error))?;
        if proof.checkpoint != self.expected.checkpoint_text {
            return Err("the proof ends with another checkpoint than the bundle's".to_owned());
        }
        if proof.index != seq {
            return Err("the proof is for another position".to_owned());
        }
        let (size, root) = (checkpoint.size, checkpoint.root);
        verify_inclusion(seq, size, leaf_hash(line), root, &proof.hashes)
            .map_err(|error| explain(&error))
    }

    pub(super) fn finish_proofs(&mut self, checks: &mut Checks) {
        let expected = self.tally.proofs();
        for (seq, id) in &expected {
            if !self.files.contains(&layout::proof(&id.to_string())) {
                checks.fault(Proofs, &format!("{seq}: its proof is missing"));
            }
        }
        let detail = format!("{} proofs are there and right", expected.len());
        checks.done(Proofs, &detail);
    }
}
