//! The storage crate against real databases: each test of the journal runs on SQLite and on PostgreSQL.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test needs and does not get ends it"
)]

mod approvals;
mod commit_unknown;
mod decisions;
mod held_requests;
mod identities;
mod journal;
mod many_rows;
mod migrations;
mod outbox;
mod queue_ticks;
mod retention;
mod search;
mod support;
mod tree;
mod trouble;
