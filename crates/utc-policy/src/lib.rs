#![doc = include_str!("../README.md")]

mod evaluate;
mod grant;
mod policy;
mod reason;
mod replay;
mod ruling;
mod votes;

pub use evaluate::{Question, UnitView, Verdict, evaluate};
pub use grant::Grant;
pub use policy::{PolicySet, UnknownUnits};
pub use replay::{Difference, Field, Inputs, Wording};
pub use votes::{Ballot, Change, Tally, Vote, VoteRefusal, Voter, may_vote};

/// Name and version of the evaluator, recorded in every receipt. The version rises whenever the same
/// inputs could give another answer, so that a replay knows which evaluator to use.
pub const ENGINE: (&str, &str) = ("utc-policy", "2");
