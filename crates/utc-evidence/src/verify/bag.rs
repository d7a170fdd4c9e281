//! The bag around the payload.

use std::collections::BTreeSet;
use std::io::{Read, Seek};

use sha2::{Digest, Sha256};
use utc_attestation::log::VerifierKey;

use super::CheckName::{Bag, Contents, Manifest as ManifestCheck, Signature, TagManifest};
use super::check::Checks;
use crate::Bundle;
use crate::bag::{Manifest, check_declaration, oxum};
use crate::layout::{BAG_INFO, DECLARATION, MANIFEST, PAYLOAD, SIGNATURE, TAG_FILES, TAG_MANIFEST};

/// Files that another kind of bag may have. Ours is complete in itself and has one algorithm.
const FETCH: &str = "fetch.txt";

/// Checks declaration, information and tag files, and reads the manifest of the payload.
pub(super) fn check<R: Read + Seek>(bundle: &mut Bundle<R>, checks: &mut Checks) -> Manifest {
    if let Some(bytes) = tag_file(bundle, DECLARATION, checks) {
        let declared = check_declaration(&bytes).map_err(|why| format!("`{DECLARATION}`: {why}"));
        checks.value(Bag, declared);
    }
    if bundle.contains(FETCH) {
        checks.fault(Bag, "`fetch.txt` asks for files from elsewhere");
    }
    check_oxum(bundle, checks);
    check_tag_files(bundle, checks);
    let bytes = tag_file(bundle, MANIFEST, checks).unwrap_or_default();
    let manifest = Manifest::read(&bytes).map_err(|why| format!("`{MANIFEST}`: {why}"));
    let manifest = checks.value(ManifestCheck, manifest).unwrap_or_default();
    checks.done(Bag, "a bag of version 1.0 with everything in it");
    manifest
}

/// Checks that the log's key signed the list of tag files.
pub(super) fn check_signature<R: Read + Seek>(
    bundle: &mut Bundle<R>,
    key: &VerifierKey,
    checks: &mut Checks,
) {
    let list = bundle.read(TAG_MANIFEST).unwrap_or_default();
    let Ok(signature) = bundle.read(SIGNATURE) else {
        return checks.fault(Signature, &format!("`{SIGNATURE}` is missing"));
    };
    match key.verify(&list, &signature) {
        Ok(()) => checks.done(Signature, "the log's key signed the list of tag files"),
        Err(error) => checks.fault(Signature, &error.to_string()),
    }
}

/// What `bag-info.txt` says of the payload's size.
fn check_oxum<R: Read + Seek>(bundle: &mut Bundle<R>, checks: &mut Checks) {
    let Some(bytes) = tag_file(bundle, BAG_INFO, checks) else {
        return;
    };
    let said = oxum(&bytes).map_err(|why| format!("`{BAG_INFO}`: {why}"));
    let Some(said) = checks.value(Bag, said) else {
        return;
    };
    let payload: Vec<&str> = bundle
        .paths()
        .filter(|path| path.starts_with(PAYLOAD))
        .collect();
    let octets = payload.iter().filter_map(|path| bundle.bytes(path)).sum();
    let files = u64::try_from(payload.len()).unwrap_or(u64::MAX);
    if said != (octets, files) {
        let fault = format!(
            "`{BAG_INFO}` says {} bytes in {} files; there are {octets} in {files}",
            said.0, said.1
        );
        checks.fault(Bag, &fault);
    }
}

/// Every tag file but the list itself and its signature is listed, and as the list says.
fn check_tag_files<R: Read + Seek>(bundle: &mut Bundle<R>, checks: &mut Checks) {
    let bytes = bundle.read(TAG_MANIFEST).unwrap_or_default();
    let listed = Manifest::read(&bytes).map_err(|why| format!("`{TAG_MANIFEST}`: {why}"));
    let Some(mut listed) = checks.value(TagManifest, listed) else {
        return;
    };
    let present: BTreeSet<String> = bundle
        .paths()
        .filter(|path| !path.starts_with(PAYLOAD) && ![TAG_MANIFEST, SIGNATURE].contains(path))
        .map(str::to_owned)
        .collect();
    for path in present
        .iter()
        .filter(|path| !TAG_FILES.contains(&path.as_str()))
    {
        checks.fault(Contents, &format!("`{path}` is no file of a bundle"));
    }
    for path in &present {
        let found = bundle.read(path).map(|bytes| Sha256::digest(bytes).into());
        let fault = match (listed.take(path), found) {
            (Some(listed), Ok(found)) if listed == found => continue,
            (Some(_), Ok::<[u8; 32], _>(_)) => format!("`{path}` was changed"),
            (None, _) => format!("`{path}` is not listed"),
            (Some(_), Err(error)) => {
                format!("`{path}` cannot be unpacked: {}", super::explain(&error))
            }
        };
        checks.fault(TagManifest, &fault);
    }
    for path in listed.paths() {
        checks.fault(TagManifest, &format!("`{path}` is listed and missing"));
    }
    checks.done(TagManifest, "every tag file is listed and as it was");
}

fn tag_file<R: Read + Seek>(
    bundle: &mut Bundle<R>,
    path: &str,
    checks: &mut Checks,
) -> Option<Vec<u8>> {
    let read = bundle.read(path).map_err(|error| super::explain(&error));
    checks.value(Bag, read)
}
