//! Arrivals that were counted, not reported.

use utc_domain::ProtectionLevel;
use utc_queueing::formulas::FormulaError;
use utc_queueing::predictive::{PredictiveSettings, PredictiveState};
use utc_queueing::{LowCount, Observation, Relaxing, fair_arrivals};

use crate::support::minute;

#[test]
fn a_fresh_installation_cannot_be_locked_by_clicking() {
    let counts = LowCount::new(1.0).unwrap().after(1_000, 0.01).unwrap();
    assert_eq!(counts.observation(None, minute(0)), Ok(None));
}

#[test]
fn fewer_than_ten_arrivals_move_nothing_also_where_the_capacity_is_known() {
    let after = |clicks| LowCount::new(1.0).unwrap().after(clicks, 0.01).unwrap();
    assert_eq!(after(9).observation(Some(1.0), minute(0)), Ok(None));
    let seen = after(11).observation(Some(1.0), minute(0)).unwrap();
    assert!(seen.is_some_and(|seen| seen.arrival_rate() > 100.0));
}

#[test]
fn what_is_old_is_forgotten_by_halves() {
    let counts = LowCount::new(2.0).unwrap().after(100, 1.0).unwrap();
    let later = counts.after(0, 2.0).unwrap();
    // 100 arrivals weigh 50, the hour half an hour, and two hours without any follow.
    assert_eq!(later.rate_per_hour(), utc_domain::round6(50.5 / 2.51));
    assert!(LowCount::new(0.0).is_err() && counts.after(1, -1.0).is_err());
}

#[test]
fn one_noisy_subject_cannot_lock_a_unit() {
    let settings = PredictiveSettings::standard();
    let fair = fair_arrivals(&[1e6, 5.0, 5.0], 100.0, settings.high()).unwrap();
    assert_eq!(
        (fair.arrival_rate, fair.beyond.as_slice()),
        (55.0, [0].as_slice())
    );
    let mut state = PredictiveState::new();
    for minutes in (0..600).step_by(5) {
        let seen = Observation::new(fair.arrival_rate, 100.0, minute(minutes)).unwrap();
        let step = state
            .observe(&settings, seen, seen.at(), Relaxing::Allowed)
            .unwrap();
        assert_eq!(step.level, ProtectionLevel::Permissive);
    }
}

#[test]
fn what_many_ask_for_is_load() {
    let fair = fair_arrivals(&[40.0; 3], 100.0, 0.9).unwrap();
    assert_eq!((fair.arrival_rate, fair.beyond.len()), (120.0, 0));
    let wrong = fair_arrivals(&[f64::NAN], 100.0, 0.9);
    assert!(matches!(wrong, Err(FormulaError::ArrivalRate { .. })));
}
