//! The domain's values as their callers use them.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what a test needs and does not get ends it"
)]

mod approval;
mod approval_queue;
mod execution;
mod identity;
mod ids;
mod notice;
mod words;
