//! The bundle's log beside other states of it.

use std::error::Error;
use std::io::{Read, Seek};

use utc_attestation::log::{
    Checkpoint, HashReader, ReadError, TileId, TilePath, TreeHash, consistency_proof, tile_width,
    verify_consistency,
};

use super::explain;
use super::head::{TileSource, Unreadable};
use super::log::{BundleTiles, TileError};
use crate::{Bundle, ReadError as BundleError};

/// The log that a bundle shows, with the tiles that there are.
pub(super) struct OwnLog<'b, 't, R> {
    pub(super) bundle: &'b mut Bundle<R>,
    pub(super) log: &'b Checkpoint,
    /// Tiles from outside: of a newer log, or of a part that the bundle leaves out.
    pub(super) tiles: Option<&'t mut dyn TileSource>,
}

/// Why two states are not shown to be of one log.
pub(super) enum Apart {
    /// Nothing says whether they are.
    Unknown(String),
    /// They are not.
    Rewritten(String),
}

impl<R: Read + Seek> OwnLog<'_, '_, R> {
    /// Shows that the smaller one of the bundle's log and `other` is the beginning of the larger one.
    pub(super) fn compare(&mut self, other: &Checkpoint) -> Result<(), Apart> {
        let (bundle, log) = (&mut *self.bundle, self.log);
        let tiles = match &mut self.tiles {
            Some(tiles) => Some::<&mut dyn TileSource>(*tiles),
            None => None,
        };
        if other.size > log.size {
            let Some(tiles) = tiles else {
                return Err(Apart::Rewritten(newer(log, other)));
            };
            return compare(log, other, &mut Outside(tiles));
        }
        let size = log.size;
        let bundle = BundleTiles { bundle, size };
        compare(other, log, &mut Either { bundle, tiles })
    }
}

pub(super) struct Outside<'t>(pub(super) &'t mut dyn TileSource);

impl HashReader for Outside<'_> {
    type Error = Unreadable;

    fn tile(&mut self, tile: TileId, width: u16) -> Result<Vec<TreeHash>, Unreadable> {
        self.0.tile(tile, width).map_err(Unreadable::new)
    }
}

/// The bundle's tiles, and where it has none, those from outside.
struct Either<'b, 't, R> {
    bundle: BundleTiles<'b, R>,
    tiles: Option<&'t mut dyn TileSource>,
}

/// Why neither has a tile.
#[derive(Debug, thiserror::Error)]
enum Neither {
    #[error(transparent)]
    Bundle(#[from] TileError),
    #[error(transparent)]
    Outside(#[from] Unreadable),
}

impl<R: Read + Seek> HashReader for Either<'_, '_, R> {
    type Error = Neither;

    fn tile(&mut self, tile: TileId, width: u16) -> Result<Vec<TreeHash>, Neither> {
        match (self.bundle.tile(tile, width), &mut self.tiles) {
            (Err(TileError::Read(BundleError::Missing { .. })), Some(tiles)) => {
                Ok(Outside(*tiles).tile(tile, width)?)
            }
            (found, _) => Ok(found?),
        }
    }
}

/// Proves that the newer log begins with the older one, from tiles of the newer.
pub(super) fn compare<T>(old: &Checkpoint, new: &Checkpoint, tiles: &mut T) -> Result<(), Apart>
where
    T: HashReader,
    ReadError<T::Error>: Error,
{
    if old.size == 0 {
        let why = "a log without entries says nothing about another";
        return Err(Apart::Unknown(why.to_owned()));
    }
    let proof = consistency_proof(old.size, new.size, tiles)
        .map_err(|error| Apart::Unknown(absent(&error, new.size)))?;
    verify_consistency(old.size, new.size, old.root, new.root, &proof).map_err(|_| {
        Apart::Rewritten(format!(
            "the log of {} entries does not begin with the log of {} entries: one of them was rewritten",
            new.size, old.size
        ))
    })
}

/// Which tile is needed to compare.
fn absent<E>(error: &ReadError<E>, size: u64) -> String
where
    ReadError<E>: Error,
{
    let why = explain(error);
    match error {
        ReadError::Reader { id, .. } | ReadError::Width { id, .. } => {
            let (tile, width) = (*id, tile_width(*id, size));
            let path = TilePath::Hashes { tile, width };
            format!(
                "not compared: it takes `{path}` of the log, which is not there; give the log's tiles ({why})"
            )
        }
        _ => format!("not compared: {why}"),
    }
}

fn newer(log: &Checkpoint, other: &Checkpoint) -> String {
    format!(
        "the head from outside has {} entries, the bundle's log ends at {}: {} are missing. If the bundle was made before that head, give the log's tiles to prove it, or a head from that time",
        other.size,
        log.size,
        other.size - log.size
    )
}
