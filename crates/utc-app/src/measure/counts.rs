//! What this process counted since it last looked, unit by unit.

use std::time::Instant;

use utc_domain::UnitName;

use super::Measuring;
use super::asked::{BySubject, Counted};
use crate::cache::Unit;
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

impl Measuring {
    /// Takes what was counted, the units that are pressed most first: whatever their level will be, it should be soon. All
    /// others come by name, for neighbours are stored beside each other.
    pub(super) fn collect(&self) -> Vec<Counts> {
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
        counts
    }

    /// Gives back what was taken and could not be stored.
    pub(super) fn give_back<'a>(&self, counts: impl Iterator<Item = &'a Counts>) {
        for one in counts {
            if let Some(unit) = self.cache.unit(&one.unit) {
                unit.asked.give_back(&one.asked);
                if let Some(passed) = &one.passed {
                    unit.traffic.give_back(passed);
                }
            }
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
