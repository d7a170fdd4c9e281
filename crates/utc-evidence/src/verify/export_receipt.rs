//! The receipt of the export itself.

use std::io::{Read, Seek};

use sha2::{Digest, Sha256};
use utc_attestation::log::{
    Checkpoint, ReceiptProof, TreeHash, VerifierKey, verify_consistency, verify_receipt_proof,
};

use super::CheckName::ExportReceipt;
use super::check::Checks;
use super::explain;
use super::tags::TagKeys;
use crate::claims::{Claims, Filtered};
use crate::digest::labelled;
use crate::export::{Filter, FilterText};
use crate::layout::{EXPORT_CONSISTENCY, EXPORT_PROOF, EXPORT_RECEIPT, MANIFEST};
use crate::{Bundle, claims};

/// What the receipt has to say.
pub(super) struct Exported<'e> {
    pub(super) log: &'e Checkpoint,
    /// Absent where the bundle itself cannot be read.
    pub(super) filter: Option<&'e Filter>,
    /// How many receipts the bundle has.
    pub(super) population: u64,
}

/// Checks that the receipt of the export names this payload and what was asked for, and where it stands.
pub(super) fn check<R: Read + Seek>(
    bundle: &mut Bundle<R>,
    exported: &Exported<'_>,
    key: &VerifierKey,
    tags: &TagKeys,
    checks: &mut Checks,
) {
    let files = [EXPORT_RECEIPT, EXPORT_PROOF, EXPORT_CONSISTENCY];
    if !files.iter().any(|path| bundle.contains(path)) {
        return checks.skip(ExportReceipt, "the bundle has no receipt of its export");
    }
    let later = holds(bundle, exported, key, tags);
    let shown = later.and_then(|later| consistent(bundle, exported.log, &later));
    match checks.value(ExportReceipt, shown) {
        Some(true) => checks.done(
            ExportReceipt,
            "the receipt of the export names this payload, and is in the log, which begins with the bundle's",
        ),
        Some(false) => checks.done(
            ExportReceipt,
            "the receipt of the export names this payload, and is in a log of the same key; that it is the same log is not shown",
        ),
        None => {}
    }
}

/// The state of the log that has the receipt.
fn holds<R: Read + Seek>(
    bundle: &mut Bundle<R>,
    exported: &Exported<'_>,
    key: &VerifierKey,
    tags: &TagKeys,
) -> Result<Checkpoint, String> {
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
    check_payload(bundle, &receipt.claims)?;
    check_request(&receipt.claims, exported)?;
    let proof = text(bundle, EXPORT_PROOF)?;
    let proof: ReceiptProof = proof.parse().map_err(|error| explain(&error))?;
    let later = verify_receipt_proof(jws, &proof, key).map_err(|error| explain(&error))?;
    let size = exported.log.size;
    if receipt.claims.seq != proof.index || proof.index < size || later.size < size {
        return Err("it stands at another position than behind the exported log".to_owned());
    }
    Ok(later)
}

fn check_payload<R: Read + Seek>(
    bundle: &mut Bundle<R>,
    claims: &Claims<'_>,
) -> Result<(), String> {
    if &*claims.kind != "export" {
        return Err("it is not the receipt of an export".to_owned());
    }
    let manifest = bundle.read(MANIFEST).map_err(|error| explain(&error))?;
    let digest = labelled(&Sha256::digest(manifest).into());
    if claims.meta.manifest_digest.as_deref() == Some(&*digest) {
        Ok(())
    } else {
        Err("it names another manifest than this bundle's".to_owned())
    }
}

/// What was asked for is what the bundle says of itself.
fn check_request(claims: &Claims<'_>, exported: &Exported<'_>) -> Result<(), String> {
    let Some(said) = &claims.link.filter else {
        return Err("it does not say which receipts were exported".to_owned());
    };
    if said.log_size != exported.log.size {
        return Err(format!(
            "it is about a log of {} entries, and the bundle's has {}",
            said.log_size, exported.log.size
        ));
    }
    if exported.filter.is_some_and(|filter| !same(said, filter)) {
        return Err("it says another filter than the bundle".to_owned());
    }
    if claims.meta.population == Some(exported.population) {
        Ok(())
    } else {
        Err(format!(
            "it does not say that {} receipts were exported",
            exported.population
        ))
    }
}

fn same(said: &Filtered<'_>, filter: &Filter) -> bool {
    let text = FilterText::from(filter);
    said.from.as_deref() == text.from.as_deref()
        && said.to.as_deref() == text.to.as_deref()
        && said.unit.as_deref() == text.unit.as_deref()
        && said.subject.as_deref() == text.subject.as_deref()
}

/// Whether it is shown that the later log begins with the bundle's; an error if it does not.
fn consistent<R: Read + Seek>(
    bundle: &mut Bundle<R>,
    log: &Checkpoint,
    later: &Checkpoint,
) -> Result<bool, String> {
    if !bundle.contains(EXPORT_CONSISTENCY) {
        return Ok(false);
    }
    let proof = text(bundle, EXPORT_CONSISTENCY)?;
    let hashes: Result<Vec<TreeHash>, _> = proof.lines().map(str::parse).collect();
    let hashes = hashes.map_err(|_| format!("`{EXPORT_CONSISTENCY}` is not a hash a line"))?;
    // Every log begins with the one that has no entries.
    if log.size == 0 && hashes.is_empty() {
        return Ok(true);
    }
    verify_consistency(log.size, later.size, log.root, later.root, &hashes)
        .map(|()| true)
        .map_err(|_| "the log that has it does not begin with the bundle's log".to_owned())
}

fn text<R: Read + Seek>(bundle: &mut Bundle<R>, path: &str) -> Result<String, String> {
    let bytes = bundle.read(path).map_err(|error| explain(&error))?;
    String::from_utf8(bytes).map_err(|_| format!("`{path}` is not UTF-8"))
}
