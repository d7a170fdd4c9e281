//! Load that a locked unit turned away: no level follows it, forecasts are made of it and judged by it.

use proptest::prelude::*;
use utc_domain::ProtectionLevel::{Permissive, ReadOnly, RequireApproval};
use utc_queueing::predictive::{Gate, PredictiveStep, Predictor};
use utc_queueing::{Observation, Relaxing};

use crate::support::report;
use crate::unit::{CAPACITY, Unit};

/// Load `rho` at `minutes`, of which a locked unit lets nothing in.
fn offer(unit: &mut Unit, rho: f64, minutes: i64) -> PredictiveStep {
    let rate = rho * CAPACITY;
    let seen: Observation = if unit.level() == ReadOnly {
        report(0.0, CAPACITY, minutes).with_refused(rate)
    } else {
        report(rate, CAPACITY, minutes)
    };
    unit.state
        .observe(&unit.settings, seen, seen.at(), Relaxing::Allowed)
        .unwrap()
}

#[test]
fn refusals_move_neither_the_signal_nor_the_level() {
    let mut with = Unit::new();
    let mut without = Unit::new();
    for minutes in (0..300).step_by(5) {
        let seen = report(20.0, CAPACITY, minutes);
        let refused = seen.with_refused(500.0);
        for (unit, seen) in [(&mut with, refused), (&mut without, seen)] {
            unit.state
                .observe(&unit.settings, seen, seen.at(), Relaxing::Allowed)
                .unwrap();
        }
        assert_eq!(
            (with.state.rho(), with.level()),
            (without.state.rho(), without.level())
        );
    }
}

#[test]
fn a_locked_unit_does_not_look_calm_to_its_forecasts() {
    let mut unit = Unit::new();
    unit.hold(0.3, 0, 60);
    offer(&mut unit, 1.4, 65);
    let mut step = offer(&mut unit, 1.4, 70);
    assert_eq!(step.level, ReadOnly);
    for minutes in [75, 80] {
        step = offer(&mut unit, 1.4, minutes);
    }
    assert!(step.rho < 0.9, "{}", step.rho);
    let expected = step.forecasts.fast_ewma.rho.unwrap();
    assert!(expected > 1.3, "{expected}");
}

#[test]
fn an_overload_that_was_turned_away_is_an_overload_on_the_card() {
    let mut unit = Unit::new();
    unit.hold(0.3, 0, 60);
    for minutes in (65..=125).step_by(5) {
        offer(&mut unit, 1.4, minutes);
    }
    unit.hold(0.1, 130, 150);
    for predictor in Predictor::ALL {
        let card = unit.state.scorecard(predictor).grades();
        assert_eq!(card.episodes, 1, "{predictor}");
        assert!(card.overload_minutes >= 60.0, "{}", card.overload_minutes);
    }
}

#[test]
fn load_that_ceased_is_no_overload_however_long_the_unit_is_locked() {
    let mut unit = Unit::new();
    unit.hold(1.2, 0, 30);
    for minutes in (35..=150).step_by(5) {
        offer(&mut unit, 0.0, minutes);
    }
    let card = unit.state.scorecard(Predictor::FastEwma).grades();
    assert!(card.overload_minutes <= 40.0, "{}", card.overload_minutes);
    assert_eq!(unit.level(), Permissive);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whoever retries without end keeps nobody out, also where every gate is open.
    #[test]
    fn retries_of_a_locked_unit_do_not_keep_it_locked(
        retries in 0.9_f64..50.0,
        gate in prop::sample::select(vec![Gate::Opened, Gate::Earned, Gate::Closed]),
    ) {
        let mut unit = Unit::new();
        for predictor in Predictor::ALL {
            unit.state.set_gate(predictor, gate);
        }
        unit.hold(1.2, 0, 30);
        prop_assert_eq!(unit.level(), ReadOnly);
        let mut left = None;
        for minutes in (35..=35 + 12 * 60).step_by(5) {
            let step = offer(&mut unit, retries, minutes);
            if step.level == RequireApproval {
                left = Some(minutes);
                break;
            }
        }
        prop_assert!(left.is_some());
    }
}
