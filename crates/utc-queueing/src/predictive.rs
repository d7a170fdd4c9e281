//! The predictive controller: a measured signal, forecasts that must earn their right to act, and a ladder of
//! levels with windows.
//!
//! One observation goes through four parts, each in a file of its own:
//!
//! 1. the *signal* smooths λ and μ at two speeds and takes the higher utilisation of the two;
//! 2. three *predictors* say how busy the unit will be within the horizon;
//! 3. a *scorecard* for each predictor holds what it said against what came; its gate is open while enough of its
//!    warnings come true;
//! 4. the *ladder* climbs at once, at most one level above the signal on the word of a forecast, and comes down on
//!    measurements alone.
//!
//! [`PredictiveState::observe`] is all of it. Where arrivals are not the *offered* load because a tightened unit turns some
//! away, say how many ([`Observation::with_refused`](crate::Observation::with_refused)): a forecast that prevented its
//! overload would otherwise be scored as wrong.

mod codec;
mod forecast;
mod gate;
mod grades;
mod holt;
mod ladder;
mod moment;
mod profile;
mod scorecard;
mod settings;
mod signal;
mod state;
mod text;
mod text_card;
mod text_moment;
mod text_profile;
mod words;

pub use codec::StateError;
pub use forecast::{Forecast, PerPredictor, Predictor};
pub use gate::{Gate, Precision};
pub use grades::Grades;
pub use ladder::Why;
pub use scorecard::{Scorecard, ScoredStep};
pub use settings::{PredictiveSettings, Tuning, TuningError};
pub use state::{PredictiveChange, PredictiveState, PredictiveStep};
pub use text::StateParts;
pub use words::UnknownWord;
