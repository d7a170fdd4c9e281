//! Logs whose key changed, or which were set back, against keys and heads of before.

use utc_attestation::Outcome;
use utc_attestation::log::LogKey;
use utc_domain::{Code, Draft, LogBefore, Meta, ReceiptKind};
use utc_evidence::{Anchors, CheckName, Filter, Question, Report, Status};

use crate::drafts::{change, draft};
use crate::fixture::{Log, export_with, faults, key_of, log_key, time, verify};

/// The receipt that registers a key of the log.
fn registers(seq: u64, key: &LogKey, code: Code, before: Option<LogBefore>) -> Draft {
    let meta = Meta {
        log_key: Some(key.verifier_key().to_string()),
        log_before: before,
        ..Meta::default()
    };
    change(seq, ReceiptKind::KeyChange, code, meta)
}

/// A log in which the first key is registered at 1, the second one at 300, the third at 400.
fn rotated() -> Log {
    let drafts = (0..600).map(|seq| match seq {
        1 => registers(seq, &log_key(1), Code::LogKeyRegistered, None),
        300 => registers(seq, &log_key(2), Code::LogKeyRegistered, None),
        400 => registers(seq, &log_key(3), Code::LogKeyRegistered, None),
        _ => draft(seq),
    });
    Log::of(drafts)
}

fn export(log: &mut Log, size: u64, filter: &Filter, key: &LogKey) -> Vec<u8> {
    export_with(log, size, filter, key, |exported| {
        exported.finish(None).unwrap().into_inner()
    })
}

fn given(keys: &[&LogKey]) -> Anchors<'static> {
    let vkeys = keys.iter().map(|key| key.verifier_key().clone());
    Anchors {
        vkeys: vkeys.collect(),
        ..Anchors::default()
    }
}

#[track_caller]
fn check(report: &Report, status: Status, words: &str) {
    let details = report.checks.iter().map(|check| check.detail.as_str());
    let verdicts = report.verdicts.iter().map(|verdict| verdict.words.as_str());
    let all: Vec<&str> = details.chain(verdicts).collect();
    let said = all.join("\n") + &faults(report).join("\n");
    assert_eq!(report.status, status, "{said}");
    assert!(said.contains(words), "{said}");
}

#[test]
fn a_head_that_a_former_key_signed_counts_as_receipts_register_that_key() {
    let mut log = rotated();
    let zip = export(&mut log, 600, &Filter::default(), &log_key(3));
    for (seed, size) in [(1, 40), (1, 301), (2, 350), (3, 500)] {
        let mut anchors = Anchors {
            head: Some(log.head(&log_key(seed), size)),
            ..given(&[&log_key(3)])
        };
        check(
            &verify(&zip, &mut anchors),
            Status::Valid,
            &size.to_string(),
        );
    }
    let mut anchors = Anchors {
        head: Some(log.head(&log_key(4), 40)),
        ..given(&[&log_key(3)])
    };
    let words = "the head from outside is not one of this log's";
    check(&verify(&zip, &mut anchors), Status::Wrong, words);
}

#[test]
fn a_former_key_vouches_where_bridges_lead_from_it_to_the_last_one() {
    let mut log = rotated();
    let zip = export(&mut log, 600, &Filter::default(), &log_key(3));
    let bridges = [log.head(&log_key(2), 401), log.head(&log_key(1), 302)];
    let mut anchors = Anchors {
        bridges: bridges.to_vec(),
        ..given(&[&log_key(1)])
    };
    check(
        &verify(&zip, &mut anchors),
        Status::Valid,
        "hands over to it",
    );

    for bridges in [&bridges[..1], &bridges[1..], &[]] {
        let mut anchors = Anchors {
            bridges: bridges.to_vec(),
            ..given(&[&log_key(1)])
        };
        let report = verify(&zip, &mut anchors);
        check(
            &report,
            Status::NotAnchored,
            "handed over to the bundle's key is not shown",
        );
    }
}

#[test]
fn a_log_that_only_says_that_it_followed_another_is_not_vouched_for() {
    let mut forged = rotated();
    let zip = export(&mut forged, 600, &Filter::default(), &log_key(3));
    // What the first key really signed.
    let real = Log::new(350);
    let mut anchors = Anchors {
        bridges: vec![real.head(&log_key(1), 302)],
        ..given(&[&log_key(1)])
    };
    let report = verify(&zip, &mut anchors);
    check(&report, Status::Wrong, "a checkpoint of a former key: ");
    assert_eq!(report.outcome(CheckName::LogKey), Outcome::Failed);
    let report = verify(&zip, &mut given(&[&log_key(9)]));
    assert_eq!(report.outcome(CheckName::LogKey), Outcome::Failed);
}

#[test]
fn a_part_without_the_receipts_takes_both_keys() {
    let mut log = rotated();
    let filter = Filter {
        from: Some(time(500)),
        ..Filter::default()
    };
    let zip = export(&mut log, 600, &filter, &log_key(3));
    let head = Some(log.head(&log_key(1), 256));
    let mut anchors = Anchors {
        head: head.clone(),
        ..given(&[&log_key(3)])
    };
    let words = "If another key of the log signed it, give that key too";
    check(&verify(&zip, &mut anchors), Status::Wrong, words);
    let mut anchors = Anchors {
        head,
        ..given(&[&log_key(3), &log_key(1)])
    };
    check(&verify(&zip, &mut anchors), Status::Valid, "256");
}

const NEXT: &str = "utc.example/log/2";

/// A log of 60 that was set back to 30 and went on to 50 under another name, and the log that it was.
fn set_back() -> (Log, Log) {
    let before = Log::of((0..60).map(|seq| match seq {
        1 => registers(seq, &log_key(1), Code::LogKeyRegistered, None),
        _ => draft(seq),
    }));
    let was = before.checkpoint(60);
    let lost = LogBefore {
        origin: was.origin.to_string(),
        size: 60,
        root: was.root.to_string(),
    };
    let after = Log::of((0..50).map(|seq| match seq {
        1 => registers(seq, &log_key(1), Code::LogKeyRegistered, None),
        30 => registers(seq, &key_of(NEXT, 1), Code::LogSetBack, Some(lost.clone())),
        _ => draft(seq),
    }));
    (before, after)
}

#[test]
fn a_log_that_was_set_back_says_so_and_heads_of_before_show_what_is_gone() {
    let (before, mut after) = set_back();
    let key = key_of(NEXT, 1);
    let zip = export(&mut after, 50, &Filter::default(), &key);
    let with = |head: Option<String>| {
        let mut anchors = Anchors {
            head,
            ..given(&[&key])
        };
        verify(&zip, &mut anchors)
    };
    let says = "its receipt at position 30 says that it was set back from 60 entries, as `utc.example/log`";
    check(&with(None), Status::Valid, says);
    let report = with(Some(before.head(&log_key(1), 30)));
    check(
        &report,
        Status::Valid,
        "which was called `utc.example/log` then",
    );
    for size in [31, 45, 60] {
        let report = with(Some(before.head(&log_key(1), size)));
        let found = "At position 30 that log was set back from 60 entries and goes on as `utc.example/log/2`";
        check(&report, Status::Wrong, found);
        let verdict = report.verdict(Question::LogCompleteness).unwrap();
        assert!(verdict.words.contains(says), "{}", verdict.words);
    }
    // Under its new name it is compared as any other.
    check(&with(Some(after.head(&key, 40))), Status::Valid, "40");
    // The key under the former name vouches for nothing of what came later.
    let report = verify(&zip, &mut given(&[&log_key(1)]));
    check(&report, Status::NotAnchored, "is a former one");
}
