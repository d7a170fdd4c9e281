//! Whatever is changed is found.

use utc_attestation::{Outcome, leaf_hash};
use utc_domain::{Code, Decision, Draft, Placement, Sealer};
use utc_evidence::{CheckName, Filter, Question, Report, Status};

use crate::drafts::{decision, draft};
use crate::fixture::{Log, anchored, export, faults, log_key, ring, sealer, time, verify};
use crate::forge::Files;

/// A bundle of a log that has something of everything.
fn bundle() -> Files {
    Files::of(&export(&mut Log::new(40), &Filter::default()))
}

/// Changes one bit in the middle.
fn flip(bytes: &mut [u8]) {
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
}

#[track_caller]
fn check_found(files: &Files, name: CheckName) -> Report {
    let report = verify(&files.pack(), &mut anchored());
    assert_eq!(report.status, Status::Wrong);
    assert_eq!(
        report.outcome(name),
        Outcome::Failed,
        "{:?}",
        faults(&report)
    );
    report
}

#[test]
fn what_is_taken_apart_and_put_together_again_is_still_valid() {
    let mut files = bundle();
    assert_eq!(verify(&files.pack(), &mut anchored()).status, Status::Valid);
    files.relist();
    let report = verify(&files.pack(), &mut anchored());
    assert_eq!(
        faults(&report),
        Vec::<String>::new(),
        "the tests relist as the exporter lists"
    );
}

#[test]
fn a_changed_byte_in_any_file_is_found() {
    let files = bundle();
    for path in files.paths() {
        let mut changed = files.clone();
        changed.edit(&path, |bytes| flip(bytes));
        let report = verify(&changed.pack(), &mut anchored());
        assert_eq!(report.status, Status::Wrong, "{path}");
        println!("{path}: {:?}", faults(&report));
    }
}

#[test]
fn a_removed_file_is_found() {
    let files = bundle();
    for path in files.paths() {
        let mut changed = files.clone();
        changed.0.remove(&path);
        let report = verify(&changed.pack(), &mut anchored());
        assert_eq!(report.status, Status::Wrong, "{path}");
    }
}

#[test]
fn manifests_that_were_rewritten_to_match_are_found_by_their_signature() {
    let files = bundle();
    for path in files.payload() {
        let mut changed = files.clone();
        changed.edit(&path, |bytes| flip(bytes));
        changed.relist();
        check_found(&changed, CheckName::Signature);
    }
}

/// What the log does not cover can be changed by whoever holds its key, and the documentation says so.
#[test]
fn whoever_holds_the_key_of_the_log_can_change_only_what_is_not_in_the_log() {
    let files = bundle();
    let mut unnoticed = Vec::new();
    for path in files.payload() {
        let mut changed = files.clone();
        changed.edit(&path, |bytes| {
            let digit = bytes
                .iter_mut()
                .rev()
                .find(|byte| byte.is_ascii_alphabetic());
            *digit.unwrap() ^= 1;
        });
        changed.relist();
        changed.sign(&log_key(1));
        let report = verify(&changed.pack(), &mut anchored());
        if report.status != Status::Wrong {
            unnoticed.push(path);
        }
    }
    let allowed =
        |path: &&String| path.starts_with("data/approvals/") || path.starts_with("data/signals/");
    let others: Vec<_> = unnoticed.iter().filter(|path| !allowed(path)).collect();
    assert!(others.is_empty(), "{others:?}");
    assert_eq!(unnoticed.len(), 2, "the approvals and a run");
}

/// Whoever has the secret makes a receipt of their own with a right tag.
fn resealed(log: &Log, seq: u64) -> String {
    let prev = log.leaves[usize::try_from(seq).unwrap() - 1].into();
    let ts = time(seq);
    let changed = Draft {
        decision: Some(Decision::RequireApproval),
        code: Code::ApprovalRequired,
        ..decision(seq)
    };
    let place = Placement { seq, prev, ts };
    sealer(&ring())
        .seal(ring().active(), &changed, &place)
        .unwrap()
        .jws
}

#[test]
fn a_decision_that_was_changed_and_signed_again_is_found() {
    let mut log = Log::new(40);
    let before = log.clone();
    log.entries[7].jws = resealed(&log, 7);
    // The tiles are still those of the log: only the receipt was exchanged.
    let report = check_found(
        &Files::of(&export(&mut log, &Filter::default())),
        CheckName::Leaves,
    );
    assert_eq!(report.outcome(CheckName::Chain), Outcome::Failed);

    // With the tree made to fit, the checkpoint is another one.
    log.leaves[7] = leaf_hash(log.entries[7].jws.as_bytes()).into();
    let mut files = Files::of(&export(&mut log, &Filter::default()));
    files.put("data/log/checkpoint", before.head(&log_key(1), 40));
    files.relist();
    files.sign(&log_key(1));
    check_found(&files, CheckName::Tiles);
}

/// Edits the lines of the receipts and makes everything fit that can be made to fit without the log.
fn with_lines(edit: impl FnOnce(&mut Vec<String>)) -> Files {
    let mut files = bundle();
    let path = "data/receipts/000000.jsonl";
    let mut lines: Vec<String> = files.text(path).lines().map(str::to_owned).collect();
    edit(&mut lines);
    files.put(path, lines.join("\n") + "\n");
    files.relist();
    files.sign(&log_key(1));
    files
}

#[test]
fn a_deleted_receipt_is_found() {
    let files = with_lines(|lines| drop(lines.remove(20)));
    let report = check_found(&files, CheckName::Order);
    assert_eq!(report.outcome(CheckName::Summary), Outcome::Failed);
    assert_eq!(report.outcome(CheckName::Index), Outcome::Failed);
}

#[test]
fn swapped_receipts_are_found() {
    let files = with_lines(|lines| lines.swap(20, 21));
    let report = check_found(&files, CheckName::Order);
    assert_eq!(
        report.outcome(CheckName::Leaves),
        Outcome::Ok,
        "each says its own position"
    );
}

#[test]
fn a_receipt_twice_is_found() {
    let files = with_lines(|lines| lines.insert(20, lines[19].clone()));
    check_found(&files, CheckName::Order);
}

#[test]
fn receipts_that_were_cut_off_the_end_are_found() {
    let files = with_lines(|lines| lines.truncate(35));
    check_found(&files, CheckName::Summary);
}

#[test]
fn what_is_no_receipt_is_found() {
    for junk in ["", "x", "a.b.c", "{}"] {
        let files = with_lines(|lines| junk.clone_into(&mut lines[3]));
        check_found(&files, CheckName::Receipts);
    }
}

#[test]
fn added_files_are_found_however_well_they_are_listed() {
    let mut files = bundle();
    files.put("data/extra.txt", "x");
    check_found(&files, CheckName::Manifest);
    files.relist();
    check_found(&files, CheckName::Signature);
    files.sign(&log_key(1));
    check_found(&files, CheckName::Contents);

    for path in ["extra.txt", "manifest-sha512.txt", "fetch.txt"] {
        let mut files = bundle();
        files.put(path, "x");
        check_found(&files, CheckName::TagManifest);
    }
}

#[test]
fn a_policy_that_no_receipt_names_is_found() {
    let mut files = bundle();
    files.put(&format!("data/policies/{}.json", "0".repeat(64)), "{}");
    files.relist();
    files.sign(&log_key(1));
    check_found(&files, CheckName::Policies);
}

#[test]
fn a_key_that_signed_outside_its_range_is_found() {
    let mut files = bundle();
    let keys = files.text("data/keys/receipt-keys.json");
    files.put(
        "data/keys/receipt-keys.json",
        keys.replace("\"to_seq\": null", "\"to_seq\": 12"),
    );
    files.relist();
    files.sign(&log_key(1));
    let report = check_found(&files, CheckName::Keys);
    // Those from 13 to 39, the state that no longer fits the range, and what only the receipts say and only the list.
    let keys = report
        .checks
        .iter()
        .find(|check| check.name == CheckName::Keys);
    assert_eq!(keys.unwrap().fault_count, 27 + 3);
}

/// With the key of the log, whoever exports can write what they like into the list.
fn with_foreign_key(filter: &Filter) -> Report {
    let mut files = Files::of(&export(&mut Log::new(40), filter));
    let list = files.text("data/keys/receipt-keys.json");
    let foreign = r#"[{"kid":"00000000deadbeef","from_seq":0,"to_seq":9,"state":"retired"},"#;
    files.put(
        "data/keys/receipt-keys.json",
        list.replacen('[', foreign, 1),
    );
    files.relist();
    files.sign(&log_key(1));
    verify(&files.pack(), &mut anchored())
}

#[test]
fn a_foreign_key_in_the_list_is_found_where_every_receipt_is_there_and_said_elsewhere() {
    let report = with_foreign_key(&Filter::default());
    assert_eq!(
        faults(&report),
        [
            "keys: the list says that key 00000000deadbeef signs from 0 on; the receipts do not say that"
        ]
    );
    let part = Filter {
        from: Some(time(10)),
        ..Filter::default()
    };
    let report = with_foreign_key(&part);
    assert_eq!(report.status, Status::Valid, "{:?}", faults(&report));
    let words = &report.verdict(Question::Integrity).unwrap().words;
    assert!(words.ends_with("keys/receipt-keys.json"), "{words}");
}

#[test]
fn approvals_that_no_receipt_names_or_out_of_order_are_found() {
    let path = "data/approvals/000000.jsonl";
    for edit in [
        (|lines: &mut Vec<String>| lines.reverse()) as fn(&mut Vec<String>),
        |lines| lines.insert(1, lines[0].clone()),
        |lines| lines[1] = lines[1].replace("-8dee-", "-8def-"),
        |lines| lines[0].push('x'),
        |lines| lines.push(String::new()),
    ] {
        let mut files = bundle();
        let mut lines: Vec<String> = files.text(path).lines().map(str::to_owned).collect();
        assert_eq!(lines.len(), 2);
        edit(&mut lines);
        files.put(path, lines.join("\n") + "\n");
        files.relist();
        files.sign(&log_key(1));
        check_found(&files, CheckName::Records);
    }
}

#[test]
fn a_report_that_another_version_laid_out_is_named_and_leaves_the_bundle_unanchored() {
    let mut files = bundle();
    let version = concat!("\"version\": \"", env!("CARGO_PKG_VERSION"), "\"");
    let summary = files.text("data/export.json");
    files.put(
        "data/export.json",
        summary.replace(version, "\"version\": \"0.0.1\""),
    );
    files.put("data/report.html", "<p>Nothing was denied.</p>");
    files.relist();
    files.sign(&log_key(1));
    let report = verify(&files.pack(), &mut anchored());
    assert_eq!(faults(&report), Vec::<String>::new());
    assert_eq!(report.status, Status::NotAnchored);
    let verdict = report.verdict(Question::Integrity).unwrap();
    assert_eq!(verdict.outcome, Outcome::NotChecked);
    assert_eq!(
        verdict.words,
        "every byte is as the log's key signed it; nothing but that signature vouches for approvals/, signals/, report.html, VERIFY.md"
    );
}

#[test]
fn a_proof_for_another_receipt_is_found() {
    let mut files = bundle();
    let proofs: Vec<String> = files
        .paths()
        .into_iter()
        .filter(|path| path.starts_with("data/proofs/"))
        .collect();
    let other = files.text(&proofs[1]);
    files.put(&proofs[0], other);
    files.relist();
    files.sign(&log_key(1));
    check_found(&files, CheckName::Proofs);
}

#[test]
fn drafts_of_the_tests_have_every_kind_that_the_report_lists() {
    let kinds: std::collections::BTreeSet<&str> =
        (0..40).map(|seq| draft(seq).kind.as_str()).collect();
    assert_eq!(kinds.len(), 6);
}
