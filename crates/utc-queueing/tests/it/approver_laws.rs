//! Laws that hold for all people who approve.

use proptest::prelude::*;
use utc_domain::{ApprovalQueue, Quorum, Timestamp, VoteChoice};
use utc_queueing::{ApproverRecord, Approvers, RatePrior};

/// Half of what rounding to six decimals may move a number, and a little.
const ROUNDING: f64 = 1e-6;

fn priors() -> impl Strategy<Value = RatePrior> {
    (0.01..100.0).prop_map(|mean| RatePrior::new(mean).unwrap())
}

fn records() -> impl Strategy<Value = ApproverRecord> {
    (0_u64..200, 0.0..2_000.0).prop_map(|(votes, hours)| ApproverRecord::new(votes, hours).unwrap())
}

fn quorums() -> impl Strategy<Value = Quorum> {
    (1_u32..=20).prop_map(|people| Quorum::new(people).unwrap())
}

fn ordered<T: PartialOrd>((a, b): (T, T)) -> (T, T) {
    if a <= b { (a, b) } else { (b, a) }
}

proptest! {
    #[test]
    fn the_learned_rate_lies_between_the_prior_and_what_people_did(prior in priors(), votes in 0_u64..200, hours in 0.01..2_000.0) {
        let learned = prior.learned(ApproverRecord::new(votes, hours).unwrap());
        #[expect(clippy::cast_precision_loss, reason = "a small count")]
        let (least, most) = ordered((prior.mean(), votes as f64 / hours));
        prop_assert!(learned >= least - ROUNDING && learned <= most + ROUNDING, "{least} {learned} {most}");
    }

    #[test]
    fn few_votes_never_promise_much(prior in priors(), votes in 0_u64..20, hours in 0.0..2_000.0) {
        let learned = prior.learned(ApproverRecord::new(votes, hours).unwrap());
        prop_assert!(learned <= 4.0 * prior.mean() + ROUNDING);
    }

    #[test]
    fn voting_never_lowers_the_rate_and_letting_wait_never_raises_it(
        prior in priors(),
        record in records(),
        choice in prop::sample::select(VoteChoice::ALL.to_vec()),
        (minutes, people, pending) in (0_i64..10_000, 0_u32..50, 0_u64..50),
    ) {
        let now = prior.learned(record);
        prop_assert!(prior.learned(record.after_vote(choice)) >= now);
        let later = record.after_span(Timestamp::EPOCH, Timestamp::EPOCH.plus_minutes(minutes), people, pending);
        prop_assert!(prior.learned(later) <= now);
    }

    #[test]
    fn more_ahead_waits_longer_and_more_people_decide_sooner(
        (prior, record) in (priors(), records()),
        (fewer, more) in (0_u64..1_000, 1_u64..1_000).prop_map(|(ahead, extra)| (ahead, ahead + extra)),
        (small, large) in (1_u32..100, 1_u32..100).prop_map(|(count, extra)| (count, count + extra)),
        quorum in quorums(),
    ) {
        let wait = |count, ahead| Approvers::new(count, prior, record).expected_wait_minutes(ahead, quorum);
        prop_assert!(wait(small, more) > wait(small, fewer));
        prop_assert!(wait(large, fewer) < wait(small, fewer));
        if let Ok(higher) = Quorum::new(quorum.people() + 1) {
            let people = Approvers::new(small, prior, record);
            prop_assert!(people.expected_wait_minutes(fewer, higher) > wait(small, fewer));
        }
    }

    #[test]
    fn saturation_clears_by_itself_as_what_waits_shrinks(
        (prior, record) in (priors(), records()),
        count in 1_u32..20,
        quorum in quorums(),
        ttl_minutes in 1_u32..=43_200,
        ahead in 0_u64..500,
    ) {
        let people = Approvers::new(count, prior, record);
        let open = |ahead| people.room_for(ahead, quorum, ttl_minutes).is_open();
        // Once open, it stays open while the line shrinks, down to nothing.
        let first_open = (0..=ahead).rev().find(|&ahead| open(ahead));
        prop_assert!((0..=first_open.unwrap_or(0)).all(|ahead| open(ahead) == first_open.is_some()));
        // Nothing that people did or left undone keeps out the first in line.
        let unknown = Approvers::new(count, prior, ApproverRecord::EMPTY);
        prop_assert!(open(0) || !unknown.room_for(0, quorum, ttl_minutes).is_open());
    }

    #[test]
    fn the_first_in_line_is_kept_out_by_less_time_fewer_people_or_more_votes_alone(
        (prior, record) in (priors(), records()),
        (small, large) in (1_u32..100, 0_u32..100).prop_map(|(count, extra)| (count, count + extra)),
        quorum in quorums(),
        (sooner, later) in (1_u32..=43_200, 1_u32..=43_200).prop_map(ordered),
    ) {
        let open = |count, quorum, ttl| Approvers::new(count, prior, record).room_for(0, quorum, ttl).is_open();
        prop_assert!(!open(small, quorum, sooner) || open(small, quorum, later));
        prop_assert!(!open(small, quorum, sooner) || open(large, quorum, sooner));
        prop_assert!(!open(small, quorum, sooner) || open(small, Quorum::ONE, sooner));
    }

    #[test]
    fn with_one_vote_and_the_usual_rate_an_empty_line_refuses_nobody(
        record in records(),
        count in 0_u32..100,
        ttl_minutes in 1_u32..=43_200,
    ) {
        let people = Approvers::new(count, RatePrior::STANDARD, record);
        prop_assert_eq!(people.room_for(0, Quorum::ONE, ttl_minutes), ApprovalQueue::Open);
    }

    #[test]
    fn a_refusal_says_how_long_and_behind_how_many(
        (prior, record) in (priors(), records()),
        quorum in quorums(),
        ttl_minutes in 1_u32..=43_200,
        ahead in 1_u64..500,
    ) {
        let people = Approvers::new(1, prior, record);
        let wait = people.expected_wait_minutes(ahead, quorum);
        let expected = if wait > f64::from(ttl_minutes) {
            ApprovalQueue::Saturated { expected_wait_minutes: wait, backlog: ahead }
        } else {
            ApprovalQueue::Open
        };
        prop_assert_eq!(people.room_for(ahead, quorum, ttl_minutes), expected);
    }

    #[test]
    fn the_probability_of_a_long_wait_falls_with_its_length_and_with_more_people(
        (prior, record) in (priors(), records()),
        arrival_rate in 0.0..500.0,
        (sooner, later) in (0.0..100.0, 0.0..100.0).prop_map(ordered),
        count in 1_u32..50,
    ) {
        let p = |count, hours| Approvers::new(count, prior, record).p_wait_longer_than(arrival_rate, hours).unwrap();
        prop_assert!((0.0..=1.0).contains(&p(count, sooner)));
        prop_assert!(p(count, later) <= p(count, sooner));
        prop_assert!(p(count + 1, sooner) <= p(count, sooner) + ROUNDING);
    }
}
