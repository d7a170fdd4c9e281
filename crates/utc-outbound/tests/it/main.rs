//! The policy as its callers use it, and the client against real servers on loopback.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests are tests too: what is not as expected has failed"
)]

mod address;
mod allow;
mod behaviour;
mod bodies;
mod connections;
mod environment;
mod laws;
mod policy;
mod refusals;
mod server;
mod support;
mod target;
mod timeouts;
mod tls;
