#![doc = include_str!("../README.md")]
#![expect(
    clippy::panic,
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::print_stdout,
    reason = "a test that cannot get its server or database has failed"
)]

mod answer;
mod client;
mod exchange;
mod options;
pub mod postgres;
mod program;
mod server;
pub mod simulator;
mod temp_dir;
mod upstream;
pub mod vectors;

pub use answer::Answer;
pub use client::{Client, segment};
pub use exchange::exchange;
pub use options::{SECRET, ServerOptions};
pub use program::{Finished, admin, program_path, run, run_with_input, workspace};
pub use server::{Refused, Server};
pub use temp_dir::TempDir;
pub use upstream::{Received, Upstream};
