//! What is remembered of a unit goes to storage and comes back the same, also from what older versions wrote.

use utc_domain::Timestamp;
use utc_queueing::predictive::{Gate, PredictiveSettings, PredictiveState, Predictor, StateError};
use utc_queueing::{Observation, Relaxing};

use crate::unit::Unit;

/// What storage has of a unit: the newest of both parts.
#[derive(Default)]
struct Stored {
    moving: String,
    profile: Option<String>,
    /// How often the profile was stored.
    whole: u32,
}

impl Stored {
    fn put(&mut self, state: &mut PredictiveState) {
        let parts = state.to_parts();
        self.moving = parts.moving;
        if parts.profile.is_some() {
            self.profile = parts.profile;
            self.whole += 1;
        }
    }

    fn read(&self) -> PredictiveState {
        PredictiveState::from_parts(&self.moving, self.profile.as_deref()).unwrap()
    }
}

/// The load of a unit that is busy at noon, in utilisation.
fn daily(minutes: i64) -> f64 {
    let of_day = f64::from(i32::try_from(minutes % 1_440).unwrap());
    0.5 + 0.45 * (of_day / 1_440.0 * core::f64::consts::TAU).sin()
}

#[test]
fn in_two_parts_it_is_the_same_and_the_profile_is_seldom_written() {
    let mut unit = Unit::new();
    let mut stored = Stored::default();
    let steps = 9 * 288_i64;
    let mut longest = 0;
    for step in 0..steps {
        unit.feed(daily(step * 5), step * 5);
        stored.put(&mut unit.state);
        longest = longest.max(stored.moving.len());
        if step % 7 == 0 {
            let again = stored.read();
            assert_eq!(again, unit.state, "at step {step}");
            // Every other time it goes on from what was stored, as after a restart.
            if step % 14 == 0 {
                unit.state = again;
            }
        }
    }
    assert!(longest < 4_096, "{longest} bytes move");
    // A quarter of an hour is three steps; a profile is whole again after 16 to 48 of them.
    assert!((18..=60).contains(&stored.whole), "{}", stored.whole);
}

#[test]
fn units_of_the_same_age_do_not_store_their_profiles_at_the_same_time() {
    let mut units: Vec<(Unit, Stored)> =
        (0..20).map(|_| (Unit::new(), Stored::default())).collect();
    let mut together = 0;
    for step in 0..600_i64 {
        let mut now = 0;
        for (number, (unit, stored)) in (1_u32..).zip(&mut units) {
            unit.feed(daily(step * 5) * f64::from(number) / 20.0, step * 5);
            let before = stored.whole;
            stored.put(&mut unit.state);
            now += stored.whole - before;
        }
        if step > 5 {
            together = together.max(now);
        }
    }
    assert!(together <= 10, "{together} of 20 at once");
}

#[test]
fn a_profile_that_begins_again_takes_nothing_from_the_one_before() {
    let mut unit = Unit::new();
    let mut stored = Stored::default();
    for step in 0..900_i64 {
        unit.feed(0.4, step * 5);
        stored.put(&mut unit.state);
    }
    unit.state.begin_again();
    stored.put(&mut unit.state);
    assert_eq!(stored.read(), unit.state);
    for step in 900..910_i64 {
        unit.feed(0.1, step * 5);
        stored.put(&mut unit.state);
        assert_eq!(stored.read(), unit.state);
    }
}

#[test]
fn a_state_without_its_profile_is_refused() {
    let mut unit = Unit::new();
    unit.hold(0.4, 0, 30);
    let parts = unit.state.to_parts();
    assert!(parts.profile.is_some());
    let lonely = PredictiveState::from_parts(&parts.moving, None);
    assert!(matches!(lonely, Err(StateError::Part { .. })), "{lonely:?}");
}

#[test]
fn what_older_versions_wrote_is_read() {
    let start: Timestamp = "2026-01-31T12:00:00Z".parse().unwrap();
    let settings = PredictiveSettings::standard();
    let mut state = PredictiveState::new();
    state.set_gate(Predictor::Holt, Gate::Opened);
    let loads = [
        (0, 30.0),
        (5, 55.0),
        (10, 80.0),
        (15, 97.0),
        (20, 60.0),
        (20, 62.0),
    ];
    for (minutes, rate) in loads {
        let at = start.plus_minutes(minutes);
        let seen = Observation::new(rate, 100.0, at).unwrap();
        state
            .observe(&settings, seen, at, Relaxing::Allowed)
            .unwrap();
    }
    for text in [
        include_str!("states/predictive1.txt"),
        include_str!("states/predictive2.txt"),
    ] {
        let mut read = PredictiveState::from_text(text).unwrap();
        assert_eq!(read, state, "{}", &text[..12]);
        // What is stored of it from then on has the present form.
        let parts = read.to_parts();
        let again = PredictiveState::from_parts(&parts.moving, parts.profile.as_deref());
        assert_eq!(again.as_ref(), Ok(&state));
    }
}
