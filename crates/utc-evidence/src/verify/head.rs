//! The bundle's log against a checkpoint from outside.

use std::error::Error;
use std::io::{Read, Seek};

use utc_attestation::log::{
    Checkpoint, HashReader, ReadError, TileId, TilePath, TreeHash, VerifierKey, consistency_proof,
    open_checkpoint, tile_from_bytes, verify_consistency,
};

use super::CheckName::Head;
use super::check::Checks;
use super::explain;
use super::log::BundleTiles;
use crate::{Bundle, layout};

/// Where the tiles of a newer log come from: a folder, or another bundle.
pub trait TileSource {
    /// The first `width` hashes of a tile; see [`HashReader::tile`].
    ///
    /// # Errors
    ///
    /// Whatever keeps the source from it.
    fn tile(
        &mut self,
        tile: TileId,
        width: u16,
    ) -> Result<Vec<TreeHash>, Box<dyn Error + Send + Sync>>;
}

impl<R: Read + Seek> TileSource for Bundle<R> {
    /// Of a tile that is not full, the bundle has as much as there was when it was made.
    fn tile(
        &mut self,
        tile: TileId,
        width: u16,
    ) -> Result<Vec<TreeHash>, Box<dyn Error + Send + Sync>> {
        let paths = (width..=256).map(|width| layout::tile(TilePath::Hashes { tile, width }));
        let path = paths.into_iter().find(|path| self.contains(path));
        let bytes = self.read(&path.ok_or("it is not in the bundle")?)?;
        let mut hashes = tile_from_bytes(&bytes)?;
        hashes.truncate(usize::from(width));
        Ok(hashes)
    }
}

pub(super) struct Outside<'t>(pub(super) &'t mut dyn TileSource);

/// Why a tile from outside cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("it cannot be read")]
pub(super) struct Unreadable(#[source] Box<dyn Error + Send + Sync>);

impl HashReader for Outside<'_> {
    type Error = Unreadable;

    fn tile(&mut self, tile: TileId, width: u16) -> Result<Vec<TreeHash>, Unreadable> {
        self.0.tile(tile, width).map_err(Unreadable)
    }
}

/// Compares the log with a head from outside. The answer says how they relate.
pub(super) fn check<R: Read + Seek>(
    bundle: &mut Bundle<R>,
    log: &Checkpoint,
    head: &str,
    key: &VerifierKey,
    tiles: Option<&mut dyn TileSource>,
    checks: &mut Checks,
) -> Option<String> {
    let head = open_checkpoint(head, key).map_err(|error| {
        format!(
            "the head from outside is not one of this log's: {}",
            explain(&error)
        )
    });
    let head = checks.value(Head, head)?;
    let (old, new) = if head.size <= log.size {
        (&head, log)
    } else {
        (log, &head)
    };
    if old.size == 0 {
        checks.skip(Head, "a log without entries says nothing about another");
        return None;
    }
    if head.size > log.size {
        let Some(tiles) = tiles else {
            checks.fault(Head, &newer(log, &head));
            return None;
        };
        return compare(old, new, &mut Outside(tiles), checks).map(|()| describe_newer(log, &head));
    }
    let size = log.size;
    compare(old, new, &mut BundleTiles { bundle, size }, checks).map(|()| describe(log, &head))
}

/// Proves that the newer log begins with the older one, from tiles of the newer.
pub(super) fn compare<T>(
    old: &Checkpoint,
    new: &Checkpoint,
    tiles: &mut T,
    checks: &mut Checks,
) -> Option<()>
where
    T: HashReader,
    ReadError<T::Error>: Error,
{
    let proof = match consistency_proof(old.size, new.size, tiles) {
        Ok(proof) => proof,
        Err(error) => {
            let why = explain(&error);
            checks.skip(
                Head,
                &format!("the tiles to compare with are not all there: {why}"),
            );
            return None;
        }
    };
    let consistent = verify_consistency(old.size, new.size, old.root, new.root, &proof);
    let consistent = consistent.map_err(|_| {
        format!(
            "the log of {} entries does not begin with the log of {} entries: one of them was rewritten",
            new.size, old.size
        )
    });
    checks.value(Head, consistent)?;
    checks.done(Head, "the log is the one of the head from outside");
    Some(())
}

fn describe(log: &Checkpoint, head: &Checkpoint) -> String {
    if log.size == head.size {
        return format!(
            "the log has the {} entries that the head from outside has",
            log.size
        );
    }
    format!(
        "the log of {} entries continues the {} of the head from outside; of the rest its own key vouches",
        log.size, head.size
    )
}

fn describe_newer(log: &Checkpoint, head: &Checkpoint) -> String {
    format!(
        "the bundle shows the log as it was at {} entries; the head from outside has {}",
        log.size, head.size
    )
}

fn newer(log: &Checkpoint, head: &Checkpoint) -> String {
    format!(
        "the head from outside has {} entries, the bundle's log ends at {}: {} are missing. If the bundle was made before that head, give the log's tiles to prove it, or a head from that time",
        head.size,
        log.size,
        head.size - log.size
    )
}
