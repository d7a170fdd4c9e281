//! When a unit is risky, and when no longer.

use proptest::prelude::*;
use utc_domain::{Criticality, Timestamp};
use utc_tdx::Severity;
use utc_tdx::score::{Assessment, Change, Flag, FlagStep, Occasion};

use crate::score::{Said, assess_at, assessed};
use crate::support::now;

/// An assessment with this score, said by two sources.
fn scored(score: f64) -> Assessment {
    let both = assessed(&[
        Said::new("scanner", 1, Severity::Critical),
        Said::new("lab", 2, Severity::Critical),
    ]);
    Assessment { score, ..both }
}

fn next(flag: Flag, score: f64, occasion: Occasion, at: Timestamp) -> FlagStep {
    flag.next(&scored(score), occasion, at).unwrap()
}

fn risky(low_runs: u8) -> Flag {
    let since = now();
    Flag::Risky { since, low_runs }
}

fn minutes(minutes: i64) -> Timestamp {
    now().plus_minutes(minutes)
}

#[test]
fn a_unit_becomes_risky_at_70() {
    for occasion in [Occasion::Run, Occasion::Event] {
        let below = next(Flag::Clear, 69.999_999, occasion, now());
        assert_eq!((below.flag, below.change), (Flag::Clear, None));
        let at = next(Flag::Clear, 70.0, occasion, now());
        assert_eq!((at.flag, at.change), (risky(0), Some(Change::Set)));
    }
}

#[test]
fn it_takes_two_sources_or_an_authoritative_one_whatever_the_criticality() {
    let alone = [Said::new("scanner", 1, Severity::Critical)];
    let assessment = assess_at(&alone, Criticality::Extreme, now());
    assert_eq!(assessment.score, 75.0);
    let step = Flag::Clear.next(&assessment, Occasion::Run, now()).unwrap();
    assert_eq!(step.flag, Flag::Clear);

    let boss = assessed(&[Said::new("boss", 1, Severity::Critical)]);
    assert!(boss.score >= 70.0);
    let step = Flag::Clear.next(&boss, Occasion::Event, now()).unwrap();
    assert_eq!(step.change, Some(Change::Set));
}

#[test]
fn it_stays_risky_from_50_up() {
    for score in [50.0, 69.0, 100.0] {
        let step = next(risky(1), score, Occasion::Run, minutes(600));
        assert_eq!((step.flag, step.change), (risky(0), None));
    }
}

#[test]
fn it_is_clear_after_two_successive_runs_below_50() {
    let first = next(risky(0), 49.999_999, Occasion::Run, minutes(60));
    assert_eq!((first.flag, first.change), (risky(1), None));
    let second = next(first.flag, 10.0, Occasion::Run, minutes(120));
    assert_eq!(
        (second.flag, second.change),
        (Flag::Clear, Some(Change::Cleared))
    );

    let between = next(first.flag, 50.0, Occasion::Run, minutes(120));
    let third = next(between.flag, 10.0, Occasion::Run, minutes(180));
    assert_eq!(third.flag, risky(1));
}

#[test]
fn it_stays_risky_for_an_hour_however_often_the_job_runs() {
    let mut flag = risky(0);
    for minute in 1..60 {
        flag = next(flag, 0.0, Occasion::Run, minutes(minute)).flag;
        assert!(flag.is_risky(), "{minute}");
    }
    let step = next(flag, 0.0, Occasion::Run, minutes(60));
    assert_eq!(step.change, Some(Change::Cleared));
}

#[test]
fn events_between_the_runs_clear_nothing_and_can_begin_the_count_anew() {
    let mut flag = risky(1);
    for minute in 60..70 {
        flag = next(flag, 0.0, Occasion::Event, minutes(minute)).flag;
        assert_eq!(flag, risky(1));
    }
    assert_eq!(
        next(flag, 55.0, Occasion::Event, minutes(70)).flag,
        risky(0)
    );
    assert_eq!(
        next(risky(2), 0.0, Occasion::Event, minutes(70)).flag,
        risky(2)
    );
}

#[test]
fn a_score_that_is_no_number_keeps_the_mark() {
    for score in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.1, 100.1] {
        for flag in [Flag::Clear, risky(1)] {
            let error = flag
                .next(&scored(score), Occasion::Run, minutes(90))
                .unwrap_err();
            assert!(error.to_string().contains("from 0 to 100"), "{error}");
        }
    }
}

proptest! {
    #[test]
    fn between_50_and_70_nothing_ever_changes(scores in prop::collection::vec(50.0..70.0, 1..50), set in any::<bool>()) {
        let mut flag = if set { risky(0) } else { Flag::Clear };
        for (minute, score) in (0..).step_by(60).zip(scores) {
            let step = next(flag, score, Occasion::Run, minutes(minute));
            prop_assert_eq!(step.change, None);
            flag = step.flag;
        }
    }
}
