//! One receipt with its proof.

use utc_attestation::log::{
    Checkpoint, ReceiptProof, VerifierKey, open_checkpoint, verify_receipt_proof,
};

use super::CheckName::{Checkpoint as CheckpointCheck, Leaves, Proofs, Receipts, Tags};
use super::check::Checks;
use super::{Report, TagKeys, explain};
use crate::claims;

/// Checks that a receipt has the form of one and is in the log of one of `keys`, by its `tlog-proof`.
///
/// It shows that the receipt is in the log of the proof's checkpoint, and not that this log is the one that
/// others see: compare the checkpoint with one from outside, see [`super::verify_heads`].
pub fn verify_receipt(jws: &[u8], proof: &str, keys: &[VerifierKey], tags: &TagKeys) -> Report {
    let mut checks = Checks::of(&[Receipts, Tags, Leaves, CheckpointCheck, Proofs]);
    let jws = jws.trim_ascii_end();
    let seq = receipt(jws, tags, &mut checks);
    let parsed: Result<ReceiptProof, _> = proof.parse();
    let parsed = parsed.map_err(|error| explain(&error));
    let log = checks
        .value(Proofs, parsed)
        .and_then(|proof| included(jws, seq, &proof, keys, &mut checks));
    Report::of_part(checks, log, 1)
}

/// The receipt's position, if it is one.
fn receipt(jws: &[u8], tags: &TagKeys, checks: &mut Checks) -> Option<u64> {
    let mut payload = Vec::new();
    let token = checks.value(Receipts, claims::split(jws, &mut payload))?;
    match tags.find(&token.kid) {
        Some(key) if key.verify(token.signed, &token.tag) => checks.done(Tags, "it is right"),
        Some(_) => checks.fault(Tags, &format!("it is not that of key {}", token.kid)),
        None => checks.skip(Tags, "no secret was given for the receipt's key"),
    }
    let receipt = checks.value(Receipts, claims::read(&payload))?;
    checks.done(Receipts, "a receipt of version 1");
    Some(receipt.claims.seq)
}

fn included(
    jws: &[u8],
    seq: Option<u64>,
    proof: &ReceiptProof,
    keys: &[VerifierKey],
    checks: &mut Checks,
) -> Option<Checkpoint> {
    let signer = keys
        .iter()
        .find(|key| open_checkpoint(&proof.checkpoint, key).is_ok());
    let key = signer.or(keys.first()).ok_or("no key was given".to_owned());
    let key = checks.value(Proofs, key)?;
    let included = verify_receipt_proof(jws, proof, key).map_err(|error| explain(&error));
    let log = checks.value(Proofs, included)?;
    checks.done(Proofs, "it leads from the receipt to the checkpoint");
    let detail = format!("the log's key signed it: {} entries", log.size);
    checks.done(CheckpointCheck, &detail);
    if seq == Some(proof.index) {
        checks.done(
            Leaves,
            &format!("the receipt stands at position {}", proof.index),
        );
    } else {
        checks.fault(Leaves, "the receipt says another position than the proof");
    }
    Some(log)
}
