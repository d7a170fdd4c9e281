//! Roots and proofs, computed from tiles.

use std::ops::Range;

use crate::log::hash::{join, perfect};
use crate::log::tile::TILE_HEIGHT;
use crate::log::{
    Frontier, HashReader, LogError, MAX_SIZE, ReadError, TILE_WIDTH, TileId, TreeHash, range,
    tile_width,
};

/// The root of the tree when it had `size` leaves.
///
/// # Errors
///
/// [`ReadError`] if a tile cannot be read, or `size` lies beyond [`MAX_SIZE`].
pub fn root_at<R: HashReader>(size: u64, reader: &mut R) -> Result<TreeHash, ReadError<R::Error>> {
    Tiles::new(size, reader)?.root(&(0..size))
}

/// The right edge of the tree when it had `size` leaves, from which it can be grown again leaf by leaf.
///
/// # Errors
///
/// Those of [`root_at`].
pub fn frontier_at<R: HashReader>(
    size: u64,
    reader: &mut R,
) -> Result<Frontier, ReadError<R::Error>> {
    let mut tiles = Tiles::new(size, reader)?;
    let nodes = tiles.subtrees(&(0..size))?;
    Ok(Frontier::from_parts(size, nodes)?)
}

/// The proof that leaf `index` is in the tree of `size` leaves: the sibling of each node on the way up
/// from the leaf (RFC 6962, section 2.1.1). Each tile is read at most once.
///
/// # Errors
///
/// [`LogError::Index`] unless `index` lies below `size`; and those of [`root_at`].
pub fn inclusion_proof<R: HashReader>(
    index: u64,
    size: u64,
    reader: &mut R,
) -> Result<Vec<TreeHash>, ReadError<R::Error>> {
    if index >= size {
        return Err(LogError::Index { index, size }.into());
    }
    Tiles::new(size, reader)?.roots(&range::inclusion(index, size))
}

/// The proof that the tree of `new` leaves begins with the tree of `old` leaves (RFC 6962, section
/// 2.1.2). Between equal sizes it is empty. Each tile is read at most once.
///
/// # Errors
///
/// [`LogError::Sizes`] if `old` is 0 or larger than `new`; and those of [`root_at`].
pub fn consistency_proof<R: HashReader>(
    old: u64,
    new: u64,
    reader: &mut R,
) -> Result<Vec<TreeHash>, ReadError<R::Error>> {
    if old == 0 || old > new {
        return Err(LogError::Sizes { old, new }.into());
    }
    Tiles::new(new, reader)?.roots(&range::consistency(old, new))
}

/// The tiles of a tree of one size, each kept once it is read.
struct Tiles<'r, R> {
    size: u64,
    reader: &'r mut R,
    read: Vec<(TileId, Vec<TreeHash>)>,
}

impl<'r, R: HashReader> Tiles<'r, R> {
    fn new(size: u64, reader: &'r mut R) -> Result<Self, LogError> {
        if size > MAX_SIZE {
            return Err(LogError::Size { size });
        }
        let read = Vec::new();
        Ok(Self { size, reader, read })
    }

    fn roots(&mut self, ranges: &[Range<u64>]) -> Result<Vec<TreeHash>, ReadError<R::Error>> {
        ranges.iter().map(|range| self.root(range)).collect()
    }

    /// The root over the leaves of a range that is a node of the tree.
    fn root(&mut self, range: &Range<u64>) -> Result<TreeHash, ReadError<R::Error>> {
        self.subtrees(range)
            .map(|subtrees| join(subtrees.into_iter()))
    }

    /// The roots of the perfect subtrees that the leaves of such a range fall into, the largest first.
    fn subtrees(&mut self, range: &Range<u64>) -> Result<Vec<TreeHash>, ReadError<R::Error>> {
        let mut start = range.start;
        let mut subtrees = Vec::new();
        while start < range.end {
            let height = (range.end - start).ilog2();
            subtrees.push(self.subtree(start, height)?);
            start += 1 << height;
        }
        Ok(subtrees)
    }

    /// The root of the perfect subtree of 2^height leaves from `start`, a multiple of that number.
    fn subtree(&mut self, start: u64, height: u32) -> Result<TreeHash, ReadError<R::Error>> {
        let level = height / TILE_HEIGHT;
        let first = start >> (level * TILE_HEIGHT);
        let id = TileId {
            level: u8::try_from(level).unwrap_or(u8::MAX),
            index: first / TILE_WIDTH,
        };
        let first = usize::try_from(first % TILE_WIDTH).unwrap_or(usize::MAX);
        let hashes = self.tile(id)?.get(first..).unwrap_or_default();
        let hashes = hashes.get(..1 << (height % TILE_HEIGHT));
        Ok(perfect(hashes.unwrap_or_default()))
    }

    fn tile(&mut self, id: TileId) -> Result<&[TreeHash], ReadError<R::Error>> {
        let held = self.read.iter().position(|(held, _)| *held == id);
        let at = held.unwrap_or(self.read.len());
        if held.is_none() {
            let hashes = self.fetch(id)?;
            self.read.push((id, hashes));
        }
        let tile = self.read.get(at);
        Ok(tile.map_or(&[], |(_, hashes)| hashes.as_slice()))
    }

    fn fetch(&mut self, id: TileId) -> Result<Vec<TreeHash>, ReadError<R::Error>> {
        let expected = tile_width(id, self.size);
        let hashes = self
            .reader
            .tile(id, expected)
            .map_err(|source| ReadError::Reader { id, source })?;
        let actual = hashes.len();
        if actual == usize::from(expected) {
            return Ok(hashes);
        }
        Err(ReadError::Width {
            id,
            expected,
            actual,
        })
    }
}
