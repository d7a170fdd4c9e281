//! Formulas against a simulation that knows nothing of them.

use utc_domain::Quorum;
use utc_queueing::formulas::{ErlangA, Mmc};
use utc_queueing::{ApproverRecord, Approvers, LowCount, RatePrior};
use utc_test_support::simulator::{Dice, Line, People};

/// The simulated share is within `tolerance` of the computed one.
fn check(name: &str, simulated: f64, computed: f64, tolerance: f64) {
    assert!(
        (simulated - computed).abs() <= tolerance * computed.max(0.05),
        "{name}: simulated {simulated}, computed {computed}"
    );
}

#[test]
fn waits_of_mmc_are_those_of_a_simulation() {
    for (servers, arrival_rate) in [(1, 0.7), (3, 2.4), (10, 8.0)] {
        let line = Line {
            arrival_rate,
            service_rate: 1.0,
            servers: usize::try_from(servers).unwrap(),
            patience: None,
        };
        let outcome = line.run(&mut Dice::new(7), 400_000);
        let queue = Mmc::new(arrival_rate, 1.0, servers).unwrap();
        let came = f64::from(outcome.came);
        check(
            "P(wait)",
            f64::from(outcome.waited) / came,
            queue.p_wait(),
            0.05,
        );
        check(
            "Wq",
            outcome.total_wait / came,
            queue.mean_wait_hours(),
            0.08,
        );
    }
}

#[test]
fn those_who_give_up_are_those_of_a_simulation() {
    for (servers, arrival_rate, patience) in [(1, 1.25, 4.0), (3, 4.0, 0.5)] {
        let line = Line {
            arrival_rate,
            service_rate: 1.0,
            servers: usize::try_from(servers).unwrap(),
            patience: Some(patience),
        };
        let outcome = line.run(&mut Dice::new(11), 400_000);
        let queue = ErlangA::new(arrival_rate, 1.0, servers, patience.recip()).unwrap();
        let came = f64::from(outcome.came);
        check(
            "P(abandon)",
            f64::from(outcome.gave_up) / came,
            queue.p_abandon(),
            0.05,
        );
        check(
            "P(wait)",
            f64::from(outcome.waited) / came,
            queue.p_wait(),
            0.05,
        );
    }
}

#[test]
fn approvers_take_as_long_as_people_in_a_simulation_do() {
    let people = People {
        count: 3,
        votes_per_hour: 0.8,
    };
    let mut record = ApproverRecord::EMPTY;
    record = ApproverRecord::new(record.votes() + 800, 1_000.0).unwrap();
    let approvers = Approvers::new(3, RatePrior::STANDARD, record);
    let expected = approvers.expected_wait_minutes(9, Quorum::new(1).unwrap()) / 60.0;
    let mut dice = Dice::new(3);
    let runs = 20_000;
    let last = |dice: &mut Dice| *people.waits(dice, 10).last().unwrap();
    let mean = (0..runs).map(|_| last(&mut dice)).sum::<f64>() / f64::from(runs);
    check("wait of the tenth", mean, expected, 0.02);
}

#[test]
fn few_counts_find_the_rate_that_made_them() {
    let mut dice = Dice::new(5);
    let mut counts = LowCount::new(2.0).unwrap();
    for _ in 0..24 * 60 {
        let count = dice.poisson(30.0, 1.0 / 60.0);
        counts = counts.after(count, 1.0 / 60.0).unwrap();
    }
    let rate = counts.rate_per_hour();
    assert!((24.0..36.0).contains(&rate), "{rate}");
    assert!(counts.p_at_least(15.0).unwrap() > 0.99);
    assert!(counts.p_at_least(60.0).unwrap() < 0.01);
}
