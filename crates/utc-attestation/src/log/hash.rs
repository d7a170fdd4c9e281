//! Hashes of the tree.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use utc_domain::LeafHash;

use crate::log::LogError;

/// The hash of a leaf or of everything below an inner node.
///
/// As text it is base64 with padding, as checkpoints and proofs write it; there is one spelling.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TreeHash([u8; 32]);

impl TreeHash {
    /// The root of the tree without leaves: SHA-256 over nothing.
    pub const EMPTY: Self = Self([
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9,
        0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52,
        0xb8, 0x55,
    ]);

    /// From its bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The inner node over two others. The one byte before them keeps it apart from leaves.
    #[must_use]
    pub fn node(left: Self, right: Self) -> Self {
        let digest = Sha256::new()
            .chain_update([1])
            .chain_update(left.0)
            .chain_update(right.0)
            .finalize();
        Self(digest.into())
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The root over perfect subtrees that stand beside each other, the largest first.
pub(crate) fn join(subtrees: impl DoubleEndedIterator<Item = TreeHash>) -> TreeHash {
    let joined = subtrees
        .rev()
        .reduce(|right, left| TreeHash::node(left, right));
    joined.unwrap_or(TreeHash::EMPTY)
}

/// The root of the perfect subtree over these hashes, whose number is a power of two.
pub(crate) fn perfect(hashes: &[TreeHash]) -> TreeHash {
    match hashes {
        [] => TreeHash::EMPTY,
        [one] => *one,
        many => {
            let (left, right) = many.split_at(many.len() / 2);
            TreeHash::node(perfect(left), perfect(right))
        }
    }
}

impl From<LeafHash> for TreeHash {
    fn from(leaf: LeafHash) -> Self {
        Self(*leaf.as_bytes())
    }
}

impl From<TreeHash> for LeafHash {
    fn from(hash: TreeHash) -> Self {
        Self::new(hash.0)
    }
}

impl fmt::Display for TreeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for TreeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TreeHash({self})")
    }
}

impl FromStr for TreeHash {
    type Err = LogError;

    fn from_str(text: &str) -> Result<Self, LogError> {
        let bytes = STANDARD.decode(text).ok();
        let bytes = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        bytes.map(Self).ok_or(LogError::Form {
            expected: "32 bytes in base64 with padding",
        })
    }
}
