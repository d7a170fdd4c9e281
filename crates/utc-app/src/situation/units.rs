//! Units by level, and those that somebody on duty has to know of.

use utc_domain::{Mode, ProtectionLevel, Timestamp, UnitName};

use crate::cache::UnitState;
use crate::console::Console;
use crate::{AppError, Principal, UnitView};

/// How many units are shown with everything that is known of them.
const SHOWN: usize = 12;

/// After so much silence reports of load may have stopped coming, in minutes.
const SILENCE_MINUTES: i64 = 15;

/// A unit in a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitBrief {
    /// Its name.
    pub name: UnitName,
    /// The level in force.
    pub level: ProtectionLevel,
    /// Whether a person pinned it.
    pub pinned: bool,
    /// Whether it is risky.
    pub risky: bool,
    /// Whether its decisions bind.
    pub mode: Mode,
    /// Whether nothing was reported of it for a quarter of an hour.
    pub silent: bool,
}

/// The units that somebody sees.
#[derive(Debug, Clone, PartialEq)]
pub struct Situation {
    /// How many units there are, of those that somebody configured.
    pub configured: usize,
    /// How many of them are at each level, loosest first.
    pub levels: [(ProtectionLevel, usize); 3],
    /// How many are risky.
    pub risky: usize,
    /// How many are in observe mode.
    pub observed: usize,
    /// How many have reported load once and were silent for a quarter of an hour.
    pub silent: usize,
    /// How many requests wait for people.
    pub waiting: usize,
    /// Those that hold something back, are risky, pinned or silent: the tightest first, at most a dozen.
    pub notable: Vec<UnitView>,
    /// How many further ones there are.
    pub more: usize,
}

impl Console {
    /// How the units that `by` sees stand. Blocks.
    pub fn situation(&self, by: &Principal) -> Result<Situation, AppError> {
        let units = self.briefs(by);
        let mut notable: Vec<&UnitBrief> = units.iter().filter(|unit| is_notable(unit)).collect();
        notable.sort_by_key(|unit| {
            let urgency = (unit.level, unit.risky, unit.pinned);
            (std::cmp::Reverse(urgency), unit.name.clone())
        });
        let more = notable.len().saturating_sub(SHOWN);
        let shown = notable.iter().take(SHOWN);
        let count =
            |fits: &dyn Fn(&UnitBrief) -> bool| units.iter().filter(|one| fits(one)).count();
        Ok(Situation {
            configured: units.len(),
            levels: ProtectionLevel::ALL.map(|level| (level, count(&|one| one.level == level))),
            risky: count(&|one| one.risky),
            observed: count(&|one| one.mode == Mode::Observe),
            silent: count(&|one| one.silent),
            waiting: self.waiting_count(by),
            notable: shown
                .map(|one| self.unit(&one.name))
                .collect::<Result<_, _>>()?,
            more,
        })
    }

    fn waiting_count(&self, by: &Principal) -> usize {
        let waiting = self.cache().waiting();
        let mine = |unit: &&UnitName| by.sees(Some(unit.as_str()));
        waiting.units().filter(mine).count()
    }

    /// The configured units that `by` sees, by name, from memory.
    pub(crate) fn briefs(&self, by: &Principal) -> Vec<UnitBrief> {
        let now = self.clock().now();
        let mut briefs = Vec::new();
        self.cache().each_unit(&mut |name, state| {
            if state.configured && by.sees(Some(name.as_str())) {
                briefs.push(brief(name, state, now));
            }
        });
        briefs.sort_by(|one, other| one.name.cmp(&other.name));
        briefs
    }
}

fn is_notable(unit: &UnitBrief) -> bool {
    unit.level > ProtectionLevel::Permissive || unit.risky || unit.pinned || unit.silent
}

fn brief(name: &UnitName, state: &UnitState, now: Timestamp) -> UnitBrief {
    let (level, pinned) = state.level_at(now);
    let quiet_since = |at: Timestamp| at.plus_minutes(SILENCE_MINUTES) < now;
    UnitBrief {
        name: name.clone(),
        level,
        pinned,
        risky: state.risky_at(now),
        mode: state.mode,
        silent: state.observed_at.is_some_and(quiet_since),
    }
}
