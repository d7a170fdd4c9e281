//! The gateway on a listener of its own, between raw sockets and upstreams on loopback.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test needs and does not get ends it"
)]

mod callers;
mod decisions;
mod executor;
mod forwarding;
mod gate;
mod headers;
mod held;
mod hygiene;
mod installation;
mod limits;
mod measure;
mod recovery;
mod rights;
mod runner;
mod store;
mod streaming;
mod support;
mod trouble;
