//! The two thresholds that tighten.

use utc_domain::{LevelCause, ProtectionLevel};

use crate::settings::{Settings, SettingsError};

/// The utilisations from which a level is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    low: f64,
    high: f64,
}

impl Bounds {
    /// Checks and keeps them: `low`, above 0, is where writes need approval, and `high`, above `low` and at most
    /// [`Settings::MAX_THRESHOLD`], is where they are refused.
    pub fn new(low: f64, high: f64) -> Result<Self, SettingsError> {
        // Each test is written so that `NaN` fails it.
        if !(high > 0.0 && high <= Settings::MAX_THRESHOLD) {
            return Err(SettingsError::High { value: high });
        }
        if !(low > 0.0 && low < high) {
            return Err(SettingsError::Low { value: low, high });
        }
        Ok(Self { low, high })
    }

    /// Those of settings, which have been checked.
    pub(crate) fn of(low: f64, high: f64) -> Self {
        Self { low, high }
    }

    /// The utilisation from which writes need approval.
    pub fn low(&self) -> f64 {
        self.low
    }

    /// The utilisation from which writes are refused.
    pub fn high(&self) -> f64 {
        self.high
    }

    /// The level that utilisation `rho`, 0 and up, asks for, and why. It knows no past: a level that is in force may be
    /// tighter, until its window is over.
    pub fn level_at(&self, rho: f64, change_point: bool) -> (ProtectionLevel, LevelCause) {
        if rho < self.low {
            // A spike counts only where the unit is loaded: the ramp of a quiet morning locks nothing.
            (ProtectionLevel::Permissive, LevelCause::Measured)
        } else if change_point {
            (ProtectionLevel::ReadOnly, LevelCause::Spike)
        } else if rho < self.high {
            (ProtectionLevel::RequireApproval, LevelCause::Measured)
        } else {
            (ProtectionLevel::ReadOnly, LevelCause::Measured)
        }
    }
}
