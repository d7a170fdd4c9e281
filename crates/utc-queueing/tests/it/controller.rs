//! Smoothing, thresholds, escalation, relaxation and the order of time.

use utc_domain::LevelCause::{Measured, Relaxed};
use utc_domain::ProtectionLevel::{Permissive, ReadOnly, RequireApproval};
use utc_queueing::{LevelChange, Observation, ObserveError, Relaxing, Settings, observe};

use crate::support::{Queue, minute, report};

fn check_averages(start: (f64, f64), observed: &[(f64, f64)], expected: &[(f64, f64)]) {
    let mut queue = Queue::classic();
    queue.feed(start.0, start.1, 0);
    let follow = |(minutes, &(arrival_rate, service_rate)): (i64, &(f64, f64))| {
        queue.feed(arrival_rate, service_rate, minutes);
        (queue.state().lambda, queue.state().mu)
    };
    let averages: Vec<_> = (1..).zip(observed).map(follow).collect();
    assert_eq!(averages, expected);
}

#[test]
fn both_rates_are_smoothed_with_the_same_weight() {
    let observed = [(70.0, 100.0), (95.0, 100.0), (4.0, 10.0)];
    check_averages(
        (3.0, 10.0),
        &observed,
        &[(23.1, 37.0), (44.67, 55.9), (32.469, 42.13)],
    );
}

#[test]
fn a_ramp_is_followed_with_a_lag() {
    let observed = [20.0, 40.0, 60.0, 80.0, 90.0].map(|rate| (rate, 100.0));
    let expected = [13.0, 21.1, 32.77, 46.939, 59.8573].map(|lambda| (lambda, 100.0));
    check_averages((10.0, 100.0), &observed, &expected);
}

#[test]
fn averages_keep_six_decimals() {
    let mut queue = Queue::classic();
    queue.feed(0.123_456_7, 3.0, 0);
    assert_eq!(
        (queue.state().lambda, queue.state().rho),
        (0.123_457, 0.041_152)
    );
}

fn check_first(arrival_rate: f64, rho: f64, expected: Option<LevelChange>) {
    let mut queue = Queue::classic();
    let change = queue.feed(arrival_rate, 100.0, 0);
    assert_eq!((queue.state().rho, change), (rho, expected));
    assert_eq!(
        queue.level(),
        expected.map_or(Permissive, |change| change.to)
    );
    assert_eq!(
        (queue.state().level_since, queue.state().level_cause),
        (minute(0), Measured)
    );
}

#[test]
fn the_first_report_sets_the_level() {
    let to = |to| {
        Some(LevelChange {
            from: Permissive,
            to,
            cause: Measured,
        })
    };
    check_first(0.0, 0.0, None);
    check_first(59.999_9, 0.599_999, None);
    check_first(60.0, 0.6, to(RequireApproval));
    check_first(70.0, 0.7, to(RequireApproval));
    check_first(89.999_9, 0.899_999, to(RequireApproval));
    check_first(90.0, 0.9, to(ReadOnly));
    check_first(250.0, 2.5, to(ReadOnly));
}

#[test]
fn utilisation_is_rounded_before_it_is_compared() {
    // 59.99996 of 100 is 0.5999996, which a receipt shows as 0.6.
    check_first(
        59.999_96,
        0.6,
        Some(LevelChange {
            from: Permissive,
            to: RequireApproval,
            cause: Measured,
        }),
    );
}

#[test]
fn a_level_rises_at_once_over_both_steps() {
    let mut queue = Queue::classic();
    queue.feed(10.0, 100.0, 0);
    let change = queue.feed(900.0, 100.0, 1);
    assert_eq!(
        change,
        Some(LevelChange {
            from: Permissive,
            to: ReadOnly,
            cause: Measured
        })
    );
    assert_eq!(queue.state().level_since, minute(1));
}

#[test]
fn between_the_relax_threshold_and_the_level_nothing_moves() {
    let mut queue = Queue::classic();
    queue.feed(95.0, 100.0, 0);
    for minutes in (10..=600).step_by(10) {
        assert_eq!(queue.feed(50.0, 100.0, minutes), None);
    }
    assert_eq!((queue.level(), queue.state().below_since), (ReadOnly, None));
}

#[test]
fn it_relaxes_one_level_per_window() {
    let mut queue = Queue::classic();
    queue.feed(95.0, 100.0, 0);
    // 0.665, then 0.4655: the window begins at minute 2.
    assert_eq!(queue.feed(0.0, 100.0, 1), None);
    assert_eq!(queue.feed(0.0, 100.0, 2), None);
    assert_eq!(queue.state().below_since, Some(minute(2)));
    assert_eq!(queue.feed(0.0, 100.0, 61), None);
    let first = queue.feed(0.0, 100.0, 62);
    assert_eq!(
        first,
        Some(LevelChange {
            from: ReadOnly,
            to: RequireApproval,
            cause: Relaxed
        })
    );
    assert_eq!(
        (queue.state().level_since, queue.state().below_since),
        (minute(62), Some(minute(62)))
    );
    assert_eq!(queue.feed(0.0, 100.0, 121), None);
    let second = queue.feed(0.0, 100.0, 122);
    assert_eq!(
        second,
        Some(LevelChange {
            from: RequireApproval,
            to: Permissive,
            cause: Relaxed
        })
    );
    assert_eq!(queue.feed(0.0, 100.0, 300), None);
}

#[test]
fn one_report_above_the_relax_threshold_restarts_the_window() {
    let mut queue = Queue::classic();
    queue.feed(70.0, 100.0, 0);
    queue.feed(0.0, 100.0, 1);
    assert_eq!(queue.state().below_since, Some(minute(1)));
    queue.feed(60.0, 100.0, 59);
    assert_eq!(
        (queue.state().rho, queue.state().below_since),
        (0.523, None)
    );
    queue.feed(0.0, 100.0, 60);
    assert_eq!(queue.feed(0.0, 100.0, 119), None);
    assert_eq!(
        queue.feed(0.0, 100.0, 120).map(|change| change.to),
        Some(Permissive)
    );
}

#[test]
fn without_a_window_each_report_relaxes_one_level() {
    let mut queue = Queue::new(Settings::new(0.5, 0.6, 0.9, 0.5, 0).unwrap());
    queue.feed(95.0, 100.0, 0);
    let levels = [1, 1, 1].map(|minutes| {
        queue.feed(0.0, 100.0, minutes);
        queue.level()
    });
    assert_eq!(levels, [RequireApproval, Permissive, Permissive]);
}

#[test]
fn while_relaxing_is_held_a_level_may_rise_but_not_fall_and_the_window_starts_over() {
    let mut queue = Queue::new(Settings::new(0.5, 0.6, 0.9, 0.5, 60).unwrap());
    queue.feed(70.0, 100.0, 0);
    queue.feed(0.0, 100.0, 1);
    let held = |queue: &Queue, rate: f64, minutes: i64| {
        let (state, at) = (queue.state.as_ref(), minute(minutes));
        let report = report(rate, 100.0, minutes);
        observe(state, &queue.settings, report, at, Relaxing::Held).unwrap()
    };
    let jumped = held(&queue, 0.0, 600);
    assert_eq!(
        (jumped.change, jumped.state.below_since),
        (None, Some(minute(600)))
    );
    let loaded = held(&queue, 400.0, 600).change.map(|change| change.to);
    assert_eq!(loaded, Some(ReadOnly));
    queue.state = Some(jumped.state);
    assert_eq!(queue.feed(0.0, 100.0, 659), None);
    let relaxed = queue.feed(0.0, 100.0, 660).map(|change| change.to);
    assert_eq!(relaxed, Some(Permissive));
}

#[test]
fn a_unit_without_arrivals_is_calm() {
    let mut queue = Queue::classic();
    queue.feed(0.0, 0.001, 0);
    assert_eq!((queue.state().rho, queue.level()), (0.0, Permissive));
}

#[test]
fn the_largest_and_smallest_rates_stay_finite() {
    let mut queue = Queue::classic();
    queue.feed(1e9, 1e-3, 0);
    assert_eq!((queue.state().rho, queue.level()), (1e9, ReadOnly));
}

#[test]
fn reports_must_come_in_order() {
    let mut queue = Queue::classic();
    queue.feed(70.0, 100.0, 10);
    let before = queue.state().clone();
    let late = observe(
        queue.state.as_ref(),
        &queue.settings,
        report(0.0, 100.0, 9),
        minute(10),
        Relaxing::Allowed,
    );
    let refused = ObserveError::OlderThanNewest {
        at: minute(9),
        newest: minute(10),
    };
    assert_eq!((late, queue.state()), (Err(refused), &before));
    assert_eq!(queue.feed(70.0, 100.0, 10), None, "the same time is fine");
}

#[test]
fn a_clock_may_be_five_minutes_ahead() {
    let settings = Settings::classic();
    assert!(
        observe(
            None,
            &settings,
            report(1.0, 10.0, 5),
            minute(0),
            Relaxing::Allowed
        )
        .is_ok()
    );
    let ahead = report(1.0, 10.0, 5).at().plus_micros(1);
    let early = Observation::new(1.0, 10.0, ahead).unwrap();
    let refused = observe(None, &settings, early, minute(0), Relaxing::Allowed).unwrap_err();
    assert_eq!(
        refused,
        ObserveError::TooFarAhead {
            at: ahead,
            now: minute(0)
        }
    );
    let text = "the observation at `2026-01-31T12:05:00.000001Z` is more than 5 minutes ahead of the clock, at \
                `2026-01-31T12:00:00.000000Z`";
    assert_eq!(refused.to_string(), text);
}
