//! Recorded load that nobody here made. The recordings are not part of the project: `UTC_TEST_TRACES` names their
//! folder, else they are looked for beside the project, in `shared/data/traces`.
#![expect(
    clippy::disallowed_methods,
    reason = "only a test: the folder differs from machine to machine"
)]
#![expect(
    clippy::print_stderr,
    reason = "who runs the tests must hear of what was not tested"
)]

use std::path::{Path, PathBuf};

use utc_queueing::Settings;
use utc_queueing::predictive::{Grades, PredictiveSettings, Scorecard};
use utc_queueing::replay::{Trace, replay, tune};

fn folder() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/traces");
    std::env::var_os("UTC_TEST_TRACES").map_or(beside, PathBuf::from)
}

/// Every recording in the folder; none, and loud words, without one.
fn recordings() -> Vec<Trace> {
    let Ok(entries) = std::fs::read_dir(folder()) else {
        eprintln!(
            "NOT TESTED: there are no recordings; set UTC_TEST_TRACES to a folder of CSV files with recorded load"
        );
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|kind| kind == "csv"));
    files.sort();
    let read = |file: &PathBuf| Trace::parse(&std::fs::read_to_string(file).unwrap()).unwrap();
    files.iter().map(read).collect()
}

/// A quarter of what the classic controller misses, at one and a half times its false alarms and changes.
fn check(classic: &Grades, predictive: &Grades) {
    assert!(
        predictive.missed_minutes <= 0.25 * classic.missed_minutes,
        "{predictive:?}"
    );
    let limit = 1.5 * classic.false_alarm_minutes_per_day;
    assert!(
        predictive.false_alarm_minutes_per_day <= limit,
        "{predictive:?}"
    );
    let limit = 1.5 * classic.level_changes_per_day;
    assert!(predictive.level_changes_per_day <= limit, "{predictive:?}");
}

#[test]
fn a_quarter_of_the_overload_is_missed_at_half_more_false_alarms() {
    let (mut classic, mut predictive) = (Scorecard::exact(), Scorecard::exact());
    for trace in recordings() {
        let settings = PredictiveSettings::standard();
        let run = replay(&trace, None, &Settings::classic(), &settings).unwrap();
        classic.absorb(&run.classic);
        predictive.absorb(&run.predictive);
    }
    check(&classic.grades(), &predictive.grades());
}

#[test]
fn so_it_is_with_settings_that_were_chosen_without_the_recording() {
    let traces = recordings();
    let settings = PredictiveSettings::standard();
    let tuned = tune(&traces, None, &Settings::classic(), &settings, |_| {}).unwrap();
    if let Some(left_out) = tuned.left_out {
        check(&tuned.classic.grades(), &left_out.grades());
    }
}
