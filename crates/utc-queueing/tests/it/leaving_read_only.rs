//! The threshold for leaving `read_only`, where there is one for that alone.

use utc_domain::ProtectionLevel::{ReadOnly, RequireApproval};
use utc_queueing::predictive::PredictiveSettings;
use utc_queueing::{QueueState, Relaxing, Settings, SettingsError, observe, recommendation};

use crate::support::report;
use crate::unit::Unit;

fn settings(below: f64) -> Settings {
    let own = Settings::classic().with_relax_read_only_below(Some(below));
    own.unwrap()
}

/// A burst, and then the same load for hours.
fn classic(settings: &Settings, rho: f64) -> QueueState {
    let mut state: Option<QueueState> = None;
    for minutes in (0..1_200).step_by(5) {
        let load = if minutes < 60 { 130.0 } else { rho * 100.0 };
        let seen = report(load, 100.0, minutes);
        let step = observe(state.as_ref(), settings, seen, seen.at(), Relaxing::Allowed);
        state = Some(step.unwrap().state);
    }
    state.unwrap()
}

#[test]
fn under_the_classic_controller_it_ends_the_latch_at_a_normal_load() {
    assert_eq!(classic(&Settings::classic(), 0.7).level, ReadOnly);
    let state = classic(&settings(0.8), 0.7);
    // For leaving the next level the usual threshold holds, and 0.7 is not below that.
    assert_eq!((state.level, state.below_since), (RequireApproval, None));
    assert_eq!(classic(&settings(0.4), 0.45).level, ReadOnly);
}

#[test]
fn the_sentence_names_the_threshold_that_holds() {
    let state = classic(&settings(0.4), 0.45);
    let words = recommendation(&state, &settings(0.4));
    assert!(words.contains("below 0.4"), "{words}");
}

fn predictive(below: Option<f64>, rho: f64) -> Unit {
    let mut unit = Unit::new();
    let classic = Settings::classic().with_relax_read_only_below(below);
    let following = PredictiveSettings::standard().following(&classic.unwrap());
    unit.settings = following.unwrap().without_seasons();
    unit.hold(1.3, 0, 30);
    unit.hold(rho, 35, 600);
    unit
}

#[test]
fn under_the_predictive_controller_it_takes_the_place_of_the_usual_margin() {
    assert_eq!(predictive(None, 0.7).level(), RequireApproval);
    let strict = predictive(Some(0.5), 0.7);
    assert_eq!(strict.level(), ReadOnly);
    let words = strict.state.recommendation(&strict.settings);
    assert!(words.contains("below 0.5"), "{words}");
    assert!(predictive(Some(0.5), 0.4).level() < ReadOnly);
}

#[test]
fn it_lies_above_nothing_and_at_most_at_the_upper_threshold() {
    for value in [0.0, -0.1, 0.91, f64::NAN] {
        let refused = Settings::classic().with_relax_read_only_below(Some(value));
        assert!(matches!(
            refused,
            Err(SettingsError::RelaxReadOnlyBelow { .. })
        ));
    }
    assert_eq!(settings(0.9).relax_read_only_below(), Some(0.9));
}
