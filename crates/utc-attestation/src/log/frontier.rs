//! The right edge of a tree: all that appending needs.

use utc_domain::LeafHash;

use crate::log::hash::join;
use crate::log::{LogError, MAX_SIZE, TreeHash, tile_from_bytes, tile_to_bytes};

/// The most nodes that a frontier can have: one for each bit of a size.
const MAX_NODES: usize = 64;

/// The roots of the perfect subtrees that a tree's leaves fall into, the largest and leftmost first: one
/// for each bit that is set in its size.
///
/// It is enough to append leaves and to know the root, however long the log is.
///
/// ```
/// use utc_attestation::{leaf_hash, log::Frontier};
///
/// let mut frontier = Frontier::empty();
/// for receipt in ["first", "second", "third"] {
///     frontier.push(leaf_hash(receipt.as_bytes()));
/// }
/// assert_eq!((frontier.size(), frontier.nodes().len()), (3, 2));
///
/// let stored = Frontier::from_bytes(3, &frontier.to_bytes())?;
/// assert_eq!(stored.root(), frontier.root());
/// # Ok::<(), utc_attestation::log::LogError>(())
/// ```
// Invariant: `nodes` has as many entries as `size` has bits set, and room for `MAX_NODES`.
#[derive(Debug, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    nodes: Vec<TreeHash>,
}

impl Frontier {
    /// Of the tree without leaves.
    pub fn empty() -> Self {
        Self {
            size: 0,
            nodes: Vec::with_capacity(MAX_NODES),
        }
    }

    /// Of a tree of `size` leaves.
    ///
    /// # Errors
    ///
    /// [`LogError::Size`] beyond [`MAX_SIZE`], [`LogError::Nodes`] for another number of nodes than the
    /// size has bits.
    pub fn from_parts(size: u64, mut nodes: Vec<TreeHash>) -> Result<Self, LogError> {
        if size > MAX_SIZE {
            return Err(LogError::Size { size });
        }
        let (expected, actual) = (size.count_ones(), nodes.len());
        if usize::try_from(expected) != Ok(actual) {
            return Err(LogError::Nodes {
                size,
                expected,
                actual,
            });
        }
        nodes.reserve_exact(MAX_NODES.saturating_sub(actual));
        Ok(Self { size, nodes })
    }

    /// From the nodes' bytes, one after another.
    ///
    /// # Errors
    ///
    /// [`LogError::Bytes`] unless they are whole hashes; and those of [`Frontier::from_parts`].
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Result<Self, LogError> {
        Self::from_parts(size, tile_from_bytes(bytes)?)
    }

    /// The nodes' bytes, one after another.
    pub fn to_bytes(&self) -> Vec<u8> {
        tile_to_bytes(&self.nodes)
    }

    /// Appends a leaf. It allocates nothing.
    pub fn push(&mut self, leaf: LeafHash) {
        let mut node = TreeHash::from(leaf);
        // Each one at the size's end stands for a subtree as large as the one that grows here.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.nodes.pop() {
                node = TreeHash::node(left, node);
            }
        }
        self.nodes.push(node);
        self.size += 1;
    }

    /// The root of the tree.
    pub fn root(&self) -> TreeHash {
        join(self.nodes.iter().copied())
    }

    /// The leaves of the tree.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of its perfect subtrees, the largest first.
    pub fn nodes(&self) -> &[TreeHash] {
        &self.nodes
    }
}

impl Clone for Frontier {
    /// Keeps the room for further nodes, which a copied vector would not.
    fn clone(&self) -> Self {
        let mut copy = Self::empty();
        copy.size = self.size;
        copy.nodes.extend_from_slice(&self.nodes);
        copy
    }
}
