//! The server: from configuration to listening, and to the end.
//!
//! `main.rs` runs it as it is. Tests run it with a look inside ([`Composition`]), to end the process at a point that nobody
//! can hit from outside.

mod composition;
mod gateway;
mod options;
mod report;
mod sample;
mod serve;
mod sink;

pub use composition::Composition;
pub use report::{failure, line, start_logging};
pub use serve::run;
