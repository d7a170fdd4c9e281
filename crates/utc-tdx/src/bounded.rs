//! Numbers from 0 to 1.

use utc_domain::round6;

/// A number that is not one from 0 to 1; what is not finite is refused here and never reaches a score.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("must be a number from 0 to 1, is `{value}`")]
pub struct RangeError {
    /// What was given.
    pub value: f64,
}

/// `NaN` lies in no range.
fn share(value: f64) -> Result<f64, RangeError> {
    if (0.0..=1.0).contains(&value) {
        Ok(round6(value))
    } else {
        Err(RangeError { value })
    }
}

macro_rules! share_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
        pub struct $name(f64);

        impl $name {
            /// Checks the range and rounds half-even to six decimals.
            pub fn new(value: f64) -> Result<Self, RangeError> {
                share(value).map(Self)
            }

            /// From 0 to 1.
            pub fn get(self) -> f64 {
                self.0
            }

            pub(crate) const fn of(value: f64) -> Self {
                Self(value)
            }
        }
    };
}

share_type! {
    /// How far what a source says is believed: 0 not at all, 1 entirely.
    Trust
}

share_type! {
    /// How sure a source is of one event: 0 not at all, 1 entirely.
    Confidence
}
