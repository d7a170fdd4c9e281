//! The transparency log: a Merkle tree over receipts, in pure functions.
//!
//! The tree is that of RFC 6962, section 2.1 (RFC 9162, section 2.1, calls it the same): leaves are
//! [`crate::leaf_hash`], an inner node is SHA-256 over a one byte and its two children, the empty tree
//! is SHA-256 over nothing. It is kept as C2SP `tlog-tiles` says, 256 hashes a tile.
//!
//! Whoever appends keeps a [`Frontier`]; whoever reads gives a [`HashReader`] and asks for
//! [`root_at`], [`inclusion_proof`] or [`consistency_proof`]; whoever checks needs neither, only
//! [`verify_inclusion`] and [`verify_consistency`].
//!
//! What the log says about itself is a [`Checkpoint`], signed with its [`LogKey`] (C2SP `tlog-checkpoint`,
//! `signed-note`) and checked with the [`VerifierKey`]. A [`ReceiptProof`] holds one with the way from a receipt
//! to its root (C2SP `tlog-proof`).

mod checkpoint;
mod entries;
mod error;
mod frontier;
mod hash;
mod key;
mod note;
mod origin;
mod path;
mod proof;
mod prove;
mod public;
mod range;
mod tile;
mod verify;

pub use checkpoint::{Checkpoint, open_checkpoint, sign_checkpoint};
pub use entries::{read_entries, write_entries};
pub use error::{LogError, NoteError, ReadError};
pub use frontier::Frontier;
pub use hash::TreeHash;
pub use key::{LogKey, VerifierKey};
pub use origin::Origin;
pub use path::TilePath;
pub use proof::{ProofError, ReceiptProof, verify_receipt_proof};
pub use prove::{consistency_proof, frontier_at, inclusion_proof, root_at};
pub use public::jwks;
pub use tile::{
    HashReader, TILE_WIDTH, TileId, parent, tile_from_bytes, tile_to_bytes, tile_width,
};
pub use verify::{verify_consistency, verify_inclusion};

/// The most leaves that a tree may have: what both databases can count.
pub const MAX_SIZE: u64 = i64::MAX as u64;
