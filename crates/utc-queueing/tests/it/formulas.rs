//! What the formulas refuse, and how they agree with each other.

use proptest::prelude::*;
use utc_queueing::formulas::{
    FormulaError, MAX_SERVERS, Mm1, Mmc, erlang_b, erlang_c, littles_law, littles_law_gap,
    servers_needed,
};

fn close(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-9 * one.abs().max(other.abs()).max(1e-9)
}

#[test]
fn a_queue_that_cannot_keep_up_has_no_mean_wait() {
    assert_eq!(
        Mm1::new(10.0, 10.0),
        Err(FormulaError::Unstable { rho: 1.0 })
    );
    assert_eq!(
        Mmc::new(30.0, 10.0, 3),
        Err(FormulaError::Unstable { rho: 1.0 })
    );
    assert_eq!(erlang_c(3, 4.5), Err(FormulaError::Unstable { rho: 1.5 }));
    assert!(
        erlang_b(3, 4.5).is_ok(),
        "a queue where nobody waits keeps up with everything"
    );
}

#[test]
fn rates_out_of_range_are_refused() {
    assert_eq!(
        Mm1::new(-1.0, 10.0),
        Err(FormulaError::ArrivalRate { value: -1.0 })
    );
    assert_eq!(
        Mm1::new(f64::INFINITY, 10.0),
        Err(FormulaError::ArrivalRate {
            value: f64::INFINITY
        })
    );
    assert_eq!(
        Mmc::new(1.0, 0.0, 1),
        Err(FormulaError::ServiceRate { value: 0.0 })
    );
    assert!(matches!(
        Mmc::new(1.0, f64::NAN, 1),
        Err(FormulaError::ServiceRate { .. })
    ));
    assert_eq!(
        erlang_b(1, -0.1),
        Err(FormulaError::OfferedLoad { value: -0.1 })
    );
    assert_eq!(
        littles_law(-1.0, 1.0),
        Err(FormulaError::ArrivalRate { value: -1.0 })
    );
}

#[test]
fn the_number_of_servers_is_limited() {
    assert_eq!(erlang_b(0, 1.0), Err(FormulaError::Servers { value: 0 }));
    assert_eq!(
        Mmc::new(1.0, 10.0, MAX_SERVERS + 1),
        Err(FormulaError::Servers { value: 10_001 })
    );
    assert!(Mmc::new(1.0, 10.0, MAX_SERVERS).is_ok());
}

#[test]
fn times_and_shares_out_of_range_are_refused() {
    let queue = Mm1::new(1.0, 2.0).unwrap();
    assert_eq!(
        queue.p_wait_longer_than(-1.0),
        Err(FormulaError::Amount {
            name: "hours",
            value: -1.0
        })
    );
    assert_eq!(
        queue.wait_percentile_hours(1.0),
        Err(FormulaError::Share { value: 1.0 })
    );
    assert_eq!(
        queue.wait_percentile_hours(-0.1),
        Err(FormulaError::Share { value: -0.1 })
    );
    assert_eq!(
        servers_needed(1.0, 1.0, 1.0, 0.0),
        Err(FormulaError::Utilisation { value: 0.0 })
    );
    let wait = FormulaError::Amount {
        name: "max_wait_hours",
        value: f64::INFINITY,
    };
    assert_eq!(servers_needed(1.0, 1.0, f64::INFINITY, 0.9), Err(wait));
}

#[test]
fn an_idle_queue_waits_for_nothing() {
    let one = Mm1::new(0.0, 4.0).unwrap();
    assert_eq!(
        (
            one.p_empty(),
            one.mean_in_system(),
            one.mean_time_in_system_hours()
        ),
        (1.0, 0.0, 0.25)
    );
    let many = Mmc::new(0.0, 4.0, 3).unwrap();
    assert_eq!(
        (
            many.p_wait(),
            many.mean_wait_hours(),
            many.mean_time_in_system_hours()
        ),
        (0.0, 0.0, 0.25)
    );
    assert_eq!(many.wait_percentile_hours(0.99), Ok(0.0));
}

#[test]
fn a_target_out_of_reach_says_so() {
    assert_eq!(
        servers_needed(1e9, 1.0, 1.0, 0.9),
        Err(FormulaError::TooManyServers)
    );
}

#[test]
fn measured_numbers_are_checked_against_littles_law() {
    assert_eq!(littles_law(12.0, 0.5), Ok(6.0));
    assert_eq!(littles_law_gap(6.0, 12.0, 0.5), Ok(0.0));
    assert_eq!(littles_law_gap(8.0, 12.0, 0.5), Ok(0.25));
    assert_eq!(littles_law_gap(0.0, 12.0, 0.5), Ok(1.0));
    assert_eq!(littles_law_gap(0.0, 0.0, 0.0), Ok(0.0));
}

proptest! {
    #[test]
    fn one_of_many_servers_is_the_single_server(lambda in 0.0..99.0, mu in 100.0..200.0, hours in 0.0..1.0) {
        let (one, many) = (Mm1::new(lambda, mu).unwrap(), Mmc::new(lambda, mu, 1).unwrap());
        prop_assert!(close(one.p_wait(), many.p_wait()));
        prop_assert!(close(one.mean_wait_hours(), many.mean_wait_hours()));
        prop_assert!(close(one.mean_in_queue(), many.mean_in_queue()));
        prop_assert!(close(one.mean_in_system(), many.mean_in_system()));
        let tails = (one.p_wait_longer_than(hours).unwrap(), many.p_wait_longer_than(hours).unwrap());
        prop_assert!(close(tails.0, tails.1));
    }

    #[test]
    fn every_queue_obeys_littles_law(lambda in 0.1..100.0, rho in 0.01..0.99, servers in 1u32..200) {
        let queue = Mmc::new(lambda, lambda / (rho * f64::from(servers)), servers).unwrap();
        let gap = littles_law_gap(queue.mean_in_system(), lambda, queue.mean_time_in_system_hours()).unwrap();
        prop_assert!(gap < 1e-9);
        prop_assert!((0.0..=1.0).contains(&queue.p_wait()));
    }

    #[test]
    fn a_percentile_is_the_inverse_of_the_tail(rho in 0.2..0.99, servers in 1u32..50, share in 0.0..0.999) {
        let queue = Mmc::new(rho * f64::from(servers), 1.0, servers).unwrap();
        let hours = queue.wait_percentile_hours(share).unwrap();
        let beyond = queue.p_wait_longer_than(hours).unwrap();
        let expected = (1.0 - share).min(queue.p_wait());
        prop_assert!(close(beyond, expected), "{beyond} instead of {expected}");
    }

    #[test]
    fn one_server_fewer_misses_the_target(lambda in 0.1..500.0, mu in 0.5..20.0, wait in 0.001..2.0, rho in 0.3..1.0) {
        let queue = servers_needed(lambda, mu, wait, rho).unwrap();
        prop_assert!(queue.mean_wait_hours() <= wait && queue.utilisation() < rho);
        prop_assert_eq!(queue, Mmc::new(lambda, mu, queue.servers()).unwrap());
        if let Ok(fewer) = Mmc::new(lambda, mu, queue.servers() - 1) {
            prop_assert!(fewer.mean_wait_hours() > wait || fewer.utilisation() >= rho);
        }
    }
}
