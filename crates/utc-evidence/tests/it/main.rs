//! Bundles as a user of the crate sees them.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "clippy allows these in test functions only, and not in what they call"
)]

mod anchors;
mod bags;
mod drafts;
mod export;
mod fixture;
mod forge;
mod handed_on;
mod hostile;
mod parts;
mod receipts;
mod tamper;
