//! Laws of a unit whose arrivals are counted, in a simulated world: people ask at random, a minute is a look.

use proptest::prelude::*;
use utc_domain::ProtectionLevel;
use utc_queueing::predictive::{Gate, PredictiveSettings, PredictiveState, Predictor};
use utc_queueing::{Demand, Exposure, Observation, Relaxing, Tally};
use utc_test_support::simulator::Dice;

use crate::support::minute;

const CAPACITY: f64 = 2_000.0;
const DAY: i64 = 24 * 60;
const DWELL: i64 = 15;

/// A unit with its subjects.
struct World {
    dice: Dice,
    settings: PredictiveSettings,
    state: PredictiveState,
    tallies: Vec<Tally>,
    exposure: Exposure,
    now: i64,
}

impl World {
    fn new(seed: u64, subjects: usize, gate: Gate) -> Self {
        let mut state = PredictiveState::new();
        for predictor in Predictor::ALL {
            state.set_gate(predictor, gate);
        }
        Self {
            dice: Dice::new(seed),
            settings: PredictiveSettings::standard(),
            state,
            tallies: vec![Tally::empty(minute(0)); subjects],
            exposure: Exposure::NONE,
            now: 0,
        }
    }

    /// A minute in which each subject asks at its rate per hour; the level after it.
    fn pass(&mut self, rates: impl Fn(usize) -> f64) -> ProtectionLevel {
        self.now += 1;
        let at = minute(self.now);
        self.exposure = self.exposure.after(1.0 / 60.0, 1.0 / 60.0);
        for (place, tally) in self.tallies.iter_mut().enumerate() {
            let count = self.dice.poisson(rates(place), 1.0 / 60.0);
            *tally = tally.after(f64::from(count), at);
        }
        let high = self.settings.high();
        let demand = Demand::of(&self.tallies, self.exposure, CAPACITY, high).unwrap();
        if let Some(seen) = demand.counts.observation(Some(CAPACITY), at).unwrap() {
            self.observe(seen);
        }
        self.state.level()
    }

    fn observe(&mut self, seen: Observation) {
        self.state
            .observe(&self.settings, seen, seen.at(), Relaxing::Allowed)
            .unwrap();
    }

    fn observe_all(&mut self, seen: &[Observation]) {
        for one in seen {
            self.observe(*one);
        }
    }

    /// Everybody together asks for `rho` of the capacity, for so many minutes; the levels.
    fn load(&mut self, rho: f64, minutes: i64) -> Vec<ProtectionLevel> {
        let each = rho * CAPACITY / f64::from(u32::try_from(self.tallies.len()).unwrap());
        (0..minutes).map(|_| self.pass(|_| each)).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_counted_unit_is_not_locked_for_ever_at_a_normal_load(
        seed in any::<u64>(),
        base in 0.0..=0.85,
        burst in 0.9..4.0,
        gate in prop_oneof![Just(Gate::Earned), Just(Gate::Opened)],
    ) {
        let mut world = World::new(seed, 6, gate);
        world.load(burst, 60);
        prop_assert_eq!(world.state.level(), ProtectionLevel::ReadOnly);
        world.load(base, 2 * DAY);
        let last_day = world.load(base, DAY);
        let locked = last_day.iter().filter(|level| **level == ProtectionLevel::ReadOnly);
        prop_assert!(locked.count() < last_day.len(), "locked all day at {base}");
        if base < 0.45 {
            prop_assert_eq!(world.state.level(), ProtectionLevel::Permissive);
        }
    }

    #[test]
    fn a_counted_unit_does_not_flap(seed in any::<u64>(), rho in 0.4..1.1) {
        let mut world = World::new(seed, 6, Gate::Earned);
        let mut changed_at = None;
        let mut level = world.state.level();
        for _ in 0..DAY / 2 {
            let after = world.load(rho, 1)[0];
            if after < level {
                let since = changed_at.map_or(i64::MAX, |at| world.now - at);
                prop_assert!(since >= DWELL, "down after {since} minutes");
            }
            if after != level {
                changed_at = Some(world.now);
                level = after;
            }
        }
    }

    #[test]
    fn one_noisy_subject_cannot_lock_a_counted_unit(seed in any::<u64>(), noise in 0.5..50.0, others in 0.0..0.3) {
        let mut world = World::new(seed, 6, Gate::Earned);
        let rate = |place: usize| match place {
            0 => noise * CAPACITY,
            _ => others * CAPACITY / 5.0,
        };
        for _ in 0..180 {
            prop_assert!(world.pass(rate) < ProtectionLevel::ReadOnly);
        }
    }

    #[test]
    fn a_restart_at_any_minute_changes_nothing_in_a_simulated_day(seed in any::<u64>(), rho in 0.3..1.2) {
        let mut one = World::new(seed, 4, Gate::Opened);
        let mut other = World::new(seed, 4, Gate::Opened);
        for _ in 0..4 * 60 {
            let level = one.load(rho, 1);
            other.state = PredictiveState::from_text(&other.state.to_text()).unwrap();
            prop_assert_eq!(level, other.load(rho, 1));
        }
        prop_assert_eq!(one.state, other.state);
    }

    #[test]
    fn the_order_of_observations_at_one_minute_does_not_matter(seed in any::<u64>(), rho in 0.3..1.2) {
        let mut world = World::new(seed, 4, Gate::Earned);
        world.load(rho, 2 * 60);
        let mut dice = Dice::new(seed ^ 1);
        let mut at_once: Vec<Observation> = (0..5)
            .map(|_| {
                let rate = f64::from(dice.poisson(CAPACITY, 1.0));
                Observation::new(rate, CAPACITY, minute(world.now + 1)).unwrap()
            })
            .collect();
        let before = world.state.clone();
        world.observe_all(&at_once);
        let forwards = std::mem::replace(&mut world.state, before);
        at_once.reverse();
        world.observe_all(&at_once);
        prop_assert_eq!(forwards, world.state);
    }

    #[test]
    fn a_silent_day_escalates_nothing(seed in any::<u64>(), rho in 0.0..0.5) {
        let mut world = World::new(seed, 4, Gate::Opened);
        world.load(rho, DAY);
        let before = world.state.level();
        world.now += DAY;
        prop_assert_eq!(world.state.level(), before);
        let seen = Observation::new(rho * CAPACITY, CAPACITY, minute(world.now)).unwrap();
        world.observe(seen);
        prop_assert!(world.state.level() <= before);
    }
}
