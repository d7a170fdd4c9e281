//! The controller and the formulas, as their callers use them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(
    clippy::indexing_slicing,
    reason = "see above: a missing oracle field is a failed test"
)]
#![expect(
    clippy::panic,
    reason = "see above: that is how a test fails with words"
)]

mod approver_laws;
mod approvers;
mod bounds;
mod controller;
mod formulas;
mod input;
mod laws;
mod oracles;
mod recommendation;
mod recovery;
mod spike;
mod staleness;
mod support;
