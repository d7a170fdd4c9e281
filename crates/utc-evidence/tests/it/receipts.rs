//! Keys that changed, and the receipt of the export itself.

use std::io::Cursor;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use utc_attestation::log::{ReceiptProof, consistency_proof, inclusion_proof};
use utc_attestation::{HmacKey, KeyRing, Outcome, Secret, leaf_hash, sha256_hex};
use utc_domain::{Code, Draft, KeyChange, KeyId, KeyState, Meta, ReceiptKind};
use utc_evidence::{Anchors, CheckName, ExportReceipt, Filter, KeyRange, Report, Status, TagKeys};

use crate::drafts::draft;
use crate::fixture::{Log, SECRET, anchored, export, faults, log_key, range, verify, with_export};
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
        claims["meta"] = json!({ "manifest_digest": manifest, "population": 40 });
        let digest = sha256_hex("what was asked for");
        claims["link"] = json!({ "filter": { "digest": digest, "log_size": 40 } });
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
    ExportReceipt {
        jws,
        proof: proof.to_string(),
        consistency: Some(consistency_proof(40, size, &mut log).unwrap()),
    }
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
    assert!(detail(&report).ends_with("which begins with the bundle's"));
    assert_eq!(report.status, Status::Valid);
    let without = Files::of(&export(&mut Log::new(40), &Filter::default()));
    let with = Files::of(&zip);
    assert_eq!(
        with.0["manifest-sha256.txt"], without.0["manifest-sha256.txt"],
        "the payload does not hang on it"
    );
}

fn detail(report: &Report) -> &str {
    let mut checks = report.checks.iter();
    let check = checks.find(|check| check.name == CheckName::ExportReceipt);
    &check.unwrap().detail
}

#[test]
fn without_a_proof_of_consistency_the_receipt_of_an_export_is_of_the_same_key_only() {
    let zip = exported(|log, manifest| ExportReceipt {
        consistency: None,
        ..export_receipt(log, manifest, |_| {})
    });
    let report = check(&zip);
    assert_eq!(report.status, Status::Valid, "{:?}", faults(&report));
    assert!(detail(&report).ends_with("that it is the same log is not shown"));
}

#[test]
fn the_receipt_of_an_export_says_what_the_bundle_says() {
    type Change = fn(&mut Value);
    let cases: [(Change, &str); 7] = [
        (
            |claims| claims["link"]["filter"]["log_size"] = 39.into(),
            "it is about a log of 39 entries",
        ),
        (
            |claims| claims["link"]["filter"]["unit"] = "orders".into(),
            "it says another filter",
        ),
        (
            |claims| claims["link"]["filter"]["subject"] = "agent-1".into(),
            "it says another filter",
        ),
        (
            |claims| claims["link"]["filter"]["from"] = claims["ts"].clone(),
            "it says another filter",
        ),
        (
            |claims| claims["link"] = json!({}),
            "it does not say which receipts",
        ),
        (
            |claims| claims["meta"]["population"] = 41.into(),
            "it does not say that 40 receipts",
        ),
        (
            |claims| drop(claims["meta"].as_object_mut().unwrap().remove("population")),
            "it does not say that 40 receipts",
        ),
    ];
    for (change, words) in cases {
        check_wrong(
            &exported(|log, manifest| export_receipt(log, manifest, change)),
            words,
        );
    }
}

/// Whoever has the log's key keeps a second log, with the receipts of exports only.
#[test]
fn the_receipt_of_an_export_in_another_log_of_the_same_key_is_found() {
    let elsewhere = |log: &Log, manifest: &str| {
        let mut other = log.clone();
        other.leaves.swap(3, 4);
        export_receipt(&other, manifest, |_| {})
    };
    check_wrong(
        &exported(elsewhere),
        "the log that has it does not begin with the bundle's log",
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

const NEXT: &str = "the secret that follows, also long enough";

/// A log whose key changed with the receipt at position 20, and what the list of keys says of it.
fn rotated(keys: impl FnOnce(&KeyId, &KeyId) -> Vec<KeyRange>) -> Vec<u8> {
    rotated_log(keys, |_, draft| draft)
}

/// The same with changed drafts behind the rotation; `change` is given the old key.
fn rotated_log(
    keys: impl FnOnce(&KeyId, &KeyId) -> Vec<KeyRange>,
    change: impl Fn(&KeyId, Draft) -> Draft,
) -> Vec<u8> {
    let next = Some(Secret::new(NEXT).unwrap());
    let ring = Arc::new(KeyRing::new(Secret::new(SECRET).unwrap(), next, Vec::new()).unwrap());
    let (old, new) = (ring.active(), ring.next().unwrap());
    let rotation = [(old, KeyState::Retired), (new, KeyState::Active)];
    let drafts = (0..40).map(|seq| match seq {
        20 => key_change(&rotation, draft(seq)),
        30 => change(old, draft(seq)),
        _ => draft(seq),
    });
    let mut log = Log::sealed(&ring, |seq| if seq > 20 { new } else { old }, drafts);
    log.keys = keys(old, new);
    export(&mut log, &Filter::default())
}

fn key_change(changes: &[(&KeyId, KeyState)], draft: Draft) -> Draft {
    let changes = changes.iter().map(|&(kid, state)| KeyChange {
        kid: kid.clone(),
        state,
    });
    Draft {
        kind: ReceiptKind::KeyChange,
        code: Code::KeyRotated,
        decision: None,
        meta: Meta {
            keys: changes.collect(),
            ..Meta::default()
        },
        ..draft
    }
}

/// Others could sign with the old key from position 15 on, as the receipt at 30 says; the list says it of `listed`.
fn compromised(listed: Option<u64>) -> Vec<u8> {
    let keys = |old: &KeyId, new: &KeyId| {
        let old = KeyRange {
            compromised_from: listed,
            ..range(old, 0, Some(20))
        };
        vec![old, range(new, 21, None)]
    };
    let state = KeyState::Compromised { from: 15 };
    rotated_log(keys, |old, draft| key_change(&[(old, state)], draft))
}

#[test]
fn tags_that_others_could_have_made_do_not_count() {
    let mut anchors = Anchors {
        tags: TagKeys::new([SECRET, NEXT]).unwrap(),
        ..anchored()
    };
    let report = verify(&compromised(Some(15)), &mut anchors);
    assert_eq!(faults(&report), Vec::<String>::new());
    let tags = report
        .checks
        .iter()
        .find(|check| check.name == CheckName::Tags);
    let tags = tags.unwrap();
    assert_eq!(tags.outcome, Outcome::NotChecked);
    assert_eq!(
        tags.detail,
        "34 tags are right; 6 are of a key that others had by then and prove nothing; for 0 no secret was given"
    );
}

#[test]
fn a_list_that_hides_a_compromised_key_is_found() {
    for listed in [None, Some(16), Some(14)] {
        let report = verify(&compromised(listed), &mut anchored());
        assert_eq!(
            report.outcome(CheckName::Keys),
            Outcome::Failed,
            "{listed:?}"
        );
    }
}

#[test]
fn keys_that_followed_each_other_are_each_good_in_their_range() {
    let zip = rotated(|old, new| vec![range(old, 0, Some(20)), range(new, 21, None)]);
    let mut anchors = Anchors {
        tags: TagKeys::new([SECRET, NEXT]).unwrap(),
        ..anchored()
    };
    let report = verify(&zip, &mut anchors);
    assert_eq!(faults(&report), Vec::<String>::new());
    assert_eq!(report.outcome(CheckName::Tags), Outcome::Ok);

    // Whoever has one of the secrets checks that part, and is told so.
    let report = check(&zip);
    assert_eq!(report.status, Status::NotAnchored);
    let tags = report
        .checks
        .iter()
        .find(|check| check.name == CheckName::Tags)
        .unwrap();
    assert_eq!(tags.outcome, Outcome::NotChecked);
    assert_eq!(tags.detail, "21 tags are right; for 19 no secret was given");
}

#[test]
fn more_changes_of_keys_than_any_log_has_are_a_fault() {
    let kid: KeyId = "00000000deadbeef".parse().unwrap();
    let changes = vec![(&kid, KeyState::Retired); 501];
    let change = |draft| key_change(&changes, draft);
    let drafts = (0..4).map(|seq| match seq {
        0 => draft(seq),
        _ => change(draft(seq)),
    });
    let zip = export(&mut Log::of(drafts), &Filter::default());
    let found = faults(&verify(&zip, &mut anchored()));
    assert_eq!(
        found,
        ["keys: the receipts change keys more than 1000 times"]
    );
}

#[test]
fn a_list_of_keys_that_the_receipts_contradict_is_found() {
    let longer = rotated(|old, new| vec![range(old, 0, None), range(new, 21, None)]);
    let earlier = rotated(|old, new| vec![range(old, 0, Some(20)), range(new, 0, None)]);
    let missing = rotated(|old, _| vec![range(old, 0, Some(20))]);
    for zip in [longer, earlier, missing] {
        let report = verify(&zip, &mut anchored());
        assert_eq!(report.outcome(CheckName::Keys), Outcome::Failed);
    }
}
