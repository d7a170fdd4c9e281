//! Recordings in, scores out.

use utc_domain::Timestamp;
use utc_queueing::Settings;
use utc_queueing::predictive::{Grades, PredictiveSettings, Scorecard, ScoredStep, Tuning};
use utc_queueing::replay::{Replay, ReplayError, Row, Trace, TraceError, replay, tune};

use crate::support::minute;
use utc_test_support::simulator::Dice;

const MICROS_PER_MINUTE: i64 = 60_000_000;

fn run(trace: &Trace, mu: Option<f64>) -> Result<Replay, ReplayError> {
    replay(
        trace,
        mu,
        &Settings::classic(),
        &PredictiveSettings::standard(),
    )
}

/// A recording of the values, five minutes apart, as text.
fn text(values: &[f64]) -> String {
    let row = |(step, value): (usize, &f64)| format!("{},{value}\n", step * 300);
    let rows: String = values.iter().enumerate().map(row).collect();
    format!("time,value\n{rows}")
}

fn trace(values: &[f64]) -> Trace {
    Trace::parse(&text(values)).unwrap()
}

/// Five-minute steps of `alarm` (A), `overload` (O), both (B) or neither (.), with a horizon of 15 minutes.
fn scored(steps: &str) -> Grades {
    let mut card = Scorecard::exact();
    for (step, what) in (0..).zip(steps.chars()) {
        card.record_alone(&ScoredStep {
            at: minute(step * 5),
            minutes: 5.0,
            horizon_micros: 15 * MICROS_PER_MINUTE,
            overload: what == 'O' || what == 'B',
            alarm: what == 'A' || what == 'B',
            warning: false,
            level_changes: 0,
        });
    }
    card.finish();
    card.grades()
}

fn check(
    steps: &str,
    episodes: u32,
    early: u32,
    lead: Option<f64>,
    missed: f64,
    false_minutes: f64,
) {
    let grades = scored(steps);
    let days = f64::from(u32::try_from(steps.len()).unwrap()) * 5.0 / 1_440.0;
    let false_alarms = grades.false_alarm_minutes_per_day * days;
    assert_eq!(
        (
            grades.episodes,
            grades.caught_early,
            grades.median_lead_minutes,
            grades.missed_minutes
        ),
        (episodes, early, lead, missed),
        "{steps}"
    );
    assert!(
        (false_alarms - false_minutes).abs() < 1e-3,
        "{steps}: {false_alarms}"
    );
}

#[test]
fn steps_are_scored_by_the_rules() {
    check("..........", 0, 0, None, 0.0, 0.0);
    check("...OOO....", 1, 0, None, 15.0, 0.0);
    // An alarm that begins with the episode is in time, and not early; what is left over of it is false.
    check("...BBB....", 1, 0, None, 0.0, 0.0);
    check("...BBBAA..", 1, 0, None, 0.0, 10.0);
    check(".AABBB....", 1, 1, Some(10.0), 0.0, 0.0);
    // Three steps ahead is within the horizon, four are not.
    check("A...OO....", 1, 0, None, 10.0, 5.0);
    check(".A..OO....", 1, 0, None, 10.0, 0.0);
    check("AAAABB....", 1, 1, Some(20.0), 0.0, 5.0);
    // Held from one episode to the next: not early, and not false where the next is near.
    check("..BBAABB..", 2, 0, None, 0.0, 0.0);
    check("..BB.ABB..", 2, 1, Some(5.0), 0.0, 0.0);
    check(".......AA", 0, 0, None, 0.0, 10.0);
}

#[test]
fn cards_add_up() {
    let mut sum = Scorecard::exact();
    let mut one = Scorecard::exact();
    let step = ScoredStep {
        at: minute(0),
        minutes: 720.0,
        horizon_micros: 0,
        overload: true,
        alarm: false,
        warning: false,
        level_changes: 3,
    };
    one.record(&step);
    sum.absorb(&one);
    sum.absorb(&one);
    let grades = sum.grades();
    assert_eq!(
        (
            grades.episodes,
            grades.missed_minutes,
            grades.level_changes_per_day
        ),
        (2, 1_440.0, 6.0)
    );
}

#[test]
fn recordings_come_in_many_forms() {
    let rows = |form: fn(usize) -> String| (0..12).map(form).collect::<String>();
    for text in [
        format!("t,v\n{}", rows(|row| format!("{},{row}\n", row * 60))),
        format!("t,v\n{}", rows(|row| format!("{}.5,{row},9,x\n", row * 60))),
        format!(
            "\u{feff}t;v\r\n{}",
            rows(|row| format!("2026-01-31 00:{row:02}:00;{row}\r\n"))
        ),
        format!(
            "\"t\"\t\"v\"\n{}",
            rows(|row| format!("\"2026-01-31T00:{row:02}\"\t\"{row}\"\n"))
        ),
        rows(|row| format!("2026-01-31T00:{row:02}:00+02:00,{row}\n\n")),
        format!(
            "t,v\n{}",
            rows(|row| format!("2026-01-31T00:{:02}:00.250Z,{}\n", 11 - row, 11 - row))
        ),
    ] {
        let trace = Trace::parse(&text).unwrap();
        assert_eq!(
            (trace.rows().len(), trace.step_micros(), trace.skipped()),
            (12, MICROS_PER_MINUTE, 0),
            "{text}"
        );
        assert_eq!(trace.rows()[7].value, 7.0);
    }
}

#[test]
fn a_date_is_midnight() {
    let days: Vec<String> = (1..=12)
        .map(|day| format!("2026-01-{day:02},{day}"))
        .collect();
    let trace = Trace::parse(&days.join("\n")).unwrap();
    assert_eq!(
        trace.rows()[0].at,
        "2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap()
    );
    assert_eq!(trace.step_micros(), 24 * 60 * MICROS_PER_MINUTE);
}

#[test]
fn gaps_are_left_out_and_rows_of_one_time_are_one() {
    let mut text = text(&[1.0; 20]);
    text.push_str("6000,NaN\n6300,\n6600,inf\n6900,-1\nnever,5\n300,3\n");
    let trace = Trace::parse(&text).unwrap();
    assert_eq!((trace.rows().len(), trace.skipped()), (20, 5));
    assert_eq!(trace.rows()[1].value, 2.0);
}

#[test]
fn what_is_no_recording_is_refused_with_a_reason() {
    assert_eq!(Trace::parse(""), Err(TraceError::Empty));
    assert_eq!(Trace::parse("time,value\n"), Err(TraceError::Empty));
    assert_eq!(
        Trace::parse(&text(&[1.0; 11])),
        Err(TraceError::TooShort { rows: 11 })
    );
    assert_eq!(
        Trace::parse("a,b\nc,d\ne,f\n1,2\n"),
        Err(TraceError::Unreadable {
            unreadable: 2,
            rows: 3,
            line: 2
        })
    );
    let same = [Row {
        at: minute(0),
        value: 1.0,
    }; 40];
    assert_eq!(
        Trace::from_rows(same.to_vec()),
        Err(TraceError::TooShort { rows: 1 })
    );
    let zero = trace(&[0.0; 40]);
    assert!(matches!(run(&zero, None), Err(ReplayError::NoLoad)));
    assert!(run(&zero, Some(1.0)).is_ok());
    for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(
            run(&zero, Some(wrong)),
            Err(ReplayError::Capacity { .. })
        ));
    }
}

#[test]
fn a_fiftieth_of_the_time_is_above_the_capacity() {
    let values: Vec<f64> = (0..1_000).map(f64::from).collect();
    let replay = run(&trace(&values), None).unwrap();
    let above = replay
        .points
        .iter()
        .filter(|point| point.truth >= 0.9)
        .count();
    assert_eq!(above, 20);
    assert_eq!(replay.warm_up, 333);
}

#[test]
fn the_unit_of_a_recording_does_not_matter() {
    let mut dice = Dice::new(1);
    let values: Vec<f64> = (0..600).map(|_| dice.exponential(1.0)).collect();
    let grades = |factor: f64| {
        let scaled: Vec<f64> = values.iter().map(|value| value * factor).collect();
        let replay = run(&trace(&scaled), None).unwrap();
        (replay.predictive.grades(), replay.predictors.holt.grades())
    };
    let plain = grades(1.0);
    assert!(plain.0.episodes > 0);
    for factor in [1e-9, 1e3, 1e250] {
        assert_eq!(grades(factor), plain, "{factor}");
    }
}

#[test]
fn a_load_beyond_all_bounds_is_an_overload_like_any_other() {
    let replay = run(&trace(&[1e308; 40]), Some(1e-300)).unwrap();
    assert_eq!(replay.points.len(), 40);
    assert_eq!(replay.predictive.grades().missed_minutes, 0.0);
}

#[test]
fn a_load_that_is_hardly_ever_there_has_a_capacity_too() {
    let mut values = [0.0; 1_000];
    values[700] = 6.0;
    let replay = run(&trace(&values), None).unwrap();
    assert!(replay.mu > 0.0);
    assert_eq!(replay.predictive.grades().episodes, 1);
}

#[test]
fn the_predictive_controller_misses_less_of_a_daily_peak_than_the_classic_one() {
    let mut dice = Dice::new(2);
    let values: Vec<f64> = (0..21 * 96)
        .map(|step| {
            let peak = if (48..56).contains(&(step % 96)) {
                70.0
            } else {
                0.0
            };
            f64::from(dice.poisson(20.0 + peak, 1.0))
        })
        .collect();
    let rows = (0..).zip(&values).map(|(step, &value)| Row {
        at: minute(step * 15),
        value,
    });
    let replay = run(&Trace::from_rows(rows.collect()).unwrap(), Some(80.0)).unwrap();
    let (classic, predictive) = (replay.classic.grades(), replay.predictive.grades());
    assert_eq!(classic.overload_minutes, predictive.overload_minutes);
    assert!(
        predictive.missed_minutes < 0.5 * classic.missed_minutes,
        "{classic:?} {predictive:?}"
    );
    assert!(predictive.caught_early > classic.caught_early);
}

#[test]
fn tuning_recommends_what_misses_least_and_judges_it_on_what_it_has_not_seen() {
    let mut dice = Dice::new(3);
    let mut make = || {
        let values: Vec<f64> = (0..500)
            .map(|step| {
                let burst = if step % 60 < 8 { 3.0 } else { 0.0 };
                burst + dice.exponential(1.0)
            })
            .collect();
        trace(&values)
    };
    let traces = [make(), make(), make()];
    let (classic, settings) = (Settings::classic(), PredictiveSettings::standard());
    let mut last = 0;
    let tuned = tune(&traces, None, &classic, &settings, |done| last = done).unwrap();
    assert_eq!(last, utc_queueing::replay::candidates().len());
    let missed = |card: &Scorecard| card.grades().missed_minutes;
    assert!(missed(&tuned.predictive) <= missed(&tuned.standard));
    assert_eq!(
        tuned.left_out.unwrap().grades().overload_minutes,
        tuned.predictive.grades().overload_minutes
    );
    let single = tune(&traces[..1], None, &classic, &settings, |_| {}).unwrap();
    assert!(single.left_out.is_none());
    let quiet = tune(
        &[trace(&[1.0; 40])],
        Some(100.0),
        &classic,
        &settings,
        |_| {},
    )
    .unwrap();
    assert_eq!(quiet.chosen, Tuning::STANDARD);
}
