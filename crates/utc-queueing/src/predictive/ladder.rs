//! Levels: up at once, down one at a time after a window of calm.

use utc_domain::{ProtectionLevel, Timestamp};

use crate::controller::Relaxing;

use super::forecast::Forecast;
use super::settings::{MICROS_PER_HOUR, MICROS_PER_MINUTE, PredictiveSettings};

/// Why a level holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Why {
    /// The measured signal asks for it, or nothing was seen yet.
    Measured,
    /// A forecast with an open gate lifted the unit one level above what was measured; this is what it said then.
    Forecast(Forecast),
    /// It stayed calm for the window.
    Relaxed,
}

/// The level and what it takes to come down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ladder {
    pub(super) level: ProtectionLevel,
    pub(super) since: Timestamp,
    pub(super) why: Why,
    /// Since when the signal is well below the level's threshold.
    pub(super) calm_since: Option<Timestamp>,
    /// Since when it is below the threshold at all.
    pub(super) below_since: Option<Timestamp>,
    pub(super) approval: Window,
    pub(super) read_only: Window,
}

/// How long calm must last before a level relaxes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Window {
    pub(super) minutes: u32,
    /// When the level was last left downwards.
    pub(super) left_at: Option<Timestamp>,
}

/// What the ladder goes by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rung {
    pub(super) at: Timestamp,
    /// The measured signal, in utilisation.
    pub(super) rho: f64,
    pub(super) asked: ProtectionLevel,
    pub(super) why: Why,
    /// Whether the time since the last observation counts as seen.
    pub(super) seen: bool,
    pub(super) relaxing: Relaxing,
}

impl Window {
    pub(super) const FIRST: Self = Self {
        minutes: PredictiveSettings::RELAX_WINDOW_MINUTES,
        left_at: None,
    };

    /// A level that is entered again soon after it was left was left too early.
    fn entered(self, at: Timestamp, longest: u32) -> Self {
        let soon = PredictiveSettings::RETURN_HOURS * MICROS_PER_HOUR;
        let back_soon = self
            .left_at
            .is_some_and(|left| at.micros_since(left) < soon);
        let minutes = if back_soon {
            let longer = self
                .minutes
                .saturating_mul(PredictiveSettings::WINDOW_GROWTH);
            longer.min(longest)
        } else {
            Self::FIRST.minutes
        };
        Self { minutes, ..self }
    }

    fn micros(self) -> i64 {
        i64::from(self.minutes) * MICROS_PER_MINUTE
    }
}

impl Ladder {
    pub(super) fn ground(at: Timestamp) -> Self {
        Self {
            level: ProtectionLevel::Permissive,
            since: at,
            why: Why::Measured,
            calm_since: None,
            below_since: None,
            approval: Window::FIRST,
            read_only: Window::FIRST,
        }
    }

    /// The same at another level, which nobody asked for here.
    pub(super) fn taken_over(self, level: ProtectionLevel) -> Self {
        self.entered(level, self.since, Why::Measured)
    }

    /// The ladder after one more observation.
    pub(super) fn next(self, rung: &Rung, settings: &PredictiveSettings) -> Self {
        if rung.asked > self.level {
            self.climbed(rung, settings)
        } else {
            self.rested(rung, settings)
        }
    }

    fn climbed(mut self, rung: &Rung, settings: &PredictiveSettings) -> Self {
        let passes = |level| self.level < level && level <= rung.asked;
        let approval = passes(ProtectionLevel::RequireApproval);
        let read_only = passes(ProtectionLevel::ReadOnly);
        if approval {
            let longest = PredictiveSettings::LONGEST_APPROVAL_MINUTES;
            self.approval = self.approval.entered(rung.at, longest);
        }
        if read_only {
            let longest = settings.tuning().longest_lock_minutes();
            self.read_only = self.read_only.entered(rung.at, longest);
        }
        self.entered(rung.asked, rung.at, rung.why)
    }

    /// Counts calm, and comes down when there was enough of it and nobody asks for the level.
    fn rested(mut self, rung: &Rung, settings: &PredictiveSettings) -> Self {
        if self.level == ProtectionLevel::Permissive {
            return self;
        }
        let window = self.window();
        let unbroken = rung.seen && rung.relaxing == Relaxing::Allowed;
        let run = |held: bool, since: Option<Timestamp>| {
            held.then(|| since.filter(|_| unbroken).unwrap_or(rung.at))
        };
        let calm = rung.rho < settings.relaxes_below(self.level);
        let below = rung.rho < settings.relaxes_slowly_below(self.level);
        self.calm_since = run(calm, self.calm_since);
        self.below_since = run(below, self.below_since);
        let slow = i64::from(PredictiveSettings::SLOW_WINDOW_MINUTES) * MICROS_PER_MINUTE;
        let lasted = |since: Option<Timestamp>, window: i64| {
            since.is_some_and(|since| rung.at.micros_since(since) >= window)
        };
        let over = lasted(self.calm_since, window.micros())
            || lasted(self.below_since, window.micros().max(slow));
        if over && unbroken && rung.asked < self.level {
            self.left(rung.at)
        } else {
            self
        }
    }

    /// The window of the level that holds.
    pub(super) fn window(&self) -> Window {
        match self.level {
            ProtectionLevel::Permissive => Window::FIRST,
            ProtectionLevel::RequireApproval => self.approval,
            ProtectionLevel::ReadOnly => self.read_only,
        }
    }

    fn left(mut self, at: Timestamp) -> Self {
        match self.level {
            ProtectionLevel::Permissive => {}
            ProtectionLevel::RequireApproval => self.approval.left_at = Some(at),
            ProtectionLevel::ReadOnly => self.read_only.left_at = Some(at),
        }
        self.entered(self.level.relaxed(), at, Why::Relaxed)
    }

    /// Invariant: a change restarts both counts of calm, so nothing comes down sooner than a window after it.
    fn entered(self, level: ProtectionLevel, at: Timestamp, why: Why) -> Self {
        Self {
            level,
            since: at,
            why,
            calm_since: None,
            below_since: None,
            ..self
        }
    }
}
