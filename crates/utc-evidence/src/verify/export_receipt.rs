//! The receipt of the export itself.

use std::io::{Read, Seek};

use sha2::{Digest, Sha256};
use utc_attestation::log::{Checkpoint, ReceiptProof, VerifierKey, verify_receipt_proof};

use super::CheckName::ExportReceipt;
use super::check::Checks;
use super::explain;
use super::tags::TagKeys;
use crate::digest::labelled;
use crate::layout::{EXPORT_PROOF, EXPORT_RECEIPT, MANIFEST};
use crate::{Bundle, claims};

/// Checks that the receipt of the export names this payload, and that it is in the log.
pub(super) fn check<R: Read + Seek>(
    bundle: &mut Bundle<R>,
    log: &Checkpoint,
    key: &VerifierKey,
    tags: &TagKeys,
    checks: &mut Checks,
) {
    if !bundle.contains(EXPORT_RECEIPT) && !bundle.contains(EXPORT_PROOF) {
        return checks.skip(ExportReceipt, "the bundle has no receipt of its export");
    }
    let holds = holds(bundle, log, key, tags);
    if checks.value(ExportReceipt, holds).is_some() {
        let detail = "the receipt of the export names this payload and is in the log";
        checks.done(ExportReceipt, detail);
    }
}

fn holds<R: Read + Seek>(
    bundle: &mut Bundle<R>,
    log: &Checkpoint,
    key: &VerifierKey,
    tags: &TagKeys,
) -> Result<(), String> {
    let file = bundle
        .read(EXPORT_RECEIPT)
        .map_err(|error| explain(&error))?;
    let jws = file.strip_suffix(b"\n").unwrap_or(&file);
    let mut payload = Vec::new();
    let token = claims::split(jws, &mut payload)?;
    if let Some(tag) = tags.find(&token.kid)
        && !tag.verify(token.signed, &token.tag)
    {
        return Err(format!("its tag is not that of key {}", token.kid));
    }
    let receipt = claims::read(&payload)?;
    check_claims(bundle, &receipt)?;
    let proof = bundle.read(EXPORT_PROOF).map_err(|error| explain(&error))?;
    let proof = std::str::from_utf8(&proof).map_err(|_| "its proof is not UTF-8")?;
    let proof: ReceiptProof = proof.parse().map_err(|error| explain(&error))?;
    let later = verify_receipt_proof(jws, &proof, key).map_err(|error| explain(&error))?;
    if receipt.claims.seq != proof.index || proof.index < log.size || later.size < log.size {
        return Err("it stands at another position than behind the exported log".to_owned());
    }
    Ok(())
}

fn check_claims<R: Read + Seek>(
    bundle: &mut Bundle<R>,
    receipt: &claims::Receipt<'_>,
) -> Result<(), String> {
    if &*receipt.claims.kind != "export" {
        return Err("it is not the receipt of an export".to_owned());
    }
    let manifest = bundle.read(MANIFEST).map_err(|error| explain(&error))?;
    let digest = labelled(&Sha256::digest(manifest).into());
    if receipt.claims.meta.manifest_digest.as_deref() == Some(&*digest) {
        Ok(())
    } else {
        Err("it names another manifest than this bundle's".to_owned())
    }
}
