//! The whole product from outside: release programs, real databases, HTTP and the command line.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers of tests are tests too: what is not as expected has failed"
)]

mod approvals;
mod architecture;
mod bad_input;
mod calls;
mod chain;
mod ciw;
mod cli;
mod config;
mod crash;
mod data_key;
mod decide;
mod demo;
mod demo_page;
mod disk;
mod evidence;
mod evidence_outside;
mod fuzz_http;
mod gateway;
mod gateway_killed;
mod identities;
mod jwt;
mod levels;
mod load;
mod log;
mod log_outside;
mod newer_schema;
mod nginx;
mod openapi;
mod prediction;
mod proxied;
mod queueing;
mod readme;
mod replay;
mod restart;
mod signals;
mod sink;
mod snippets;
mod stage;
mod terminal;
mod threats;
mod tokens;
mod two_servers;
mod webhooks;
