//! The controller's thresholds.

use utc_domain::ProtectionLevel;

use crate::bounds::Bounds;

/// How the controller smooths, where it tightens and when it relaxes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    alpha: f64,
    bounds: Bounds,
    relax_below: f64,
    relax_read_only_below: Option<f64>,
    relax_window_minutes: u32,
}

impl Settings {
    /// The largest threshold of utilisation that is accepted.
    pub const MAX_THRESHOLD: f64 = 1e3;

    /// Checks and keeps the settings.
    ///
    /// - `alpha`: weight of the newest observation, between 0 and 1, both excluded;
    /// - `low`: utilisation from which writes need approval, above 0;
    /// - `high`: utilisation from which writes are refused, above `low`, at most [`Self::MAX_THRESHOLD`];
    /// - `relax_below`: utilisation below which a unit relaxes, above 0 and at most `low`;
    /// - `relax_window_minutes`: how long it must stay there for each step; 0 is one step per observation.
    pub fn new(
        alpha: f64,
        low: f64,
        high: f64,
        relax_below: f64,
        relax_window_minutes: u32,
    ) -> Result<Self, SettingsError> {
        // Each test is written so that `NaN` fails it.
        if !(alpha > 0.0 && alpha < 1.0) {
            return Err(SettingsError::Alpha { value: alpha });
        }
        let bounds = Bounds::new(low, high)?;
        if !(relax_below > 0.0 && relax_below <= low) {
            return Err(SettingsError::RelaxBelow {
                value: relax_below,
                low,
            });
        }
        Ok(Self {
            alpha,
            bounds,
            relax_below,
            relax_read_only_below: None,
            relax_window_minutes,
        })
    }

    /// With a threshold of its own for leaving `read_only`, above 0 and at most `high`; without one, each controller has its
    /// own.
    ///
    /// # Errors
    /// [`SettingsError::RelaxReadOnlyBelow`] for any other number.
    pub fn with_relax_read_only_below(self, below: Option<f64>) -> Result<Self, SettingsError> {
        let high = self.high();
        match below {
            // Written so that `NaN` fails it.
            Some(value) if !(value > 0.0 && value <= high) => {
                Err(SettingsError::RelaxReadOnlyBelow { value, high })
            }
            below => Ok(Self {
                relax_read_only_below: below,
                ..self
            }),
        }
    }

    /// The defaults: α 0.3, approval from 0.6, read-only from 0.9, relaxing below 0.5 for 60 minutes.
    pub fn classic() -> Self {
        Self {
            alpha: 0.3,
            bounds: Bounds::of(0.6, 0.9),
            relax_below: 0.5,
            relax_read_only_below: None,
            relax_window_minutes: 60,
        }
    }

    /// The weight of the newest observation.
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// The utilisation from which writes need approval.
    pub fn low(&self) -> f64 {
        self.bounds.low()
    }

    /// The utilisation from which writes are refused.
    pub fn high(&self) -> f64 {
        self.bounds.high()
    }

    /// Both of them.
    pub fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// The utilisation below which a unit relaxes.
    pub fn relax_below(&self) -> f64 {
        self.relax_below
    }

    /// The one below which it leaves `read_only`, where there is one for that alone.
    pub fn relax_read_only_below(&self) -> Option<f64> {
        self.relax_read_only_below
    }

    /// The utilisation below which the classic controller leaves a level.
    pub fn relaxes_below(&self, level: ProtectionLevel) -> f64 {
        match level {
            ProtectionLevel::ReadOnly => self.relax_read_only_below.unwrap_or(self.relax_below),
            ProtectionLevel::RequireApproval | ProtectionLevel::Permissive => self.relax_below,
        }
    }

    /// How many minutes utilisation must stay there for each step.
    pub fn relax_window_minutes(&self) -> u32 {
        self.relax_window_minutes
    }
}

/// Why settings were refused.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The weight of the newest observation is not strictly between 0 and 1.
    #[error("`alpha` must be above 0 and below 1, is `{value}`")]
    Alpha {
        /// What was given.
        value: f64,
    },
    /// The upper threshold is out of range.
    #[error("`high` must be above 0 and at most 1000, is `{value}`")]
    High {
        /// What was given.
        value: f64,
    },
    /// The lower threshold is not between 0 and the upper one.
    #[error("`low` must be above 0 and below `high` ({high}), is `{value}`")]
    Low {
        /// What was given.
        value: f64,
        /// The upper threshold.
        high: f64,
    },
    /// The relax threshold is not between 0 and the lower threshold.
    #[error("`relax_below` must be above 0 and at most `low` ({low}), is `{value}`")]
    RelaxBelow {
        /// What was given.
        value: f64,
        /// The lower threshold.
        low: f64,
    },
    /// The threshold for leaving `read_only` is not between 0 and the upper threshold.
    #[error("`relax_read_only_below` must be above 0 and at most `high` ({high}), is `{value}`")]
    RelaxReadOnlyBelow {
        /// What was given.
        value: f64,
        /// The upper threshold.
        high: f64,
    },
}
