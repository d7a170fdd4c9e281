//! Tiles: rows of 256 neighbouring hashes, every eighth level of the tree.

use crate::log::hash::perfect;
use crate::log::{LogError, TreeHash};

/// How many hashes a full tile has.
pub const TILE_WIDTH: u64 = 256;

/// The levels of the tree that one level of tiles stands for.
pub(crate) const TILE_HEIGHT: u32 = 8;

/// Which tile: the `index`th of its level, both from 0.
///
/// Level 0 holds leaf hashes; a hash at any other level is the root of a full tile one level below, as
/// [`parent`] computes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// The level of tiles. Above 7 there is none.
    pub level: u8,
    /// The position in its level, from the left.
    pub index: u64,
}

/// Where the hashes of a tree come from.
pub trait HashReader {
    /// Why a tile could not be read.
    type Error;

    /// The first `width` hashes of a tile, 1 to 256. Where more are stored, because the tree has grown,
    /// only those are given.
    ///
    /// # Errors
    ///
    /// Whatever keeps the reader from it. A tile that is not there is an error too.
    fn tile(&mut self, id: TileId, width: u16) -> Result<Vec<TreeHash>, Self::Error>;
}

/// How many hashes a tile has in a tree of `size` leaves: 0 where it does not exist, 256 when full.
///
/// ```
/// use utc_attestation::log::{TileId, tile_width};
///
/// assert_eq!(tile_width(TileId { level: 0, index: 273 }, 70_000), 112);
/// assert_eq!(tile_width(TileId { level: 1, index: 0 }, 70_000), 256);
/// assert_eq!(tile_width(TileId { level: 2, index: 1 }, 70_000), 0);
/// ```
pub fn tile_width(id: TileId, size: u64) -> u16 {
    let hashes = size
        .checked_shr(TILE_HEIGHT * u32::from(id.level))
        .unwrap_or(0);
    let before = id.index.saturating_mul(TILE_WIDTH);
    let width = hashes.saturating_sub(before).min(TILE_WIDTH);
    u16::try_from(width).unwrap_or(0)
}

/// The bytes of a tile, as `tlog-tiles` serves it and databases keep it: its hashes one after another.
pub fn tile_to_bytes(hashes: &[TreeHash]) -> Vec<u8> {
    hashes
        .iter()
        .flat_map(TreeHash::as_bytes)
        .copied()
        .collect()
}

/// The hashes of a tile from its bytes. Whether they are as many as the tile should have is for others to see.
///
/// # Errors
///
/// [`LogError::Bytes`] unless they are whole hashes.
pub fn tile_from_bytes(bytes: &[u8]) -> Result<Vec<TreeHash>, LogError> {
    match bytes.as_chunks() {
        (hashes, []) => Ok(hashes.iter().copied().map(TreeHash::new).collect()),
        _ => Err(LogError::Bytes {
            actual: bytes.len(),
        }),
    }
}

/// The root of a full tile: its entry in the level above.
pub fn parent(hashes: &[TreeHash; 256]) -> TreeHash {
    perfect(hashes)
}
