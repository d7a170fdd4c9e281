//! Worked values of the people who approve.

use utc_domain::{ApprovalQueue, Quorum, Timestamp, VoteChoice};
use utc_queueing::formulas::FormulaError;
use utc_queueing::{ApproverRecord, Approvers, RatePrior};

const DAY: u32 = 24 * 60;

fn prior() -> RatePrior {
    RatePrior::new(0.4).unwrap()
}

fn record(votes: u64, exposure_hours: f64) -> ApproverRecord {
    ApproverRecord::new(votes, exposure_hours).unwrap()
}

/// People of whom nothing is known: each votes 0.4 times an hour.
fn people(count: u32) -> Approvers {
    Approvers::new(count, prior(), ApproverRecord::EMPTY)
}

fn quorum(people: u32) -> Quorum {
    Quorum::new(people).unwrap()
}

fn hour(hour: i64) -> Timestamp {
    Timestamp::EPOCH.plus_minutes(60 * hour)
}

#[track_caller]
fn check(got: f64, expected: f64) {
    assert!((got - expected).abs() < 1e-6, "{got} instead of {expected}");
}

#[test]
fn the_rate_goes_from_the_prior_to_what_people_do() {
    // (0.5 + votes) / (1.25 h + exposure)
    check(prior().learned(ApproverRecord::EMPTY), 0.4);
    check(prior().learned(record(6, 10.0)), 6.5 / 11.25);
    check(prior().learned(record(0, 10.0)), 0.5 / 11.25);
    check(prior().learned(record(200, 1_000.0)), 200.5 / 1_001.25);
}

#[test]
fn haste_is_believed_from_the_twentieth_vote_on() {
    check(prior().learned(record(19, 1.0)), 4.0 * 0.4);
    check(prior().learned(record(20, 1.0)), 20.5 / 2.25);
}

#[test]
fn nobody_is_slower_than_the_slowest_server_of_the_formulas() {
    check(prior().learned(record(0, 1e9)), 1e-3);
}

#[test]
fn a_rejection_is_service_and_an_expiry_is_not() {
    let waited = ApproverRecord::EMPTY.after_span(hour(0), hour(3), 2, 1);
    check(waited.exposure_hours(), 6.0);
    let [approved, rejected] = VoteChoice::ALL.map(|choice| waited.after_vote(choice));
    assert_eq!(approved, rejected);
    assert_eq!(approved.votes(), 1);
    // One that expires leaves its time and no vote.
    assert!(prior().learned(waited) < prior().learned(ApproverRecord::EMPTY));
    assert!(prior().learned(rejected) > prior().learned(waited));
}

#[test]
fn time_counts_only_while_something_waits_and_only_forwards() {
    let record = record(5, 7.5);
    assert_eq!(record.after_span(hour(0), hour(1_000), 3, 0), record);
    assert_eq!(record.after_span(hour(9), hour(4), 3, 1), record);
    check(
        record.after_span(hour(4), hour(5), 3, 9).exposure_hours(),
        10.5,
    );
}

#[test]
fn the_wait_is_the_work_ahead_and_ones_own_over_everybodys_rate() {
    check(people(1).expected_wait_minutes(0, Quorum::ONE), 150.0);
    check(people(1).expected_wait_minutes(3, Quorum::ONE), 600.0);
    check(people(2).expected_wait_minutes(3, quorum(2)), 600.0);
    check(people(5).expected_wait_minutes(3, quorum(2)), 240.0);
    let experienced = Approvers::new(2, prior(), record(6, 10.0));
    check(
        experienced.expected_wait_minutes(1, Quorum::ONE),
        60.0 * 2.0 / (2.0 * 0.577_778),
    );
}

#[test]
fn nobody_is_taken_for_one_person_and_too_many_for_as_many_as_the_formulas_take() {
    assert_eq!(people(0), people(1));
    assert_eq!(people(u32::MAX).count(), 10_000);
}

#[test]
fn what_cannot_be_decided_in_time_does_not_wait() {
    // One person, 2.5 hours each: nine are done within 24 hours, the tenth is not.
    let one = people(1);
    assert_eq!(one.room_for(8, Quorum::ONE, DAY), ApprovalQueue::Open);
    let refused = ApprovalQueue::Saturated {
        expected_wait_minutes: 1_500.0,
        backlog: 9,
    };
    assert_eq!(one.room_for(9, Quorum::ONE, DAY), refused);
    assert_eq!(people(2).room_for(9, Quorum::ONE, DAY), ApprovalQueue::Open);
    // As long as it may is not longer than it may.
    assert_eq!(one.room_for(1, Quorum::ONE, 300), ApprovalQueue::Open);
    assert!(!one.room_for(1, Quorum::ONE, 299).is_open());
}

#[test]
fn the_first_in_line_waits_unless_it_is_as_good_as_certain_that_nobody_decides_in_time() {
    // One person votes within a minute with a probability of 0.7 %, which is not nothing.
    assert_eq!(people(1).room_for(0, Quorum::ONE, 1), ApprovalQueue::Open);
    // Fewer than two votes of two people within a minute: 99.991 %.
    let refused = ApprovalQueue::Saturated {
        expected_wait_minutes: 150.0,
        backlog: 0,
    };
    assert_eq!(people(2).room_for(0, quorum(2), 1), refused);
    // Within ten minutes: 99.19 %.
    assert_eq!(people(2).room_for(0, quorum(2), 10), ApprovalQueue::Open);
}

#[test]
fn people_who_were_away_get_one_request_at_a_time() {
    // Three weeks with something waiting and no vote.
    let away = Approvers::new(1, prior(), record(0, 504.0));
    assert!(away.expected_wait_minutes(0, Quorum::ONE) > f64::from(DAY));
    assert_eq!(away.room_for(0, Quorum::ONE, DAY), ApprovalQueue::Open);
    assert!(!away.room_for(1, Quorum::ONE, DAY).is_open());
}

#[test]
fn utilisation_and_the_probability_of_a_long_wait() {
    let two = people(2);
    check(two.utilisation(0.6).unwrap(), 0.75);
    // Erlang C for a = 1.5 erlangs and 2 servers is 9/14; 0.2 votes an hour are spare.
    check(two.p_wait_longer_than(0.6, 0.0).unwrap(), 9.0 / 14.0);
    check(
        two.p_wait_longer_than(0.6, 4.0).unwrap(),
        9.0 / 14.0 * libm::exp(-0.8),
    );
}

#[test]
fn more_than_they_manage_waits_for_certain() {
    let two = people(2);
    check(two.utilisation(1.6).unwrap(), 2.0);
    check(two.p_wait_longer_than(1.6, 24.0).unwrap(), 1.0);
}

#[test]
fn what_is_no_rate_and_no_time_is_refused() {
    for value in [0.0, -0.4, 1e-4, 1e10, f64::INFINITY] {
        let refused = Err(FormulaError::ServiceRate { value });
        assert_eq!(RatePrior::new(value), refused);
    }
    assert!(RatePrior::new(f64::NAN).is_err());
    for hours in [-1.0, f64::INFINITY, f64::NAN] {
        assert!(ApproverRecord::new(1, hours).is_err());
        assert!(people(1).p_wait_longer_than(0.1, hours).is_err());
        assert!(people(1).p_wait_longer_than(9.9, hours).is_err());
        assert!(people(1).utilisation(hours).is_err());
    }
}
