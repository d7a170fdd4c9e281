//! Finding units among many: by level, by a part of the name.

use std::cmp::Reverse;

use utc_domain::{Mode, ProtectionLevel, Timestamp, UnitName};

use super::UnitView;
use crate::cache::UnitState;
use crate::console::Console;
use crate::{AppError, Principal};

/// What to look for; all given conditions must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitSearch {
    /// A part of the name.
    pub text: Option<String>,
    /// The level in force.
    pub level: Option<ProtectionLevel>,
    /// Only those that are marked risky.
    pub risky: bool,
    /// Only those in observe mode.
    pub observed: bool,
}

/// Some of what was found.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitsFound {
    /// The tightest level first, by name within a level.
    pub units: Vec<UnitView>,
    /// How many there are in all.
    pub total: usize,
    /// How many of all units that `by` sees are at each level, loosest first.
    pub levels: [(ProtectionLevel, usize); 3],
}

impl Console {
    /// Units that `by` sees: `limit` of those found, after the first `skip`. Everything is compared in memory; only what is
    /// shown is read. Blocks.
    pub fn find_units(
        &self,
        by: &Principal,
        search: &UnitSearch,
        skip: usize,
        limit: usize,
    ) -> Result<UnitsFound, AppError> {
        let now = self.clock().now();
        let mut levels = ProtectionLevel::ALL.map(|level| (level, 0));
        let mut found: Vec<(Reverse<ProtectionLevel>, UnitName)> = Vec::new();
        self.cache().each_unit(&mut |name, state| {
            if !by.sees(Some(name.as_str())) {
                return;
            }
            let (level, _) = state.level_at(now);
            for (each, count) in &mut levels {
                *count += usize::from(*each == level);
            }
            if search.fits(name, state, now) {
                found.push((Reverse(level), name.clone()));
            }
        });
        found.sort_unstable();
        let shown = found.iter().skip(skip).take(limit);
        Ok(UnitsFound {
            units: shown
                .map(|(_, name)| self.unit(name))
                .collect::<Result<_, _>>()?,
            total: found.len(),
            levels,
        })
    }
}

impl UnitSearch {
    fn fits(&self, name: &UnitName, state: &UnitState, now: Timestamp) -> bool {
        let (level, _) = state.level_at(now);
        let named = |text: &String| name.as_str().contains(text.as_str());
        self.text.as_ref().is_none_or(named)
            && self.level.is_none_or(|wanted| wanted == level)
            && (!self.risky || state.risky_at(now))
            && (!self.observed || state.mode == Mode::Observe)
    }
}
