//! The log's tiles: do they lead to the checkpoint, and which leaf stands where?

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use utc_attestation::log::{
    Checkpoint, HashReader, LogError, TILE_WIDTH, TileId, TilePath, TreeHash, parent, root_at,
    tile_from_bytes, tile_width,
};

use super::CheckName::Tiles;
use super::check::Checks;
use super::files::Files;
use crate::layout;
use crate::{Bundle, ReadError};

/// The tiles of a bundle, for whoever computes roots and proofs. They are read without comparing them with
/// the manifest: what is computed is compared with a root.
pub(super) struct BundleTiles<'b, R> {
    pub(super) bundle: &'b mut Bundle<R>,
    pub(super) size: u64,
}

/// Why a tile of a bundle is of no use.
#[derive(Debug, thiserror::Error)]
pub(super) enum TileError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Form(#[from] LogError),
}

impl<R: Read + Seek> HashReader for BundleTiles<'_, R> {
    type Error = TileError;

    fn tile(&mut self, tile: TileId, width: u16) -> Result<Vec<TreeHash>, TileError> {
        // It is stored as wide as it was at the bundle's size.
        let stored = tile_width(tile, self.size);
        let path = layout::tile(TilePath::Hashes {
            tile,
            width: stored,
        });
        let mut hashes = tile_from_bytes(&self.bundle.read(&path)?)?;
        hashes.truncate(usize::from(width));
        Ok(hashes)
    }
}

/// The tiles above level 0, and the one of level 0 that was looked at last.
pub(super) struct Tree {
    size: u64,
    upper: BTreeMap<TileId, Vec<TreeHash>>,
    current: Option<(u64, Vec<TreeHash>)>,
}

impl Tree {
    /// Computes the root, and reads every tile above level 0.
    pub(super) fn read<R: Read + Seek>(
        checkpoint: &Checkpoint,
        files: &mut Files<'_, R>,
        checks: &mut Checks,
    ) -> Self {
        let size = checkpoint.size;
        let mut reader = BundleTiles {
            bundle: &mut *files.bundle,
            size,
        };
        match root_at(size, &mut reader) {
            Ok(root) if root == checkpoint.root => {}
            Ok(_) => checks.fault(
                Tiles,
                "the tiles lead to another root than the checkpoint's",
            ),
            Err(error) => checks.fault(Tiles, &super::explain(&error)),
        }
        let mut tree = Self {
            size,
            upper: BTreeMap::new(),
            current: None,
        };
        tree.read_upper(files, checks);
        tree
    }

    /// The leaf hash at a position, if its tile is in the bundle.
    pub(super) fn leaf<R: Read + Seek>(
        &mut self,
        seq: u64,
        files: &mut Files<'_, R>,
        checks: &mut Checks,
    ) -> Option<TreeHash> {
        let index = seq / TILE_WIDTH;
        if self.current.as_ref().is_none_or(|(held, _)| *held != index) {
            let tile = self.level_0(index, files, checks).unwrap_or_default();
            self.current = Some((index, tile));
        }
        let (_, tile) = self.current.as_ref()?;
        let at = usize::try_from(seq % TILE_WIDTH).ok()?;
        tile.get(at).copied()
    }

    /// Compares the last tile of level 0 with the manifest, where no receipt led to it.
    pub(super) fn finish<R: Read + Seek>(&mut self, files: &mut Files<'_, R>, checks: &mut Checks) {
        let last = self.size / TILE_WIDTH;
        if let Some(path) = self.path(0, last) {
            files.read(&path, checks);
        }
        checks.done(Tiles, "the tiles lead to the root of the checkpoint");
    }

    fn read_upper<R: Read + Seek>(&mut self, files: &mut Files<'_, R>, checks: &mut Checks) {
        for level in 1..=u8::MAX {
            if self.path(level, 0).is_none() {
                break;
            }
            for index in 0.. {
                let Some(path) = self.path(level, index) else {
                    break;
                };
                // A size is easily claimed: the first tile that is missing ends the search.
                let Some(tile) = read_tile(&path, files, checks) else {
                    break;
                };
                self.upper.insert(TileId { level, index }, tile);
            }
        }
        for (&id, tile) in &self.upper {
            self.check_parent(id, tile, checks);
        }
    }

    /// A tile of level 0, compared with the hash of it that stands in the level above.
    fn level_0<R: Read + Seek>(
        &mut self,
        index: u64,
        files: &mut Files<'_, R>,
        checks: &mut Checks,
    ) -> Option<Vec<TreeHash>> {
        let path = self.path(0, index)?;
        let tile = read_tile(&path, files, checks)?;
        self.check_parent(TileId { level: 0, index }, &tile, checks);
        Some(tile)
    }

    /// A full tile is bound by its entry in the level above; one that is not full is part of the root.
    fn check_parent(&self, id: TileId, tile: &[TreeHash], checks: &mut Checks) {
        let Ok(full) = tile.try_into() else {
            if tile.len() != usize::from(tile_width(id, self.size)) {
                let fault = format!(
                    "tile {}/{} has a wrong number of hashes",
                    id.level, id.index
                );
                checks.fault(Tiles, &fault);
            }
            return;
        };
        let above = TileId {
            level: id.level + 1,
            index: id.index / TILE_WIDTH,
        };
        let at = usize::try_from(id.index % TILE_WIDTH).unwrap_or(usize::MAX);
        let entry = self.upper.get(&above).and_then(|tile| tile.get(at));
        if entry != Some(&parent(full)) {
            let fault = format!(
                "tile {}/{} is not the one that the level above names",
                id.level, id.index
            );
            checks.fault(Tiles, &fault);
        }
    }

    fn path(&self, level: u8, index: u64) -> Option<String> {
        let tile = TileId { level, index };
        let width = tile_width(tile, self.size);
        (width > 0).then(|| layout::tile(TilePath::Hashes { tile, width }))
    }
}

fn read_tile<R: Read + Seek>(
    path: &str,
    files: &mut Files<'_, R>,
    checks: &mut Checks,
) -> Option<Vec<TreeHash>> {
    let hashes = files
        .read(path, checks)
        .and_then(|bytes| tile_from_bytes(&bytes).ok());
    if hashes.is_none() {
        checks.fault(Tiles, &format!("`{path}` is missing or no row of hashes"));
    }
    hashes
}
