//! Textbook formulas for waiting lines. Rates are per hour, times in hours, probabilities from 0 to 1.
//!
//! Exponentials and logarithms come from `libm`, so that whoever recomputes a number gets the same one on any
//! machine. A queue that cannot keep up has no mean wait: asking for one is [`FormulaError::Unstable`].

mod erlang;
mod erlang_a;
mod error;
mod fluid;
mod gamma;
mod little;
mod mm1;
mod mmc;
mod staffing;
mod variability;

pub use erlang::{MAX_SERVERS, erlang_b, erlang_c};
pub use erlang_a::ErlangA;
pub use error::FormulaError;
pub(crate) use error::{amount, arrival_rate, service_rate};
pub use fluid::{drain_hours, fluid_backlog, hours_to_threshold};
pub use gamma::p_rate_at_least;
pub use little::{littles_law, littles_law_gap};
pub use mm1::Mm1;
pub use mmc::Mmc;
pub use staffing::servers_needed;
pub use variability::{ggc_wait_hours, mg1_wait_hours, squared_variation};
