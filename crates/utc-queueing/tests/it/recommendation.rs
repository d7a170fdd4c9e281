//! The sentence for whoever is on call.

use utc_domain::LevelCause;
use utc_queueing::{Settings, recommendation};

use crate::support::Queue;

fn check(queue: &Queue, expected: &str) {
    assert_eq!(recommendation(queue.state(), &queue.settings), expected);
}

#[test]
fn a_calm_queue_is_called_well() {
    let mut queue = Queue::classic();
    queue.feed(42.0, 100.0, 0);
    check(
        &queue,
        "All is well: utilisation is 0.42, and approval would be needed from 0.6.",
    );
}

#[test]
fn a_spike_with_room_to_spare_is_mentioned() {
    let mut queue = Queue::classic();
    queue.feed(10.0, 100.0, 0);
    queue.feed(20.0, 100.0, 60);
    check(
        &queue,
        "Arrivals doubled within an hour, but there is room: utilisation is 0.13, and approval would be needed from 0.6.",
    );
}

#[test]
fn a_tight_queue_is_told_the_way_out() {
    let mut queue = Queue::classic();
    queue.feed(70.0, 100.0, 0);
    check(
        &queue,
        "Writes need approval because utilisation crossed a threshold at 2026-01-31T12:00:00.000000Z; utilisation is \
         0.7 (70 arrivals against a capacity of 100 per hour) and must stay below 0.5 for 60 minutes to relax to \
         `permissive`.",
    );
}

#[test]
fn a_relaxing_queue_is_told_when() {
    let mut queue = Queue::classic();
    queue.feed(50.0, 100.0, 0);
    queue.feed(100.0, 100.0, 60);
    queue.feed(0.0, 100.0, 70);
    check(
        &queue,
        "Writes are refused because arrivals doubled within an hour on a loaded unit at 2026-01-31T13:00:00.000000Z; \
         utilisation is 0.455, and if it stays below 0.5 the first report from 2026-01-31T14:10:00.000000Z on relaxes \
         to `require_approval`.",
    );
}

#[test]
fn every_cause_has_its_words() {
    let mut queue = Queue::new(Settings::new(0.3, 0.6, 0.9, 0.5, 0).unwrap());
    queue.feed(95.0, 100.0, 0);
    let way_out =
        "utilisation is 0.95, and each report that leaves it below 0.5 relaxes by a level";
    for (cause, words) in [
        (LevelCause::Measured, "utilisation crossed a threshold at"),
        (
            LevelCause::Spike,
            "arrivals doubled within an hour on a loaded unit at",
        ),
        (
            LevelCause::Relaxed,
            "the unit is relaxing one level at a time, last at",
        ),
        (LevelCause::Pinned, "of a pin that was set or ended at"),
    ] {
        queue.state.as_mut().unwrap().level_cause = cause;
        check(
            &queue,
            &format!("Writes are refused because {words} 2026-01-31T12:00:00.000000Z; {way_out}."),
        );
    }
}
