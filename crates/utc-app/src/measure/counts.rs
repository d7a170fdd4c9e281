//! What this process counted since it last looked, unit by unit.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use utc_domain::UnitName;

use super::Measuring;
use super::asked::{BySubject, Counted};
use crate::cache::{StateCache, Unit};
use crate::traffic::Passed;

/// Who asks for less of what a unit can do does not press it.
const LITTLE: f64 = 0.5;

/// What was counted of one unit.
pub(super) struct Counts {
    pub(super) unit: UnitName,
    pub(super) asked: BySubject,
    pub(super) passed: Option<Passed>,
    /// How much was asked in a look's time against what the unit can do in that; 0 where it is not known, or little.
    pressure: f64,
}

/// What was taken of the counters and is not stored yet. Whatever is left of it when it is dropped is given back.
pub(super) struct Taken {
    cache: Arc<StateCache>,
    left: VecDeque<Arc<Counts>>,
}

impl Taken {
    pub(super) fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// In order.
    pub(super) fn left(&self) -> impl Iterator<Item = &Arc<Counts>> {
        self.left.iter()
    }

    /// The first so many of them are stored.
    pub(super) fn stored(&mut self, first: usize) {
        self.left.drain(..first.min(self.left.len()));
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        for one in &self.left {
            if let Some(unit) = self.cache.unit(&one.unit) {
                unit.asked.give_back(&one.asked);
                if let Some(passed) = &one.passed {
                    unit.traffic.give_back(passed);
                }
            }
        }
    }
}

impl Measuring {
    /// Takes what was counted, the units that are pressed most first: whatever their level will be, it should be soon. All
    /// others come by name, for neighbours are stored beside each other.
    pub(super) fn collect(&self) -> Taken {
        let now = Instant::now();
        let units = self.cache.units_in_use().into_iter();
        let counts = units.filter_map(|(name, unit)| {
            let (asked, passed) = (unit.asked.take(), unit.traffic.take(now));
            let pressure = self.pressure(&unit, &asked);
            (!asked.is_empty() || passed.is_some()).then_some(Counts {
                unit: name,
                asked,
                passed,
                pressure,
            })
        });
        let mut counts: Vec<Counts> = counts.collect();
        counts.sort_by(|one, other| {
            let pressed = other.pressure.total_cmp(&one.pressure);
            pressed.then_with(|| one.unit.cmp(&other.unit))
        });
        Taken {
            cache: Arc::clone(&self.cache),
            left: counts.into_iter().map(Arc::new).collect(),
        }
    }

    fn pressure(&self, unit: &Unit, asked: &BySubject) -> f64 {
        let state = unit.state.load();
        let Some(capacity) = state.mu.or(state.capacity) else {
            return 0.0;
        };
        let asked: f64 = asked.values().map(Counted::all).sum();
        let pressure = asked / (capacity * self.every.as_secs_f64() / 3_600.0);
        if pressure < LITTLE { 0.0 } else { pressure }
    }
}
