//! What only something from outside can tell.

use utc_attestation::Outcome;
use utc_domain::{Code, Decision, Draft};
use utc_evidence::{Anchors, CheckName, Filter, Question, Report, Status, TagKeys};

use crate::drafts::{decision, draft};
use crate::fixture::{Log, SECRET, anchored, export, faults, log_key, verify, with_export};

fn bundle(size: u64) -> Vec<u8> {
    export(&mut Log::new(size), &Filter::default())
}

fn with_head(zip: &[u8], head: String) -> Report {
    let mut anchors = Anchors {
        head: Some(head),
        ..Anchors::default()
    };
    verify(zip, &mut anchors)
}

#[track_caller]
fn check_words(report: &Report, outcome: Outcome, words: &str) {
    let verdict = report.verdict(Question::LogCompleteness).unwrap();
    assert_eq!(verdict.outcome, outcome, "{:?}", faults(report));
    assert!(verdict.words.contains(words), "{}", verdict.words);
}

#[test]
fn with_nothing_from_outside_a_bundle_only_agrees_with_itself() {
    let report = verify(&bundle(40), &mut Anchors::default());
    assert_eq!(report.status, Status::NotAnchored);
    check_words(&report, Outcome::NotChecked, "completeness not anchored");
}

#[test]
fn heads_that_the_log_had_before_anchor_it() {
    let log = Log::new(600);
    let zip = bundle(600);
    for size in [1, 2, 255, 256, 257, 511, 512, 599, 600] {
        let report = with_head(&zip, log.head(&log_key(1), size));
        assert_eq!(
            report.status,
            Status::Valid,
            "{size}: {:?}",
            faults(&report)
        );
        check_words(&report, Outcome::Ok, &size.to_string());
    }
}

#[test]
fn the_head_of_an_empty_log_anchors_nothing() {
    let head = Some(Log::new(0).head(&log_key(1), 0));
    let mut anchors = Anchors { head, ..anchored() };
    assert_eq!(
        verify(&bundle(40), &mut anchors).status,
        Status::NotAnchored
    );
    let report = with_head(&bundle(40), Log::new(0).head(&log_key(1), 0));
    assert_eq!(report.status, Status::NotAnchored);
}

#[test]
fn a_tail_that_was_cut_off_is_found_by_a_newer_head_only() {
    let log = Log::new(60);
    let zip = bundle(40);
    assert_eq!(verify(&zip, &mut anchored()).status, Status::Valid);
    let report = with_head(&zip, log.head(&log_key(1), 60));
    assert_eq!(report.status, Status::Wrong);
    assert_eq!(
        faults(&report),
        [
            "head: the head from outside has 60 entries, the bundle's log ends at 40: 20 are missing. If the bundle was made before that head, give the log's tiles to prove it, or a head from that time"
        ]
    );
}

#[test]
fn with_the_tiles_of_the_newer_log_an_older_bundle_is_shown_to_be_its_beginning() {
    let log = Log::new(300);
    let newer = export(&mut log.clone(), &Filter::default());
    let mut newer =
        utc_evidence::Bundle::open(std::io::Cursor::new(newer), utc_evidence::Limits::USUAL)
            .unwrap();
    let mut anchors = Anchors {
        head: Some(log.head(&log_key(1), 300)),
        tiles: Some(&mut newer),
        ..Anchors::default()
    };
    let report = verify(&bundle(40), &mut anchors);
    assert_eq!(report.status, Status::Valid, "{:?}", faults(&report));
    check_words(
        &report,
        Outcome::Ok,
        "as it was at 40 entries; the head from outside has 300",
    );
}

/// The same log, but for one decision that was made to look otherwise, all of it signed with the right keys.
fn rewritten(size: u64) -> Log {
    Log::of((0..size).map(|seq| match seq {
        7 => Draft {
            decision: Some(Decision::Deny),
            code: Code::UnitRisky,
            ..decision(seq)
        },
        _ => draft(seq),
    }))
}

#[test]
fn a_log_that_was_rewritten_with_all_its_keys_is_found_by_a_head_of_before() {
    let (log, mut forked) = (Log::new(40), rewritten(40));
    let zip = export(&mut forked, &Filter::default());
    assert_eq!(verify(&zip, &mut anchored()).status, Status::Valid);
    for size in [8, 30, 40] {
        let report = with_head(&zip, log.head(&log_key(1), size));
        assert_eq!(report.outcome(CheckName::Head), Outcome::Failed, "{size}");
        assert_eq!(report.status, Status::Wrong);
        check_words(&report, Outcome::Failed, "not the one");
    }
    // Up to where they part, both are the same log.
    let report = with_head(&zip, log.head(&log_key(1), 7));
    assert_eq!(report.status, Status::Valid);
}

#[test]
fn a_bundle_of_a_foreign_key_is_found_by_the_key_from_outside() {
    let finish = |exported: utc_evidence::Exported<'_, std::io::Cursor<Vec<u8>>>| {
        exported.finish(None).unwrap().into_inner()
    };
    let zip = with_export(&mut Log::new(40), &Filter::default(), 2, finish);
    assert_eq!(
        verify(&zip, &mut Anchors::default()).status,
        Status::NotAnchored
    );
    let report = verify(&zip, &mut anchored());
    assert_eq!(report.status, Status::Wrong);
    assert_eq!(report.outcome(CheckName::LogKey), Outcome::Failed);
    assert_eq!(report.outcome(CheckName::Checkpoint), Outcome::Failed);

    let report = with_head(&zip, Log::new(40).head(&log_key(1), 40));
    assert_eq!(report.outcome(CheckName::Head), Outcome::Failed);
}

#[test]
fn tags_are_checked_by_whoever_has_the_secret() {
    let with = |secrets: &[&str]| {
        let mut anchors = Anchors {
            tags: TagKeys::new(secrets.iter().copied()).unwrap(),
            ..anchored()
        };
        verify(&bundle(40), &mut anchors)
    };
    let other = "another secret that is long enough for use";
    assert_eq!(with(&[SECRET]).outcome(CheckName::Tags), Outcome::Ok);
    assert_eq!(with(&[other, SECRET]).outcome(CheckName::Tags), Outcome::Ok);
    let report = with(&[other]);
    assert_eq!(report.outcome(CheckName::Tags), Outcome::NotChecked);
    // Whoever wants tags checked is told that some were not.
    assert_eq!(report.status, Status::NotAnchored);
    let verdict = report.verdict(Question::Integrity).unwrap();
    assert_eq!(verdict.outcome, Outcome::NotChecked);
    let words = "40 receipts are signed with keys that no secret was given for";
    assert!(verdict.words.contains(words), "{}", verdict.words);
    let report = with(&[]);
    assert_eq!(report.status, Status::Valid, "inclusion is proof enough");
}

#[test]
fn a_part_of_a_log_can_be_compared_with_heads_whose_tiles_it_has() {
    let log = Log::new(600);
    let filter = Filter {
        from: Some(crate::fixture::time(300)),
        ..Filter::default()
    };
    let zip = export(&mut log.clone(), &filter);
    // The tile that shows position 10 is not in a bundle that begins at 300.
    let report = with_head(&zip, log.head(&log_key(1), 10));
    assert_eq!(report.outcome(CheckName::Head), Outcome::NotChecked);
    assert_eq!(report.status, Status::NotAnchored);
    // What was given and not compared is no anchor, even beside one that holds.
    let head = Some(log.head(&log_key(1), 10));
    let mut anchors = Anchors { head, ..anchored() };
    let report = verify(&zip, &mut anchors);
    assert_eq!(report.status, Status::NotAnchored);
    check_words(&report, Outcome::NotChecked, "could not be compared");
    let head = report
        .checks
        .iter()
        .find(|check| check.name == CheckName::Head);
    assert!(
        head.unwrap().detail.contains("`tile/0/000` of the log"),
        "{head:?}"
    );
    // With the tiles of the whole log it is.
    let whole = export(&mut log.clone(), &Filter::default());
    let mut whole =
        utc_evidence::Bundle::open(std::io::Cursor::new(whole), utc_evidence::Limits::USUAL)
            .unwrap();
    let mut anchors = Anchors {
        head: Some(log.head(&log_key(1), 10)),
        tiles: Some(&mut whole),
        ..anchored()
    };
    let report = verify(&zip, &mut anchors);
    assert_eq!(report.status, Status::Valid, "{:?}", faults(&report));
    let report = with_head(&zip, log.head(&log_key(1), 400));
    assert_eq!(report.status, Status::Valid, "{:?}", faults(&report));
}
