//! Textbook formulas for waiting lines. Rates are per hour, times in hours, probabilities from 0 to 1.
//!
//! Exponentials and logarithms come from `libm`, so that whoever recomputes a number gets the same one on any
//! machine. A queue that cannot keep up has no mean wait: asking for one is [`FormulaError::Unstable`].

mod erlang;
mod error;
mod little;
mod mm1;
mod mmc;
mod staffing;

pub use erlang::{MAX_SERVERS, erlang_b, erlang_c};
pub use error::FormulaError;
pub(crate) use error::{amount, arrival_rate, service_rate};
pub use little::{littles_law, littles_law_gap};
pub use mm1::Mm1;
pub use mmc::Mmc;
pub use staffing::servers_needed;
