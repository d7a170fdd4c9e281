//! What the predictive controller is told.

use utc_domain::ProtectionLevel;

use crate::settings::{Settings, SettingsError};

pub(super) const MICROS_PER_MINUTE: i64 = 60_000_000;
pub(super) const MICROS_PER_HOUR: i64 = 60 * MICROS_PER_MINUTE;

/// The few numbers worth tuning. [`Tuning::STANDARD`] was chosen on recorded load and is flat around its values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tuning {
    gate_precision: f64,
    quick_alpha: f64,
    longest_lock_minutes: u32,
}

impl Tuning {
    /// Gate at 0.4, the quick forecast's weight 0.8, a lock that takes at most four hours of calm.
    pub const STANDARD: Self = Self {
        gate_precision: 0.4,
        quick_alpha: 0.8,
        longest_lock_minutes: 240,
    };

    /// Checks and keeps the numbers.
    ///
    /// - `gate_precision`: the share of a forecast's warnings that must come true before it may act, above 0 and
    ///   below 1;
    /// - `quick_alpha`: the weight of the newest observation in the fast EWMA forecast, above 0 and at most 1;
    /// - `longest_lock_minutes`: how long calm must last, at most, before `read_only` relaxes on a unit that keeps
    ///   coming back to it; 15 to 1440.
    ///
    /// # Errors
    /// [`TuningError`] names the first number that is out of its range.
    pub fn new(
        gate_precision: f64,
        quick_alpha: f64,
        longest_lock_minutes: u32,
    ) -> Result<Self, TuningError> {
        // Each test is written so that `NaN` fails it.
        if !(gate_precision > 0.0 && gate_precision < 1.0) {
            return Err(TuningError::GatePrecision {
                value: gate_precision,
            });
        }
        if !(quick_alpha > 0.0 && quick_alpha <= 1.0) {
            return Err(TuningError::QuickAlpha { value: quick_alpha });
        }
        if !(PredictiveSettings::RELAX_WINDOW_MINUTES..=1440).contains(&longest_lock_minutes) {
            return Err(TuningError::LongestLock {
                value: longest_lock_minutes,
            });
        }
        Ok(Self {
            gate_precision,
            quick_alpha,
            longest_lock_minutes,
        })
    }

    /// The share of warnings that must come true.
    pub fn gate_precision(&self) -> f64 {
        self.gate_precision
    }

    /// The weight of the newest observation in the fast EWMA forecast.
    pub fn quick_alpha(&self) -> f64 {
        self.quick_alpha
    }

    /// The longest window of calm before `read_only` relaxes, in minutes.
    pub fn longest_lock_minutes(&self) -> u32 {
        self.longest_lock_minutes
    }
}

/// Why a tuning was refused.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TuningError {
    /// The gate is not strictly between 0 and 1.
    #[error("the gate's precision must be above 0 and below 1, is `{value}`")]
    GatePrecision {
        /// What was given.
        value: f64,
    },
    /// The weight is not above 0 and at most 1.
    #[error("the weight of the fast forecast must be above 0 and at most 1, is `{value}`")]
    QuickAlpha {
        /// What was given.
        value: f64,
    },
    /// The window is out of range.
    #[error("the longest lock must be 15 to 1440 minutes, is `{value}`")]
    LongestLock {
        /// What was given.
        value: u32,
    },
}

/// Thresholds and tuning of the predictive controller.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PredictiveSettings {
    alpha: f64,
    low: f64,
    high: f64,
    relax_read_only_below: Option<f64>,
    tuning: Tuning,
    seasonal: Seasons,
}

/// Whether a unit keeps a seasonal profile, which is most of its memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seasons {
    Kept,
    Off,
}

impl PredictiveSettings {
    /// How far ahead forecasts look, at least.
    pub const HORIZON_MINUTES: u32 = 15;
    /// How long the signal must be well below a level's threshold before the level relaxes, the first time.
    pub const RELAX_WINDOW_MINUTES: u32 = 15;
    /// How long it must be below the threshold at all, when it is not well below.
    pub const SLOW_WINDOW_MINUTES: u32 = 60;
    /// What "well below" means, in utilisation.
    pub const RELAX_MARGIN: f64 = 0.1;
    /// A level that comes back within so many hours had relaxed too early: its next window is longer.
    pub const RETURN_HOURS: i64 = 12;
    /// How many times longer.
    pub const WINDOW_GROWTH: u32 = 4;
    /// The longest window of `require_approval`.
    pub const LONGEST_APPROVAL_MINUTES: u32 = 480;
    /// The weight of the newest observation in the faster half of the measured signal.
    pub const FAST_ALPHA: f64 = 0.5;

    /// α 0.3, approval from 0.6, read-only from 0.9, the standard tuning, with a seasonal profile.
    pub fn standard() -> Self {
        Self {
            alpha: 0.3,
            low: 0.6,
            high: 0.9,
            relax_read_only_below: None,
            tuning: Tuning::STANDARD,
            seasonal: Seasons::Kept,
        }
    }

    /// With α and the thresholds of a classic controller, under the same ranges.
    ///
    /// # Errors
    /// [`SettingsError`] as of [`Settings::new`].
    pub fn with_thresholds(self, alpha: f64, low: f64, high: f64) -> Result<Self, SettingsError> {
        Settings::new(alpha, low, high, low, 0)?;
        Ok(Self {
            alpha,
            low,
            high,
            ..self
        })
    }

    /// With α, the thresholds, and the threshold for leaving `read_only` of a classic controller.
    ///
    /// # Errors
    /// [`SettingsError`] as of [`Settings::new`].
    pub fn following(self, settings: &Settings) -> Result<Self, SettingsError> {
        let own = self.with_thresholds(settings.alpha(), settings.low(), settings.high())?;
        Ok(Self {
            relax_read_only_below: settings.relax_read_only_below(),
            ..own
        })
    }

    /// With another tuning.
    #[must_use]
    pub fn with_tuning(self, tuning: Tuning) -> Self {
        Self { tuning, ..self }
    }

    /// Without a seasonal profile, for installations with very many units.
    #[must_use]
    pub fn without_seasons(self) -> Self {
        Self {
            seasonal: Seasons::Off,
            ..self
        }
    }

    /// The weight of the newest observation in the slower half of the measured signal.
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// The utilisation from which writes need approval.
    pub fn low(&self) -> f64 {
        self.low
    }

    /// The utilisation from which writes are refused; load at or above it is an overload.
    pub fn high(&self) -> f64 {
        self.high
    }

    /// The utilisation from which a level holds.
    fn holds_from(&self, level: ProtectionLevel) -> f64 {
        match level {
            ProtectionLevel::ReadOnly => self.high,
            ProtectionLevel::RequireApproval | ProtectionLevel::Permissive => self.low,
        }
    }

    /// The utilisation below which a level is left after its window: well below the one from which it holds, or the one that
    /// was set for `read_only`. Rounded to six decimals, as utilisation is.
    pub fn relaxes_below(&self, level: ProtectionLevel) -> f64 {
        let usual = utc_domain::round6(self.holds_from(level) - Self::RELAX_MARGIN);
        match level {
            ProtectionLevel::ReadOnly => self.relax_read_only_below.unwrap_or(usual),
            ProtectionLevel::RequireApproval | ProtectionLevel::Permissive => usual,
        }
    }

    /// The one below which it is left after a longer time: the one from which it holds, unless one was set for `read_only`.
    pub fn relaxes_slowly_below(&self, level: ProtectionLevel) -> f64 {
        let usual = self.holds_from(level);
        match level {
            ProtectionLevel::ReadOnly => self.relax_read_only_below.unwrap_or(usual),
            ProtectionLevel::RequireApproval | ProtectionLevel::Permissive => usual,
        }
    }

    /// The tuning.
    pub fn tuning(&self) -> &Tuning {
        &self.tuning
    }

    /// Whether a seasonal profile is kept.
    pub fn keeps_seasons(&self) -> bool {
        match self.seasonal {
            Seasons::Kept => true,
            Seasons::Off => false,
        }
    }

    /// The horizon of a unit that is observed every `interval_micros`: 15 minutes, but at least two intervals.
    pub fn horizon_micros(interval_micros: Option<i64>) -> i64 {
        let least = i64::from(Self::HORIZON_MINUTES) * MICROS_PER_MINUTE;
        interval_micros.map_or(least, |usual| usual.saturating_mul(2).max(least))
    }
}
