//! What an export makes, and that it verifies.

use std::io::Cursor;
use std::ops::ControlFlow;

use proptest::prelude::*;
use utc_attestation::log::TreeHash;
use utc_attestation::{Outcome, sha256_hex};
use utc_evidence::{
    CheckName, Export, ExportError, Filter, Progress, Question, Report, Stage, Status,
};

use crate::drafts::{REASON, draft, id};
use crate::fixture::{Log, anchored, export, export_at, faults, log_key, time, verify};
use crate::forge::{Files, sha256};

#[track_caller]
fn check_valid(log: &mut Log, filter: &Filter, population: u64) -> Report {
    let report = verify(&export(log, filter), &mut anchored());
    assert_eq!(faults(&report), Vec::<String>::new());
    assert_eq!(
        (report.status, report.population),
        (Status::Valid, population)
    );
    report
}

#[track_caller]
fn check_filter_verdict(report: &Report, outcome: Outcome, words: &str) {
    let verdict = report.verdict(Question::FilterCompleteness).unwrap();
    assert_eq!((verdict.outcome, verdict.words.as_str()), (outcome, words));
}

#[test]
fn a_whole_log_verifies_and_every_check_is_made() {
    let report = check_valid(&mut Log::new(600), &Filter::default(), 600);
    let unchecked: Vec<CheckName> = report
        .checks
        .iter()
        .filter(|check| check.outcome == Outcome::NotChecked)
        .map(|check| check.name)
        .collect();
    assert_eq!(
        unchecked,
        [CheckName::Tags, CheckName::ExportReceipt, CheckName::Head]
    );
    check_filter_verdict(
        &report,
        Outcome::Ok,
        "every one of the log's 600 entries is here",
    );
}

#[test]
fn logs_of_any_size_verify() {
    for size in [0, 1, 2, 255, 256, 257, 1_024, 1_025] {
        check_valid(&mut Log::new(size), &Filter::default(), size);
    }
}

#[test]
fn a_period_claims_what_lies_between_its_ends() {
    let filter = Filter {
        from: Some(time(290)),
        to: Some(time(310)),
        ..Filter::default()
    };
    let report = check_valid(&mut Log::new(600), &filter, 20);
    check_filter_verdict(
        &report,
        Outcome::NotChecked,
        "no position is missing in between; that these are the ends of the period is asserted by the exporter",
    );
}

#[test]
fn what_is_picked_claims_inclusion_only_and_has_a_proof_for_everything() {
    let unit = Filter {
        unit: Some("orders".parse().unwrap()),
        ..Filter::default()
    };
    let subject = Filter {
        subject: Some("agent-1".parse().unwrap()),
        ..Filter::default()
    };
    for filter in [unit, subject] {
        let zip = export(&mut Log::new(600), &filter);
        let report = verify(&zip, &mut anchored());
        assert_eq!(faults(&report), Vec::<String>::new());
        check_filter_verdict(
            &report,
            Outcome::NotChecked,
            "asserted by the exporter: receipts were picked, only their inclusion is proven",
        );
        let files = Files::of(&zip);
        let proofs = files
            .paths()
            .iter()
            .filter(|path| path.starts_with("data/proofs/"))
            .count();
        assert_eq!(u64::try_from(proofs).unwrap(), report.population);
        assert!(files.text("data/report.html").contains("Inclusion only."));
    }
}

#[test]
fn a_filter_that_nothing_matches_makes_an_empty_bundle() {
    let filter = Filter {
        subject: Some("nobody".parse().unwrap()),
        ..Filter::default()
    };
    check_valid(&mut Log::new(600), &filter, 0);
}

#[test]
fn only_the_tiles_that_are_needed_are_written() {
    let filter = Filter {
        from: Some(time(300)),
        to: Some(time(301)),
        ..Filter::default()
    };
    let files = Files::of(&export(&mut Log::new(1_000), &filter));
    let tiles: Vec<String> = files
        .paths()
        .into_iter()
        .filter(|path| path.contains("/tile/"))
        .collect();
    assert_eq!(
        tiles,
        [
            "data/log/tile/0/001",
            "data/log/tile/0/003.p/232",
            "data/log/tile/1/000.p/3"
        ]
    );
}

#[test]
fn the_same_log_and_filter_give_the_same_bytes_whatever_was_appended_since() {
    let filter = Filter::default();
    let first = export(&mut Log::new(300), &filter);
    for size in [300, 301, 512, 700] {
        let again = export_at(&mut Log::new(size), 300, &filter, 1, |exported| {
            exported.finish(None).unwrap().into_inner()
        });
        assert!(first == again, "the export of 300 from {size} differs");
    }
}

/// By the rule as it is written in the bundle, in other words than the crate's.
#[test]
fn anybody_can_draw_the_sample_again() {
    let files = Files::of(&export(&mut Log::new(200), &Filter::default()));
    let summary: serde_json::Value = serde_json::from_str(&files.text("data/export.json")).unwrap();
    let sample = &summary["sample"];
    let seed: TreeHash = sample["seed"].as_str().unwrap().parse().unwrap();
    assert_eq!(sample["seed"], summary["log"]["root"]);
    let lot = |seq: u64| {
        let text = [
            b"utc-evidence-sample",
            &seed.as_bytes()[..],
            &seq.to_be_bytes(),
        ]
        .concat();
        sha256(&text)
    };
    let mut all: Vec<u64> = (0..200).collect();
    all.sort_by_key(|seq| lot(*seq));
    all.truncate(64);
    all.sort_unstable();
    assert_eq!(sample["positions"], serde_json::json!(all));
    for seq in all {
        assert!(
            files
                .0
                .contains_key(&format!("data/proofs/{}.tlog-proof", id(seq)))
        );
    }
}

#[test]
fn cells_that_a_spreadsheet_would_compute_are_text() {
    let files = Files::of(&export(&mut Log::new(10), &Filter::default()));
    let index = files.text("data/index.csv");
    assert_eq!(index.lines().count(), 11);
    assert!(
        index
            .lines()
            .skip(1)
            .all(|line| line.contains(&format!(",'{REASON}")))
    );
}

#[test]
fn the_report_shows_markup_as_text_and_runs_nothing() {
    let files = Files::of(&export(&mut Log::new(40), &Filter::default()));
    let report = files.text("data/report.html");
    assert!(report.contains("=1+1 is &lt;b&gt;no&lt;/b&gt; formula &amp; no markup."));
    for never in ["<b>", "<script", "http://", "https://", "javascript:"] {
        assert!(!report.contains(never), "{never}");
    }
    let flips = report.split("id=\"flips\"").nth(1).unwrap();
    let flips = flips.split("<h2").next().unwrap();
    assert!(flips.contains("<p>None.</p>"));
    assert!(report.contains("<polyline"));
    assert!(report.contains("<title>Utilisation ρ of orders</title>"));
    assert!(report.contains("in 40 decisions") || report.contains(" decisions.</p>"));
}

fn fail(log: &mut Log, checkpoint: &str, seed: u8) -> ExportError {
    let key = log_key(seed);
    let filter = Filter::default();
    let export = Export {
        filter: &filter,
        checkpoint,
        key: &key,
    };
    let mut watch = |_, _, _| ControlFlow::Continue(());
    let mut progress = Progress::new(&mut watch);
    let exported = export.write(log, Cursor::new(Vec::new()), &mut progress);
    exported.err().unwrap()
}

#[test]
fn a_source_that_does_not_fit_the_checkpoint_makes_no_bundle() {
    let mut log = Log::new(40);
    let head = log.head(&log_key(1), 40);
    assert!(matches!(
        fail(&mut log, &head, 2),
        ExportError::Checkpoint(_)
    ));

    let mut other = log.clone();
    other.leaves.swap(3, 4);
    assert!(matches!(fail(&mut other, &head, 1), ExportError::Root));

    let mut other = log.clone();
    other.entries[5].jws = "x".to_owned();
    assert!(matches!(
        fail(&mut other, &head, 1),
        ExportError::Receipt { seq: 5, .. }
    ));

    let mut other = log.clone();
    other.entries[5].jws = log.entries[6].jws.clone();
    assert!(matches!(
        fail(&mut other, &head, 1),
        ExportError::Order { seq: 5 }
    ));

    let mut other = log.clone();
    other.policy.push(' ');
    assert!(matches!(
        fail(&mut other, &head, 1),
        ExportError::Policy { .. }
    ));

    for json in ["{}", "[]", r#"{"id":"another"}"#] {
        let mut other = log.clone();
        for document in other.approvals.values_mut() {
            json.clone_into(document);
        }
        assert!(matches!(
            fail(&mut other, &head, 1),
            ExportError::Record { .. }
        ));
    }

    let mut other = log.clone();
    other.signals[0].name = "../x".to_owned();
    assert!(matches!(
        fail(&mut other, &head, 1),
        ExportError::Name { .. }
    ));
}

#[test]
fn more_than_verifiers_take_is_not_exported() {
    let drafts = (0..10_001).map(|seq| {
        let mut draft = draft(seq);
        draft.policy.digest = sha256_hex(seq.to_string());
        draft
    });
    let mut log = Log::of(drafts);
    let head = log.head(&log_key(1), 10_001);
    let error = fail(&mut log, &head, 1);
    assert_eq!(
        error.to_string(),
        "the bundle would have more than 10000 policy sets, which verifiers refuse: export a shorter period"
    );
}

#[test]
fn progress_goes_through_every_stage_and_can_end_the_export() {
    let mut log = Log::new(40);
    let key = log_key(1);
    let checkpoint = log.head(&key, 40);
    let filter = Filter::default();
    let export = Export {
        filter: &filter,
        checkpoint: &checkpoint,
        key: &key,
    };
    let mut stages: Vec<Stage> = Vec::new();
    let mut watch = |stage, done: u64, all: u64| {
        assert!(done <= all);
        stages.push(stage);
        ControlFlow::Continue(())
    };
    let out = Cursor::new(Vec::new());
    let finished = export.write(&mut log, out, &mut Progress::new(&mut watch));
    assert!(finished.is_ok());
    stages.dedup();
    let all = [
        Stage::Receipts,
        Stage::Index,
        Stage::Tiles,
        Stage::Proofs,
        Stage::Records,
    ];
    assert_eq!(stages, all);

    for stop in all {
        let mut watch = |stage, _, _| {
            if stage == stop {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let out = Cursor::new(Vec::new());
        let ended = export.write(&mut log, out, &mut Progress::new(&mut watch));
        assert!(
            matches!(ended.err(), Some(ExportError::Cancelled)),
            "{stop:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever part of a log is exported, it verifies.
    #[test]
    fn any_period_verifies(size in 1_u64..700, from in 0_u64..700, length in 0_u64..700) {
        let filter = Filter {
            from: Some(time(from)),
            to: Some(time(from + length)),
            ..Filter::default()
        };
        let population = size.min(from + length).saturating_sub(from);
        check_valid(&mut Log::new(size), &filter, population);
    }
}
