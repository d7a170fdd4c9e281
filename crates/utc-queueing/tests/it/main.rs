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
#![expect(
    clippy::float_cmp,
    reason = "numbers that are rounded to six decimals are equal or they are not"
)]

mod approver_laws;
mod approvers;
mod bounds;
mod controller;
mod counted;
mod formulas;
mod input;
mod laws;
mod leaving_read_only;
mod measured;
mod oracles;
mod outlook;
mod predictive;
mod predictive_laws;
mod recommendation;
mod recorded;
mod recovery;
mod refused;
mod replay;
mod simulated;
mod simulated_laws;
mod spike;
mod staleness;
mod stored;
mod support;
mod unit;
