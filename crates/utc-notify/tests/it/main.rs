//! Notices on their way: real receivers on loopback, real databases.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test needs and does not get ends it"
)]

mod addresses;
mod laws;
mod receiver;
mod sending;
mod signing;
mod stage;
