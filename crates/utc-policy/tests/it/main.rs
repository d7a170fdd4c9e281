//! The evaluator, seen from outside: the decision order case by case, and its laws as properties.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test needs and does not get ends it"
)]

mod grant;
mod laws;
mod order;
mod policy_set;
mod replay;
mod votes;
