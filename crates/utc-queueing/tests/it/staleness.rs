//! Silence.

use utc_domain::ProtectionLevel::ReadOnly;
use utc_queueing::is_stale;

use crate::support::{Queue, minute};

fn check(queue: &Queue, fresh_until_minute: i64) {
    let last_fresh = minute(fresh_until_minute);
    assert!(!is_stale(queue.state(), last_fresh));
    assert!(is_stale(queue.state(), last_fresh.plus_micros(1)));
}

#[test]
fn one_report_is_good_for_fifteen_minutes() {
    let mut queue = Queue::classic();
    queue.feed(95.0, 100.0, 0);
    check(&queue, 15);
    assert_eq!(
        (queue.level(), queue.state().interval_micros),
        (ReadOnly, None)
    );
}

#[test]
fn frequent_reports_do_not_shorten_that() {
    let mut queue = Queue::classic();
    for minutes in 0..10 {
        queue.feed(95.0, 100.0, minutes);
    }
    check(&queue, 9 + 15);
}

#[test]
fn rare_reports_are_given_three_usual_intervals() {
    let mut queue = Queue::classic();
    queue.feed(95.0, 100.0, 0);
    queue.feed(95.0, 100.0, 60);
    check(&queue, 60 + 180);
}

#[test]
fn the_usual_interval_moves_three_tenths_of_the_way() {
    let mut queue = Queue::classic();
    for minutes in [0, 60, 70] {
        queue.feed(95.0, 100.0, minutes);
    }
    assert_eq!(queue.state().interval_micros, Some(45 * 60_000_000));
    check(&queue, 70 + 3 * 45);
}

#[test]
fn a_batch_of_one_time_is_one_occasion() {
    let mut queue = Queue::classic();
    for minutes in [0, 0, 0, 60, 60, 60] {
        queue.feed(95.0, 100.0, minutes);
    }
    assert_eq!(queue.state().interval_micros, Some(60 * 60_000_000));
}
