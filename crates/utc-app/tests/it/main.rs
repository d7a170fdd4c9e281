//! The use cases as another service would embed them, on real databases.
#![expect(
    clippy::unwrap_used,
    reason = "what a test needs and does not get ends it"
)]

mod decisions;
mod keys;
mod support;
mod units;
