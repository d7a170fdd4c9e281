//! Recorded load through both controllers, scored by one set of rules.
//!
//! Pure: text in, numbers out. The rules, in short:
//!
//! - the capacity μ is constant, so that 2 % of the recording is above ρ = 0.9, or given;
//! - the truth is a centred mean of three steps; an *episode* is a run of truth at or above 0.9;
//! - an alarm is the level `read_only` after the row of that step;
//! - the first third is for warming up and is not scored.
//!
//! [`crate::predictive::Scorecard`] counts. [`tune`] tries a small grid of settings on recordings, and says what came
//! of settings that were chosen without the recording that they are judged on.

mod capacity;
mod run;
mod time;
mod trace;
mod tune;

pub use run::{Level, Point, Replay, ReplayError, replay};
pub use trace::{Row, Trace, TraceError};
pub use tune::{Candidate, Tuned, candidates, tune};
