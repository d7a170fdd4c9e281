//! Why the log refuses.

use crate::log::{MAX_SIZE, Origin, TileId};

/// Why something is no part of a log, or does not prove what it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// A size that no log of ours reaches.
    #[error("a log has at most {MAX_SIZE} leaves, not {size}")]
    Size {
        /// The size in question, in leaves.
        size: u64,
    },
    /// A frontier has another number of nodes than its size asks for.
    #[error("the frontier of {size} leaves has {expected} nodes, not {actual}")]
    Nodes {
        /// The size, in leaves.
        size: u64,
        /// The bits that are set in it.
        expected: u32,
        /// The nodes that were given.
        actual: usize,
    },
    /// The bytes are not a row of hashes.
    #[error("hashes take a multiple of 32 bytes, not {actual}")]
    Bytes {
        /// The bytes that were given.
        actual: usize,
    },
    /// An entry is too long for a bundle.
    #[error("an entry has at most 65535 bytes, not {actual}")]
    Entry {
        /// The bytes that it has.
        actual: usize,
    },
    /// A bundle ends in the middle of an entry.
    #[error("the bundle ends in the middle of an entry")]
    Bundle,
    /// The text is not the one spelling of a value.
    #[error("must be {expected}")]
    Form {
        /// The form, in words.
        expected: &'static str,
    },
    /// The leaf is not in the tree.
    #[error("a tree of {size} leaves has no leaf {index}")]
    Index {
        /// The leaf's position, from 0.
        index: u64,
        /// The size, in leaves.
        size: u64,
    },
    /// Consistency is proven from a tree with leaves to one that is as large or larger: nothing can be
    /// learnt about an empty tree.
    #[error("there is no proof of consistency from {old} to {new} leaves")]
    Sizes {
        /// The size of the tree before, in leaves.
        old: u64,
        /// The size of the tree after it, in leaves.
        new: u64,
    },
    /// The proof has more or fewer hashes than a tree of this size asks for.
    #[error("the proof has too many or too few hashes")]
    Length,
    /// The proof leads to another root.
    #[error("the proof does not lead to the root")]
    Root,
}

/// Why a tree could not be read from its tiles.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError<E> {
    /// Something was asked for that the tree does not have.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The reader failed.
    #[error("the tile {level}/{index} cannot be read", level = id.level, index = id.index)]
    Reader {
        /// The tile that was asked for.
        id: TileId,
        /// What the reader says.
        #[source]
        source: E,
    },
    /// The reader gave another number of hashes than it was asked for.
    #[error("the tile {level}/{index} has {actual} hashes, not {expected}", level = id.level, index = id.index)]
    Width {
        /// The tile that was asked for.
        id: TileId,
        /// How many hashes it has in a tree of that size.
        expected: u16,
        /// How many the reader gave.
        actual: usize,
    },
}

/// Why a key or a signed note is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    /// The text does not have the form that is asked for.
    #[error("must be {expected}")]
    Form {
        /// The form, in words.
        expected: &'static str,
    },
    /// The text is not the one spelling of an Ed25519 verifier key, or its signatures prove nothing.
    #[error(
        "must be a verifier key: origin, key id and an Ed25519 public key in base64, joined by `+`"
    )]
    Key,
    /// The note is larger than any that is read.
    #[error("a note has at most {max} bytes")]
    TooLarge {
        /// The largest that is read, in bytes.
        max: usize,
    },
    /// The note carries more signatures than any that is read.
    #[error("a note has at most {max} signatures")]
    Signatures {
        /// The most that are read.
        max: usize,
    },
    /// Nothing in the note is signed by the key.
    #[error("the note is not signed by this key")]
    Unsigned,
    /// A signature that should be the key's is not.
    #[error("the signature is wrong")]
    Signature,
    /// The checkpoint is another log's.
    #[error("the checkpoint is that of `{actual}`, not of `{expected}`")]
    Origin {
        /// The log whose key was used.
        expected: Origin,
        /// The log that the checkpoint names.
        actual: Origin,
    },
    /// What should be signed could be taken for a checkpoint.
    #[error("what begins as a checkpoint is signed as one only")]
    Reserved,
}
