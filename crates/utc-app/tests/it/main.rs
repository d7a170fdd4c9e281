//! The use cases as another service would embed them, on real databases.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test needs and does not get ends it"
)]

mod approvals;
mod decisions;
mod evidence;
mod forecasts;
mod identities;
mod keys;
mod measured;
mod measured_many;
mod outgoing;
mod replay;
mod retention;
mod shown;
mod signals;
mod situation;
mod support;
mod units;
mod webhooks;
