//! Checking proofs, with nothing but hashes at hand.

use utc_domain::LeafHash;

use crate::log::{LogError, TreeHash};

/// Whether `proof` shows that leaf `index` of the tree with this size and root is `leaf` (RFC 9162,
/// section 2.1.3.2).
///
/// Trees of different sizes may have paths of the same shape, so a proof alone does not tell them apart:
/// take size and root from one checkpoint.
///
/// # Errors
///
/// [`LogError::Index`] unless `index` lies below `size`, [`LogError::Length`] for missing or additional
/// hashes, [`LogError::Root`] if the proof leads elsewhere.
pub fn verify_inclusion(
    index: u64,
    size: u64,
    leaf: LeafHash,
    root: TreeHash,
    proof: &[TreeHash],
) -> Result<(), LogError> {
    if index >= size {
        return Err(LogError::Index { index, size });
    }
    let mut climb = Climb::new(index, size);
    let mut reached = TreeHash::from(leaf);
    for sibling in proof.iter().copied() {
        reached = match climb.step().ok_or(LogError::Length)? {
            Side::Left => TreeHash::node(sibling, reached),
            Side::Right => TreeHash::node(reached, sibling),
        };
    }
    climb.finish()?;
    same(reached, root)
}

/// Whether `proof` shows that the tree of `new` leaves begins with the leaves of the tree of `old`
/// (RFC 9162, section 2.1.4.2). For equal sizes the proof is empty and the roots are equal.
///
/// As with inclusion, each size and its root come from one checkpoint.
///
/// # Errors
///
/// [`LogError::Sizes`] if `old` is 0 or larger than `new`, [`LogError::Length`] for missing or additional
/// hashes, [`LogError::Root`] if the proof leads elsewhere.
pub fn verify_consistency(
    old: u64,
    new: u64,
    old_root: TreeHash,
    new_root: TreeHash,
    proof: &[TreeHash],
) -> Result<(), LogError> {
    if old == 0 || old > new {
        return Err(LogError::Sizes { old, new });
    }
    if old == new {
        return if proof.is_empty() {
            same(old_root, new_root)
        } else {
            Err(LogError::Length)
        };
    }
    let mut climb = Climb::new(old - 1, new);
    climb.skip_common();
    // Where the old tree is perfect it is a node of the new one, and the proof need not repeat it.
    let (start, proof) = match proof.split_first() {
        _ if old.is_power_of_two() => (old_root, proof),
        Some((first, rest)) => (*first, rest),
        None => (old_root, proof),
    };
    let (mut old_reached, mut new_reached) = (start, start);
    for node in proof.iter().copied() {
        match climb.step().ok_or(LogError::Length)? {
            Side::Left => {
                old_reached = TreeHash::node(node, old_reached);
                new_reached = TreeHash::node(node, new_reached);
            }
            Side::Right => new_reached = TreeHash::node(new_reached, node),
        }
    }
    climb.finish()?;
    same(old_reached, old_root)?;
    same(new_reached, new_root)
}

fn same(reached: TreeHash, expected: TreeHash) -> Result<(), LogError> {
    if reached == expected {
        Ok(())
    } else {
        Err(LogError::Root)
    }
}

/// Where the next node of a proof stands beside the one that was reached.
#[derive(Clone, Copy)]
enum Side {
    Left,
    Right,
}

/// The way from a node up to the root, in positions: of the node, and of the last one on its level.
struct Climb {
    node: u64,
    last: u64,
}

impl Climb {
    /// From leaf `index` of a tree of `size` leaves; `index` lies below `size`.
    fn new(index: u64, size: u64) -> Self {
        Self {
            node: index,
            last: size.saturating_sub(1),
        }
    }

    /// Up to the root of the largest perfect subtree that ends with this leaf and is one of the tree's nodes.
    fn skip_common(&mut self) {
        let levels = self.node.trailing_ones();
        self.node = self.node.checked_shr(levels).unwrap_or(0);
        self.last = self.last.checked_shr(levels).unwrap_or(0);
    }

    /// Where the next sibling stands; `None` at the root.
    fn step(&mut self) -> Option<Side> {
        if self.last == 0 {
            return None;
        }
        if self.node.is_multiple_of(2) && self.node < self.last {
            self.rise();
            return Some(Side::Right);
        }
        // The last node of a level may have no sibling there: it rises alone until it has one.
        while self.node.is_multiple_of(2) && self.node > 0 {
            self.rise();
        }
        self.rise();
        Some(Side::Left)
    }

    fn rise(&mut self) {
        self.node /= 2;
        self.last /= 2;
    }

    /// Whether the root was reached.
    fn finish(&self) -> Result<(), LogError> {
        if self.last == 0 {
            Ok(())
        } else {
            Err(LogError::Length)
        }
    }
}
