//! Keys that changed, and the receipt of the export itself.

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use utc_attestation::log::{ReceiptProof, inclusion_proof};
use utc_attestation::{HmacKey, Outcome, leaf_hash};
use utc_evidence::{Anchors, CheckName, ExportReceipt, Filter, Report, Status, TagKeys};

use crate::fixture::{Log, SECRET, anchored, faults, log_key, verify, with_export};
use crate::forge::Files;

/// A receipt with any claims, made from one of the log's and tagged with the secret.
fn sealed(log: &Log, change: impl FnOnce(&mut Value)) -> String {
    let last = log.entries.last().unwrap();
    let segments: Vec<&str> = last.jws.split('.').collect();
    let mut claims: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(segments[1]).unwrap()).unwrap();
    let leaf = leaf_hash(last.jws.as_bytes());
    claims["prev"] = URL_SAFE_NO_PAD.encode(leaf.as_bytes()).into();
    claims["seq"] = log.size().into();
    change(&mut claims);
    let payload = utc_attestation::canonical(&claims).unwrap();
    let signed = format!("{}.{}", segments[0], URL_SAFE_NO_PAD.encode(payload));
    let tag = HmacKey::new(SECRET.as_bytes())
        .unwrap()
        .tag(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// Appends the receipt of an export of this manifest, and proves it.
fn export_receipt(log: &Log, manifest: &str, change: impl FnOnce(&mut Value)) -> ExportReceipt {
    let mut log = log.clone();
    let jws = sealed(&log, |claims| {
        claims["kind"] = "export".into();
        claims["meta"] = json!({ "manifest_digest": manifest });
        claims.as_object_mut().unwrap().remove("decision");
        change(claims);
    });
    let leaf = leaf_hash(jws.as_bytes());
    log.push(jws.clone(), leaf);
    let (index, size) = (log.size() - 1, log.size());
    let proof = ReceiptProof {
        index,
        hashes: inclusion_proof(index, size, &mut log).unwrap(),
        checkpoint: log.head(&log_key(1), size),
    };
    let proof = proof.to_string();
    ExportReceipt { jws, proof }
}

fn exported(receipt: impl FnOnce(&Log, &str) -> ExportReceipt) -> Vec<u8> {
    let mut log = Log::new(40);
    let before = log.clone();
    with_export(&mut log, &Filter::default(), 1, |exported| {
        assert_eq!(
            (exported.population(), exported.octets() > 40_000),
            (40, true)
        );
        let receipt = receipt(&before, &exported.manifest_digest());
        let zip: Cursor<Vec<u8>> = exported.finish(Some(&receipt)).unwrap();
        zip.into_inner()
    })
}

fn check(zip: &[u8]) -> Report {
    let mut anchors = Anchors {
        tags: TagKeys::new([SECRET]).unwrap(),
        ..anchored()
    };
    verify(zip, &mut anchors)
}

#[test]
fn the_receipt_of_an_export_travels_with_it() {
    let zip = exported(|log, manifest| export_receipt(log, manifest, |_| {}));
    let report = check(&zip);
    assert_eq!(faults(&report), Vec::<String>::new());
    assert_eq!(report.outcome(CheckName::ExportReceipt), Outcome::Ok);
    assert_eq!(report.status, Status::Valid);
    let without = Files::of(&crate::fixture::export(
        &mut Log::new(40),
        &Filter::default(),
    ));
    let with = Files::of(&zip);
    assert_eq!(
        with.0["manifest-sha256.txt"], without.0["manifest-sha256.txt"],
        "the payload does not hang on it"
    );
}

#[track_caller]
fn check_wrong(zip: &[u8], words: &str) {
    let report = check(zip);
    assert_eq!(report.status, Status::Wrong);
    let fault = format!("export_receipt: {words}");
    assert!(
        faults(&report).iter().any(|found| found.contains(&fault)),
        "{:?}",
        faults(&report)
    );
}

#[test]
fn the_receipt_of_another_export_is_found() {
    let other = format!("sha256:{}", "0".repeat(64));
    check_wrong(
        &exported(|log, _| export_receipt(log, &other, |_| {})),
        "it names another manifest",
    );
    let kind = |claims: &mut Value| claims["kind"] = "replay".into();
    check_wrong(
        &exported(|log, manifest| export_receipt(log, manifest, kind)),
        "it is not the receipt of an export",
    );
    let seq = |claims: &mut Value| claims["seq"] = 3.into();
    check_wrong(
        &exported(|log, manifest| export_receipt(log, manifest, seq)),
        "it stands at another position",
    );
    let swapped = |log: &Log, manifest: &str| ExportReceipt {
        proof: export_receipt(log, manifest, |claims| claims["reason"] = "x".into()).proof,
        ..export_receipt(log, manifest, |_| {})
    };
    check_wrong(&exported(swapped), "the receipt is not proven");
    let forged = |log: &Log, manifest: &str| {
        let receipt = export_receipt(log, manifest, |_| {});
        let (signed, _) = receipt.jws.rsplit_once('.').unwrap();
        let tag = URL_SAFE_NO_PAD.encode([0; 32]);
        let jws = format!("{signed}.{tag}");
        ExportReceipt { jws, ..receipt }
    };
    check_wrong(&exported(forged), "its tag is not that of key");
}
