//! Receipts as a user of the crate sees them.

mod canonical;
mod digest;
mod fixture;
mod hostile;
mod independent;
mod keys;
mod sealing;
mod strict_json;
mod vectors;
mod verifying;
mod wycheproof;
