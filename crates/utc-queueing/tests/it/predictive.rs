//! What the predictive controller does, case by case.

use utc_domain::ProtectionLevel::{Permissive, ReadOnly, RequireApproval};
use utc_queueing::predictive::{
    Gate, PredictiveSettings, PredictiveState, Predictor, StateError, Tuning, TuningError, Why,
};
use utc_queueing::{ObserveError, Relaxing};

use crate::support::{minute, report};
use crate::unit::{CAPACITY, Unit};

#[test]
fn a_unit_without_data_is_permissive_and_every_forecast_is_closed() {
    let state = PredictiveState::new();
    assert_eq!(
        (state.level(), state.rho(), state.reason()),
        (Permissive, None, None)
    );
    assert!(!state.is_stale(minute(10_000)));
    for predictor in Predictor::ALL {
        assert_eq!(state.gate(predictor), Gate::Earned);
        assert_eq!(state.scorecard(predictor).precision().value(), 0.5);
    }
}

#[test]
fn the_first_observation_sets_the_signal_and_the_level() {
    for (rho, level) in [(0.59, Permissive), (0.6, RequireApproval), (0.9, ReadOnly)] {
        let mut unit = Unit::new();
        let step = unit.feed(rho, 0);
        assert_eq!((step.rho, step.level), (rho, level));
        assert_eq!(step.change.is_some(), level != Permissive);
    }
}

#[test]
fn the_signal_is_the_higher_of_two_smoothed_ones() {
    let mut unit = Unit::new();
    unit.feed(0.2, 0);
    assert_eq!(unit.feed(1.0, 5).rho, 0.6);
    // Falling, the slower one is higher: 0.7·(0.3·1 + 0.7·0.2) + 0.3·0.
    assert_eq!(unit.feed(0.0, 10).rho, 0.308);
}

#[test]
fn a_level_relaxes_after_fifteen_minutes_well_below_its_threshold() {
    let mut unit = Unit::new();
    unit.feed(0.95, 0);
    let mut relaxed = Vec::new();
    for minutes in (5..=120).step_by(5) {
        if let Some(change) = unit.feed(0.2, minutes).change {
            assert_eq!(change.why, Why::Relaxed);
            relaxed.push((minutes, change.to));
        }
    }
    // 0.725 at 5 minutes is the first value below 0.8, so 15 minutes of calm end at 20; and 0.2 is below 0.5.
    assert_eq!(relaxed, [(20, RequireApproval), (40, Permissive)]);
}

#[test]
fn just_below_its_threshold_a_level_takes_an_hour() {
    let mut unit = Unit::new();
    unit.feed(0.95, 0);
    let mut left = None;
    for minutes in (5..=200).step_by(5) {
        if unit.feed(0.85, minutes).change.is_some() {
            left.get_or_insert(minutes);
        }
    }
    // The signal is below 0.9 from minute 10 on.
    assert_eq!((left, unit.level()), (Some(70), RequireApproval));
}

#[test]
fn a_sentence_says_what_holds_and_what_relaxes_it() {
    let mut unit = Unit::new();
    let words = |unit: &Unit| unit.state.recommendation(&unit.settings);
    assert!(words(&unit).starts_with("No data"));
    unit.feed(0.2, 0);
    assert!(words(&unit).starts_with("All is well: utilisation is 0.2"));
    unit.feed(1.9, 5);
    assert!(
        words(&unit)
            .contains("15 minutes below 0.8, or 60 below 0.9, relax it to `require_approval`")
    );
    unit.hold(0.1, 10, 40);
    assert!(words(&unit).starts_with("Writes need approval because the unit is relaxing"));
    assert!(words(&unit).contains("below 0.5"));
}

#[test]
fn a_level_that_comes_back_is_held_longer_each_time_up_to_the_longest() {
    let mut unit = Unit::new();
    let mut held = Vec::new();
    let mut minutes = 0;
    for _ in 0..4 {
        unit.feed(2.0, minutes);
        let since = minutes;
        while unit.level() == ReadOnly {
            minutes += 5;
            unit.feed(0.3, minutes);
        }
        held.push(minutes - since);
        minutes += 5;
    }
    assert!(held.is_sorted(), "{held:?}");
    assert!(
        held[0] < 60 && (60..120).contains(&held[1]) && held[2] >= 240,
        "{held:?}"
    );
    assert!(held[3] < 240 + 60, "{held:?}");
}

#[test]
fn a_day_later_the_first_window_is_short_again() {
    let mut unit = Unit::new();
    unit.feed(0.95, 0);
    unit.hold(0.1, 5, 24 * 60);
    assert_eq!(unit.level(), Permissive);
    unit.feed(2.5, 24 * 60 + 5);
    assert_eq!(unit.level(), ReadOnly);
    unit.hold(0.1, 24 * 60 + 10, 24 * 60 + 50);
    assert!(unit.level() < ReadOnly);
}

#[test]
fn while_relaxing_is_held_nothing_falls_and_the_window_starts_over() {
    let mut unit = Unit::new();
    unit.feed(0.95, 0);
    for minutes in (5..=60).step_by(5) {
        unit.feed_with(0.1, minutes, Relaxing::Held);
    }
    assert_eq!(unit.level(), ReadOnly);
    unit.hold(0.1, 65, 70);
    assert_eq!(unit.level(), ReadOnly);
    unit.hold(0.1, 75, 80);
    assert_eq!(unit.level(), RequireApproval);
}

#[test]
fn a_level_that_is_taken_over_holds_until_its_window_is_over() {
    let mut fresh = Unit::new();
    fresh.state.take_over(ReadOnly);
    let mut known = Unit::new();
    known.hold(0.1, -60, 0);
    known.state.take_over(ReadOnly);
    for mut unit in [fresh, known] {
        assert_eq!(unit.level(), ReadOnly);
        let first = unit.feed(0.1, 5);
        assert_eq!((first.level, first.change), (ReadOnly, None));
        // Another observation of that time counts with the first, and gives nothing away either.
        assert_eq!(unit.feed(0.1, 5).level, ReadOnly);
        let text = unit.state.to_text();
        assert_eq!(PredictiveState::from_text(&text).unwrap(), unit.state);
        assert_eq!(unit.feed(0.1, 15).level, ReadOnly);
        assert_eq!(unit.feed(0.1, 20).level, RequireApproval);
    }
}

#[test]
fn what_the_forecasts_said_can_be_asked_again() {
    let mut unit = Unit::new();
    assert_eq!(unit.state.forecasts(&unit.settings), None);
    unit.feed(0.3, 0);
    let said = unit.feed(1.1, 5).forecasts;
    assert_eq!(unit.state.forecasts(&unit.settings), Some(said));
}

#[test]
fn a_closed_forecast_is_drawn_and_does_not_act() {
    let mut unit = Unit::new();
    unit.feed(0.3, 0);
    let step = unit.feed(1.1, 5);
    let quick = step.forecasts.fast_ewma;
    assert_eq!((quick.rho, quick.open), (Some(0.94), false));
    assert_eq!(step.level, RequireApproval);
}

#[test]
fn an_open_one_lifts_by_one_level_and_says_so() {
    let mut unit = Unit::new();
    unit.state.set_gate(Predictor::FastEwma, Gate::Opened);
    unit.feed(0.3, 0);
    let change = unit.feed(1.1, 5).change.unwrap();
    assert_eq!((change.from, change.to), (Permissive, ReadOnly));
    let Why::Forecast(forecast) = change.why else {
        panic!("{:?}", change.why)
    };
    let said = (forecast.predictor, forecast.rho, forecast.horizon_minutes);
    assert_eq!(said, (Predictor::FastEwma, Some(0.94), 15.0));
    let words = unit.state.recommendation(&unit.settings);
    assert!(
        words.starts_with(
            "Writes are refused because the `fast_ewma` forecast, right in 50 % of its warnings"
        ),
        "{words}"
    );
    assert_eq!(unit.state.reason().map(|(_, why)| why), Some(change.why));
}

#[test]
fn a_forecast_never_lifts_by_two_levels() {
    let mut unit = Unit::new();
    unit.state.set_gate(Predictor::FastEwma, Gate::Opened);
    unit.feed(0.0, 0);
    // The signal is at 0.59, the forecast at 0.944.
    let step = unit.feed(1.18, 5);
    assert_eq!((step.rho, step.level), (0.59, RequireApproval));
}

#[test]
fn a_gate_opens_when_warnings_come_true_and_closes_when_they_do_not() {
    let mut unit = Unit::new();
    let open = |unit: &Unit| unit.state.scorecard(Predictor::FastEwma).precision();
    let mut minutes = 0;
    for _ in 0..8 {
        // A burst in which the forecast sees 0.9 before the signal does.
        for rho in [0.2, 1.1, 1.3, 1.3, 1.0, 0.2, 0.2, 0.2] {
            unit.feed(rho, minutes);
            minutes += 5;
        }
        unit.hold(0.2, minutes, minutes + 60);
        minutes += 65;
    }
    let earned = open(&unit);
    assert!(
        earned.warnings() >= 5.0 && earned.value() > 0.8,
        "{earned:?}"
    );
    assert!(unit.feed(0.2, minutes).forecasts.fast_ewma.open);
    for _ in 0..30 {
        // Single high readings, of which nothing comes.
        minutes += 60;
        unit.feed(1.1, minutes);
        unit.hold(0.1, minutes + 5, minutes + 55);
    }
    assert!(open(&unit).value() < 0.4, "{:?}", open(&unit));
    assert!(!unit.feed(0.2, minutes + 60).forecasts.fast_ewma.open);
}

#[test]
fn a_trend_says_when_the_threshold_is_reached() {
    let mut unit = Unit::new();
    let mut rho = 0.1;
    for minutes in (0..=300).step_by(5) {
        unit.feed(rho, minutes);
        rho += 0.01;
    }
    let holt = unit.feed(rho, 305).forecasts.holt;
    let minutes = holt.minutes_to_threshold.unwrap();
    assert!(minutes > 30.0 && minutes < 240.0, "{minutes}");
    assert_eq!(
        unit.feed(0.0, 310).forecasts.fast_ewma.minutes_to_threshold,
        None
    );
}

#[test]
fn a_daily_peak_is_expected_the_next_day() {
    let mut unit = Unit::new();
    let load = |minutes: i64| {
        if (12 * 60..14 * 60).contains(&(minutes % (24 * 60))) {
            1.0
        } else {
            0.3
        }
    };
    for minutes in (0..6 * 24 * 60 + 11 * 60 + 45).step_by(15) {
        unit.feed(load(minutes), minutes);
    }
    let step = unit.feed(0.3, 6 * 24 * 60 + 11 * 60 + 45);
    assert!(
        step.forecasts.seasonal.rho.unwrap() >= 0.9,
        "{:?}",
        step.forecasts.seasonal
    );
    assert!(step.forecasts.seasonal.open);
    assert_eq!(step.level, RequireApproval);
    assert!(step.forecasts.holt.rho.unwrap() < 0.6);
}

#[test]
fn one_absurd_report_does_not_haunt_the_profile() {
    let mut unit = Unit::new();
    unit.hold(0.3, 0, 24 * 60);
    unit.feed(9e6, 24 * 60 + 5);
    unit.hold(0.3, 24 * 60 + 10, 3 * 24 * 60);
    let at = 8 * 24 * 60;
    let expected = unit.feed(0.3, at).forecasts.seasonal.rho.unwrap();
    assert!(expected <= 0.9, "{expected}");
}

#[test]
fn a_unit_silent_for_a_day_does_not_escalate() {
    let mut unit = Unit::new();
    for (step, minutes) in (0..12_u32).zip((0..60).step_by(5)) {
        unit.feed(0.1 + 0.04 * f64::from(step), minutes);
    }
    unit.state.set_gate(Predictor::Holt, Gate::Opened);
    let before = unit.level();
    assert!(unit.state.is_stale(minute(60 + 24 * 60)));
    assert_eq!(unit.level(), before);
    let step = unit.feed(0.5, 60 + 24 * 60);
    assert_eq!((step.level, step.change), (before, None));
    assert_eq!(step.forecasts.holt.rho, Some(0.5));
}

#[test]
fn silence_is_no_sign_of_calm() {
    let mut unit = Unit::new();
    unit.feed(0.95, 0);
    unit.feed(0.1, 5);
    unit.feed(0.1, 24 * 60);
    assert_eq!(unit.level(), ReadOnly);
}

#[test]
fn an_old_or_early_observation_is_refused_and_changes_nothing() {
    let mut unit = Unit::new();
    unit.feed(0.5, 10);
    let before = unit.state.clone();
    let mut observe = |minutes, now| {
        let report = report(CAPACITY, CAPACITY, minutes);
        unit.state
            .observe(&unit.settings, report, minute(now), Relaxing::Allowed)
    };
    assert!(matches!(
        observe(9, 10),
        Err(ObserveError::OlderThanNewest { .. })
    ));
    assert!(matches!(
        observe(20, 10),
        Err(ObserveError::TooFarAhead { .. })
    ));
    assert_eq!(unit.state, before);
}

#[test]
fn text_that_is_no_state_is_refused() {
    let text = Unit::new().state.to_text();
    let part = |part| Err(StateError::Part { part });
    for (broken, error) in [
        (String::new(), Err(StateError::Length)),
        ("predictive9".to_owned(), Err(StateError::Version)),
        (format!("{text} 1"), Err(StateError::Length)),
        (text.replacen(" - ", " ? ", 1), part(3)),
        (text.replacen("earned", "won", 1), part(6)),
    ] {
        assert_eq!(PredictiveState::from_text(&broken), error, "{broken:?}");
    }
}

#[test]
fn a_tuning_out_of_range_is_refused() {
    assert_eq!(Tuning::new(0.4, 0.8, 240), Ok(Tuning::STANDARD));
    for gate in [0.0, 1.0, f64::NAN] {
        assert!(matches!(
            Tuning::new(gate, 0.8, 120),
            Err(TuningError::GatePrecision { .. })
        ));
    }
    for alpha in [0.0, 1.1, f64::NAN] {
        assert!(matches!(
            Tuning::new(0.4, alpha, 120),
            Err(TuningError::QuickAlpha { .. })
        ));
    }
    for lock in [14, 1441] {
        assert_eq!(
            Tuning::new(0.4, 0.8, lock),
            Err(TuningError::LongestLock { value: lock })
        );
    }
    assert!(
        PredictiveSettings::standard()
            .with_thresholds(0.3, 0.9, 0.6)
            .is_err()
    );
}

#[test]
fn a_unit_is_small_also_in_its_worst_hour() {
    for (settings, limit) in [
        (PredictiveSettings::standard(), 24 * 1024),
        (PredictiveSettings::standard().without_seasons(), 4 * 1024),
    ] {
        let mut unit = Unit::new();
        unit.settings = settings;
        let mut largest = 0;
        for minutes in 0..3_000 {
            // Forecasts that warn at every other minute, and an episode now and then.
            let rho = if minutes % 97 < 5 {
                1.5
            } else {
                f64::from(minutes % 2) * 1.12
            };
            unit.feed(rho, i64::from(minutes));
            largest = largest.max(unit.state.size_bytes());
        }
        assert!(largest < limit, "{largest} of {limit} bytes");
    }
}
