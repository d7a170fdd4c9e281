//! When the job switches the rule.

use utc_tdx::score::{Flip, FlipInput, Owner, flip};

const QUIET: FlipInput = FlipInput {
    rule_on: false,
    owner: Owner::Nobody,
    became_risky: 0,
    risky: 0,
    auto_flip: true,
};

#[test]
fn a_unit_that_becomes_risky_switches_the_rule_on() {
    for owner in [Owner::Nobody, Owner::Job] {
        let input = FlipInput {
            owner,
            became_risky: 1,
            risky: 1,
            ..QUIET
        };
        assert_eq!(flip(input), Flip::On);
    }
}

#[test]
fn a_unit_that_stays_risky_switches_nothing() {
    let input = FlipInput { risky: 3, ..QUIET };
    assert_eq!(flip(input), Flip::Leave);
    let on = FlipInput {
        rule_on: true,
        owner: Owner::Job,
        became_risky: 1,
        risky: 3,
        ..QUIET
    };
    assert_eq!(flip(on), Flip::Leave);
}

#[test]
fn the_job_switches_off_what_it_switched_on_when_nothing_is_risky() {
    let on = FlipInput {
        rule_on: true,
        owner: Owner::Job,
        ..QUIET
    };
    assert_eq!(flip(on), Flip::Off);
    assert_eq!(flip(FlipInput { risky: 1, ..on }), Flip::Leave);
}

#[test]
fn what_a_person_set_stays_until_it_is_handed_back() {
    for rule_on in [false, true] {
        for became_risky in [0, 1] {
            let risky = became_risky;
            let input = FlipInput {
                rule_on,
                owner: Owner::Person,
                became_risky,
                risky,
                ..QUIET
            };
            assert_eq!(flip(input), Flip::Leave);
        }
    }
    let before_the_job = FlipInput {
        rule_on: true,
        owner: Owner::Nobody,
        ..QUIET
    };
    assert_eq!(flip(before_the_job), Flip::Leave);
}

#[test]
fn without_permission_the_job_switches_nothing() {
    for rule_on in [false, true] {
        for became_risky in [0, 1] {
            let input = FlipInput {
                rule_on,
                owner: Owner::Job,
                became_risky,
                auto_flip: false,
                ..QUIET
            };
            assert_eq!(flip(input), Flip::Leave);
        }
    }
}
