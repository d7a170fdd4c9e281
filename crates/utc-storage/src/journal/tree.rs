//! The log's tree grows in the journal's transaction.

use utc_attestation::log::{TILE_WIDTH, TileId, TreeHash, parent};
use utc_domain::{LeafHash, Sealer};

use crate::StorageError;
use crate::connection::Db;
use crate::rows::{receipts, tiles};

use super::head::{Head, signed};

/// [`TILE_WIDTH`] for lengths.
const WIDTH: usize = 256;
const _: () = assert!(TILE_WIDTH == 256, "both are the width of a tile");

/// The leaves behind the last full tile, which the writer keeps between its batches: when they fill a tile, it need not
/// read their receipts again. They hold for one head only.
#[derive(Debug, Default)]
pub(crate) struct Tail {
    size: u64,
    last: Option<LeafHash>,
    leaves: Vec<LeafHash>,
}

impl Tail {
    /// Whether these are the leaves behind that head. Each leaf hash covers all before it, so the last one tells.
    fn fits(&self, head: &Head) -> bool {
        self.size == head.size && self.last == Some(head.last_leaf)
    }
}

/// Stores the tiles that `added` fills on top of `before`, and returns the new tail.
pub(crate) fn grow(
    db: &mut Db,
    sealer: &dyn Sealer,
    before: &Head,
    known: &Tail,
    added: &[LeafHash],
) -> Result<Tail, StorageError> {
    let open = before.size % TILE_WIDTH;
    let fills = open + added.len() as u64 >= TILE_WIDTH;
    let mut leaves = if open == 0 {
        Vec::new()
    } else if known.fits(before) {
        known.leaves.clone()
    } else if fills {
        stored_leaves(db, sealer, before.size - open, before.size)?
    } else {
        // Another process wrote before this batch; whoever fills the tile reads it.
        return Ok(Tail::default());
    };
    leaves.extend_from_slice(added);
    let full = leaves.len() - leaves.len() % WIDTH;
    let rest = leaves.split_off(full);
    store(db, before.size / TILE_WIDTH, &leaves)?;
    Ok(Tail {
        size: before.size + added.len() as u64,
        last: added.last().copied().or(Some(before.last_leaf)),
        leaves: rest,
    })
}

/// Stores full tiles of leaves from tile `first` on, and what they add to the levels above.
pub(crate) fn store(db: &mut Db, first: u64, leaves: &[LeafHash]) -> Result<(), StorageError> {
    let hashes: Vec<TreeHash> = leaves.iter().copied().map(TreeHash::from).collect();
    let (mut level, mut at, mut hashes) = (0, first * TILE_WIDTH, hashes);
    while !hashes.is_empty() {
        let parents = append(db, level, at, hashes)?;
        (level, at, hashes) = (level + 1, at / TILE_WIDTH, parents);
    }
    Ok(())
}

/// Appends hashes to a level that has `at` of them, and returns the roots of the tiles that became full.
fn append(
    db: &mut Db,
    level: u8,
    at: u64,
    hashes: Vec<TreeHash>,
) -> Result<Vec<TreeHash>, StorageError> {
    let open = usize::try_from(at % TILE_WIDTH).unwrap_or(0);
    let first = TileId {
        level,
        index: at / TILE_WIDTH,
    };
    let mut all = if open == 0 {
        Vec::new()
    } else {
        tiles::get(db, first, open)?.ok_or_else(|| missing(first))?
    };
    all.extend(hashes);
    let mut parents = Vec::new();
    for (index, tile) in (first.index..).zip(all.chunks(WIDTH)) {
        tiles::put(db, TileId { level, index }, tile)?;
        if let Ok(full) = tile.try_into() {
            parents.push(parent(full));
        }
    }
    Ok(parents)
}

/// The leaf hashes of the receipts at `[from, to)`, from their bytes.
pub(crate) fn stored_leaves(
    db: &mut Db,
    sealer: &dyn Sealer,
    from: u64,
    to: u64,
) -> Result<Vec<LeafHash>, StorageError> {
    let rows = receipts::bytes(db, signed(from), signed(to))?;
    if rows.len() as u64 == to - from {
        Ok(rows.iter().map(|jws| sealer.leaf(jws)).collect())
    } else {
        Err(StorageError::MissingReceipts { from, to })
    }
}

fn missing(id: TileId) -> StorageError {
    StorageError::Corrupt {
        column: "log_tiles",
        source: format!(
            "tile {} of level {} is missing or too short; `utc-admin log rebuild` makes all tiles again",
            id.index, id.level
        )
        .into(),
    }
}
