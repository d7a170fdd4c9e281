//! Laws of the predictive controller, for every sequence of loads.

use proptest::collection::vec;
use proptest::prelude::*;
use utc_domain::{ProtectionLevel, Timestamp};
use utc_queueing::Relaxing;
use utc_queueing::predictive::{
    Gate, PredictiveSettings, PredictiveState, Predictor, Scorecard, ScoredStep,
};

use crate::support::{minute, report};
use crate::unit::{CAPACITY, Unit};

const MICROS_PER_MINUTE: i64 = 60_000_000;
const DAY: i64 = 24 * 60;

/// Loads, each some minutes after the one before; a gap of 0 is the same time.
fn loads(most: usize) -> impl Strategy<Value = Vec<(f64, i64)>> {
    let rho = prop_oneof![3 => 0.0..1.0, 1 => 0.7..1.2, 1 => 0.0..20.0];
    let gap = prop_oneof![6 => Just(5i64), 2 => 0i64..=20, 1 => 20i64..=600];
    vec((rho, gap), 1..=most)
}

fn gates() -> impl Strategy<Value = [Gate; 3]> {
    let one = prop_oneof![Just(Gate::Earned), Just(Gate::Opened), Just(Gate::Closed)];
    [one.clone(), one.clone(), one]
}

fn unit(gates: [Gate; 3]) -> Unit {
    let mut unit = Unit::new();
    for (predictor, gate) in Predictor::ALL.into_iter().zip(gates) {
        unit.state.set_gate(predictor, gate);
    }
    unit
}

/// Feeds all and gives the minute of the last.
fn play(unit: &mut Unit, loads: &[(f64, i64)]) -> i64 {
    let mut at = 0;
    for &(rho, gap) in loads {
        at += gap;
        unit.feed(rho, at);
    }
    at
}

proptest! {
    #[test]
    fn a_higher_forecast_never_loosens(loads in loads(60), gates in gates(), rho in 0.0..1.5, gap in 1i64..=30) {
        let mut unit = unit(gates);
        let at = play(&mut unit, &loads) + gap;
        let level_with = |gate: Gate| {
            let mut state = unit.state.clone();
            for predictor in Predictor::ALL {
                state.set_gate(predictor, gate);
            }
            let seen = report(rho * CAPACITY, CAPACITY, at);
            state.observe(&unit.settings, seen, seen.at(), Relaxing::Allowed).unwrap().level
        };
        prop_assert!(level_with(Gate::Opened) >= level_with(Gate::Closed));
        prop_assert!(level_with(Gate::Earned) >= level_with(Gate::Closed));
    }

    #[test]
    fn a_forecast_lifts_by_at_most_one_level(loads in loads(60)) {
        let mut unit = unit([Gate::Opened; 3]);
        let mut at = 0;
        for (rho, gap) in loads {
            at += gap;
            let before = unit.level();
            let step = unit.feed(rho, at);
            if step.level > before {
                let measured = match step.rho {
                    rho if rho >= 0.9 => ProtectionLevel::ReadOnly,
                    rho if rho >= 0.6 => ProtectionLevel::RequireApproval,
                    _ => ProtectionLevel::Permissive,
                };
                prop_assert!(step.level.relaxed() <= measured);
            }
        }
    }

    #[test]
    fn the_level_is_never_below_what_is_measured(loads in loads(60), gates in gates()) {
        let mut unit = unit(gates);
        let mut at = 0;
        for (rho, gap) in loads {
            at += gap;
            let step = unit.feed(rho, at);
            prop_assert!(step.rho < 0.9 || step.level == ProtectionLevel::ReadOnly);
            prop_assert!(step.rho < 0.6 || step.level >= ProtectionLevel::RequireApproval);
        }
    }

    #[test]
    fn nothing_comes_down_sooner_than_the_dwell_after_a_change(loads in loads(120), gates in gates()) {
        let mut unit = unit(gates);
        let dwell = i64::from(PredictiveSettings::RELAX_WINDOW_MINUTES) * MICROS_PER_MINUTE;
        let mut at = 0;
        // The level before each instant, and when it last changed: within one instant nothing is final.
        let (mut level, mut changed): (ProtectionLevel, Option<Timestamp>) = (unit.level(), None);
        for (rho, gap) in loads {
            at += gap.max(1);
            let now = unit.feed(rho, at).level;
            let time = unit.state.last_at().unwrap();
            if now < level {
                prop_assert_eq!(now, level.relaxed());
                if let Some(changed) = changed {
                    prop_assert!(time.micros_since(changed) >= dwell);
                }
            }
            if now != level {
                changed = Some(time);
            }
            level = now;
        }
    }

    #[test]
    fn observations_of_one_time_commute(
        before in loads(40),
        gap in 0i64..=20,
        rates in vec((0.0..300.0, 1.0..300.0), 2..6),
        gates in gates(),
        seed in any::<prop::sample::Index>(),
        after in loads(10),
    ) {
        let mut unit = unit(gates);
        let at = play(&mut unit, &before) + gap;
        let run = |rates: &[(f64, f64)]| {
            let mut state = unit.state.clone();
            for &(lambda, mu) in rates {
                let seen = report(lambda, mu, at);
                state.observe(&unit.settings, seen, seen.at(), Relaxing::Allowed).unwrap();
            }
            let mut at = at;
            for &(rho, gap) in &after {
                at += gap;
                let seen = report(rho * CAPACITY, CAPACITY, at);
                state.observe(&unit.settings, seen, seen.at(), Relaxing::Allowed).unwrap();
            }
            state
        };
        let mut turned = rates.clone();
        turned.rotate_left(seed.index(rates.len()));
        let mut reversed = rates.clone();
        reversed.reverse();
        prop_assert_eq!(run(&rates), run(&turned));
        prop_assert_eq!(run(&rates), run(&reversed));
    }

    #[test]
    fn a_restart_at_any_moment_changes_nothing(loads in loads(80), gates in gates(), stop in any::<prop::sample::Index>()) {
        let mut without = unit(gates);
        let mut with = unit(gates);
        let stop = stop.index(loads.len());
        let mut at = 0;
        for (step, (rho, gap)) in loads.into_iter().enumerate() {
            at += gap;
            if step == stop {
                with.state = PredictiveState::from_text(&with.state.to_text()).unwrap();
            }
            prop_assert_eq!(without.feed(rho, at), with.feed(rho, at));
        }
        prop_assert_eq!(&without.state, &with.state);
        let again = PredictiveState::from_text(&without.state.to_text());
        prop_assert_eq!(again.as_ref(), Ok(&without.state));
    }
}

/// Steps of a minute: overload, alarm, warning.
fn scored_steps() -> impl Strategy<Value = Vec<(bool, bool, bool)>> {
    vec(
        (
            prop::bool::weighted(0.2),
            prop::bool::weighted(0.4),
            any::<bool>(),
        ),
        1..150,
    )
}

proptest! {
    /// What a unit keeps in little memory is what a recording is scored by, at steps of a minute and more.
    #[test]
    fn a_compact_card_counts_as_an_exact_one(steps in scored_steps()) {
        let (mut compact, mut exact) = (Scorecard::compact(), Scorecard::exact());
        for (number, (overload, alarm, warning)) in (0..).zip(steps) {
            let step = ScoredStep {
                at: minute(number),
                minutes: 1.0,
                horizon_micros: 15 * MICROS_PER_MINUTE,
                overload,
                alarm,
                warning,
                level_changes: 0,
            };
            compact.record_alone(&step);
            exact.record_alone(&step);
        }
        compact.finish();
        exact.finish();
        let (compact, mut exact) = (compact.grades(), exact.grades());
        // Only the median may differ, once there were more leads than a unit keeps.
        if exact.caught_early > 32 {
            exact.median_lead_minutes = compact.median_lead_minutes;
        }
        prop_assert_eq!(compact, exact);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever came before, a unit at a normal load is not refused for ever; and one well below half is free.
    #[test]
    fn there_is_no_latch_at_a_normal_load(burst in loads(60), base in 0.0..=0.85, every in 1i64..=10) {
        let mut unit = Unit::new();
        let end = play(&mut unit, &burst);
        for at in (end + every..=end + 3 * DAY).step_by(usize::try_from(every).unwrap()) {
            unit.feed(base, at);
        }
        let most = if base < 0.5 { ProtectionLevel::Permissive } else { ProtectionLevel::RequireApproval };
        prop_assert!(unit.level() <= most, "{} at {base}", unit.level());
    }
}
