//! RFC 6962, section 2.1, word for word: slow, recursive, and with nothing of the crate's tree in it. And a store
//! of tiles that grows as a real one does.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};
use utc_attestation::leaf_hash;
use utc_attestation::log::{HashReader, TILE_WIDTH, TileId, TreeHash, parent, tile_width};
use utc_domain::LeafHash;

pub(crate) fn leaf(index: u64) -> LeafHash {
    leaf_hash(&index.to_be_bytes())
}

pub(crate) fn leaves(size: u64) -> Vec<LeafHash> {
    (0..size).map(leaf).collect()
}

fn half(leaves: &[LeafHash]) -> usize {
    let mut half = 1;
    while half * 2 < leaves.len() {
        half *= 2;
    }
    half
}

/// MTH of section 2.1.
pub(crate) fn root(leaves: &[LeafHash]) -> TreeHash {
    let digest: [u8; 32] = match leaves {
        [] => Sha256::digest([]).into(),
        [one] => *one.as_bytes(),
        many => {
            let (left, right) = many.split_at(half(many));
            let (left, right) = (root(left), root(right));
            Sha256::digest([&[1], &left.as_bytes()[..], right.as_bytes()].concat()).into()
        }
    };
    TreeHash::new(digest)
}

/// PATH of section 2.1.1.
pub(crate) fn path(index: usize, leaves: &[LeafHash]) -> Vec<TreeHash> {
    if leaves.len() < 2 {
        return Vec::new();
    }
    let half = half(leaves);
    let (left, right) = leaves.split_at(half);
    let (mut proof, sibling) = if index < half {
        (path(index, left), root(right))
    } else {
        (path(index - half, right), root(left))
    };
    proof.push(sibling);
    proof
}

/// PROOF of section 2.1.2.
pub(crate) fn proof(old: usize, leaves: &[LeafHash]) -> Vec<TreeHash> {
    subproof(old, leaves, true)
}

fn subproof(old: usize, leaves: &[LeafHash], known: bool) -> Vec<TreeHash> {
    if old == leaves.len() {
        return if known {
            Vec::new()
        } else {
            vec![root(leaves)]
        };
    }
    let half = half(leaves);
    let (left, right) = leaves.split_at(half);
    let (mut proof, sibling) = if old <= half {
        (subproof(old, left, known), root(right))
    } else {
        (subproof(old - half, right, false), root(left))
    };
    proof.push(sibling);
    proof
}

/// Tiles in memory. It counts what is read and refuses what a tree of that size does not have.
#[derive(Default)]
pub(crate) struct Store {
    pub(crate) tiles: BTreeMap<TileId, Vec<TreeHash>>,
    pub(crate) size: u64,
    pub(crate) read: BTreeSet<TileId>,
}

impl Store {
    pub(crate) fn of(size: u64) -> Self {
        let mut store = Self::default();
        for leaf in leaves(size) {
            store.push(leaf);
        }
        store
    }

    pub(crate) fn push(&mut self, leaf: LeafHash) {
        let id = TileId {
            level: 0,
            index: self.size / TILE_WIDTH,
        };
        self.size += 1;
        self.add(id, leaf.into());
    }

    fn add(&mut self, id: TileId, hash: TreeHash) {
        let tile = self.tiles.entry(id).or_default();
        tile.push(hash);
        if let Ok(full) = tile.as_slice().try_into() {
            let above = TileId {
                level: id.level + 1,
                index: id.index / TILE_WIDTH,
            };
            let hash = parent(full);
            self.add(above, hash);
        }
    }
}

impl HashReader for Store {
    type Error = String;

    fn tile(&mut self, id: TileId, width: u16) -> Result<Vec<TreeHash>, String> {
        if !self.read.insert(id) {
            return Err(format!("{id:?} was read twice"));
        }
        if width == 0 || width > tile_width(id, self.size) {
            return Err(format!("{id:?} has no {width} hashes"));
        }
        Ok(self.tiles[&id][..usize::from(width)].to_vec())
    }
}

/// What `ask` gets from the store, with the tiles that it read.
pub(crate) fn reading<T>(store: &mut Store, ask: impl FnOnce(&mut Store) -> T) -> (T, usize) {
    store.read.clear();
    let answer = ask(store);
    (answer, store.read.len())
}
