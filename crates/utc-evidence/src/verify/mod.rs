//! Checking a bundle, offline.

mod bag;
mod check;
mod derived;
mod export_receipt;
mod files;
mod head;
mod history;
mod link;
mod log;
mod own;
mod proofs;
mod receipts;
mod records;
mod report;
mod session;
mod single;
mod tags;
mod two_heads;
mod verdicts;

use std::io::{Read, Seek};

use utc_attestation::log::VerifierKey;

use crate::Bundle;

pub use check::{Check, CheckName};
pub use head::TileSource;
pub use report::{Question, Report, Status, Verdict};
pub use single::verify_receipt;
pub use tags::TagKeys;
pub use two_heads::{Between, verify_heads};

/// What a verifier has that does not come from the bundle.
#[derive(Default)]
pub struct Anchors<'a> {
    /// Verifier keys of the log, got by another way: the one that signs now, former ones, or both. A former one
    /// vouches for the one that signs now where [`Self::bridges`] lead from one to the other.
    pub vkeys: Vec<VerifierKey>,
    /// Checkpoints that former keys signed when they handed over: each shows the receipt that registers the
    /// next key. [`Self::head`] counts as one too.
    pub bridges: Vec<String>,
    /// A signed checkpoint of the log that was kept, or comes from a witness: older than the bundle's, of the
    /// same size, or newer.
    pub head: Option<String>,
    /// Tiles of the log: at the size of a newer head, without which it cannot be told whether the bundle's
    /// log became that one; or those that the bundle leaves out and an older head needs.
    pub tiles: Option<&'a mut dyn TileSource>,
    /// The receipts' secrets.
    pub tags: TagKeys,
}

/// Checks everything in a bundle and reports each check by name.
///
/// It reads every file once and keeps a bounded part of it in memory. `progress` is told how many receipts
/// were read, of how many the bundle says it has.
pub fn verify_bundle<R: Read + Seek>(
    bundle: &mut Bundle<R>,
    anchors: &mut Anchors<'_>,
    progress: &mut dyn FnMut(u64, u64),
) -> Report {
    session::run(bundle, anchors, progress)
}

/// An error with everything behind it.
fn explain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
