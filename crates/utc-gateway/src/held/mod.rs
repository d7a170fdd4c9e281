//! Requests that waited for people, and are sent once they have approved.
//!
//! At most once: that a request is being sent is on disk before it is sent, together with the decision that allows it.
//! What became of it is written after. Whoever finds it "being sent" by nobody cannot know whether it was, so nothing
//! here ever sends it again.

mod executor;
mod keep;
mod runner;
mod store;

pub use executor::{Executor, Step};
pub use runner::Runner;
pub use store::{HeldStore, Ready};
