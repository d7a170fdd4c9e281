//! The transparency log: who may believe what without trusting this program.
//!
//! The journal keeps the tree. Here its head is remembered outside the database ([`Guard`]), signed (`keeper.rs`), and
//! shown: checkpoints, tiles, proofs.

mod begin;
mod compare;
mod fault;
mod guard;
mod keeper;
mod options;
mod origin;
mod rotate;
mod show;
mod signer;
mod start;

pub use begin::{forget, rebuild, remembered};
pub use fault::LogFault;
pub use guard::Guard;
pub(crate) use keeper::Keeper;
pub use keeper::SignedHead;
pub use options::{Accepted, CheckpointSink, LogOptions};
pub use show::{Freshness, PublicKeys};
pub(crate) use start::{Opened, open, settle};
pub use utc_attestation::log::{Checkpoint, ReceiptProof, TilePath, VerifierKey};
