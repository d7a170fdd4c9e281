//! From events to one number for each unit, and from numbers to the mark `risky`.

mod assessment;
mod closings;
mod flag;
mod flip;
mod signal;
mod source_share;
mod trend;

pub use assessment::{Assessment, Contribution, Ratings, assess};
pub use closings::Closings;
pub use flag::{CLEAR_BELOW, Change, Flag, FlagStep, NotFinite, Occasion, RISKY_FROM};
pub use flip::{Flip, FlipInput, Owner, flip};
pub use signal::Signal;
pub use source_share::SourceShare;
pub use trend::Trend;
