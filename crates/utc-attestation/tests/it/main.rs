//! Receipts as a user of the crate sees them.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "clippy allows these in test functions only, and not in what they call"
)]

mod canonical;
mod digest;
mod fixture;
mod hostile;
mod independent;
mod keys;
mod log;
mod refusing;
mod request;
mod sealing;
mod strict_json;
mod strict_json_laws;
mod verifying;
mod wycheproof;
