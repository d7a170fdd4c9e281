//! Arrivals that double from one clock hour to the next.

use utc_domain::LevelCause::Spike;
use utc_domain::ProtectionLevel::{Permissive, ReadOnly, RequireApproval};
use utc_queueing::{HourArrivals, LevelChange};

use crate::support::{Queue, minute};

fn check(before: f64, after: f64, expected: bool) {
    let mut queue = Queue::classic();
    queue.feed(before, 1e6, 0);
    assert!(
        !queue.state().change_point,
        "there is nothing to compare the first hour with"
    );
    queue.feed(after, 1e6, 60);
    assert_eq!(
        (queue.state().change_point, queue.level()),
        (expected, Permissive),
        "{before} then {after}"
    );
}

#[test]
fn an_hour_with_twice_the_arrivals_is_a_change_point() {
    check(10.0, 20.0, true);
    check(10.0, 19.999_999, false);
    check(100.0, 50.0, false);
}

#[test]
fn few_arrivals_are_no_change_point() {
    check(1.0, 9.999_999, false);
    check(5.0, 10.0, true);
    check(0.0, 10.0, true);
    check(0.0, 0.0, false);
}

#[test]
fn a_spike_alone_does_not_tighten() {
    let mut queue = Queue::classic();
    queue.feed(10.0, 1_000.0, 0);
    assert_eq!(queue.feed(1_000.0, 1_000.0, 60), None);
    assert_eq!(
        (queue.state().rho, queue.state().change_point),
        (0.307, true)
    );
}

#[test]
fn a_spike_on_a_loaded_unit_refuses_writes() {
    let mut queue = Queue::classic();
    queue.feed(50.0, 100.0, 0);
    let change = queue.feed(100.0, 100.0, 60);
    assert_eq!(
        (queue.state().rho, queue.state().change_point),
        (0.65, true)
    );
    assert_eq!(
        change,
        Some(LevelChange {
            from: Permissive,
            to: ReadOnly,
            cause: Spike
        })
    );
    assert_eq!(queue.state().level_cause, Spike);
}

#[test]
fn the_same_load_without_a_spike_needs_approval() {
    let mut queue = Queue::classic();
    queue.feed(50.0, 100.0, 0);
    queue.feed(100.0, 100.0, 59);
    assert_eq!((queue.state().rho, queue.level()), (0.65, RequireApproval));
}

#[test]
fn an_hours_arrivals_are_the_mean_of_its_reports() {
    let mut queue = Queue::classic();
    for (rate, minutes) in [(10.0, 0), (20.0, 20), (60.0, 40)] {
        queue.feed(rate, 1_000.0, minutes);
    }
    let noon = HourArrivals {
        hour: minute(0).hour(),
        mean_rate: 30.0,
        reports: 3,
    };
    assert_eq!(
        (queue.state().hour, queue.state().previous_hour),
        (noon, None)
    );
    queue.feed(60.0, 1_000.0, 60);
    assert_eq!(
        (queue.state().previous_hour, queue.state().change_point),
        (Some(noon), true)
    );
    queue.feed(59.0, 1_000.0, 80);
    assert_eq!(
        (queue.state().hour.mean_rate, queue.state().change_point),
        (59.5, false)
    );
}

#[test]
fn hours_without_reports_are_passed_over() {
    let mut queue = Queue::classic();
    queue.feed(10.0, 1_000.0, 0);
    queue.feed(20.0, 1_000.0, 5 * 60);
    assert_eq!(
        (
            queue.state().previous_hour.unwrap().hour,
            queue.state().change_point
        ),
        (minute(0).hour(), true)
    );
    queue.feed(20.0, 1_000.0, 6 * 60);
    assert!(
        !queue.state().change_point,
        "the next hour is compared with the spike"
    );
}
