//! The transparency log: who may believe what without trusting this program.
//!
//! The journal keeps the tree. Here its head is remembered outside the database ([`Guard`]), signed (`keeper.rs`), and
//! shown: checkpoints, tiles, proofs.

mod apart;
mod begin;
mod closing;
mod compare;
mod fault;
mod guard;
mod judge;
mod keeper;
mod options;
mod origin;
mod rotate;
mod settle;
mod show;
mod signer;
mod start;
mod vouch;

pub use begin::{forget, judge_copy, rebuild};
pub use closing::Closed;
pub use fault::LogFault;
pub use guard::Guard;
pub(crate) use keeper::Keeper;
pub use keeper::SignedHead;
pub use options::{Accepted, CheckpointSink, LogOptions};
pub(crate) use settle::settle;
pub use show::{Freshness, PublicKeys};
pub(crate) use start::{Opened, open};
pub use utc_attestation::log::{Checkpoint, ReceiptProof, TilePath, VerifierKey};
