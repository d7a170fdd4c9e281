//! The bundle's log against a checkpoint from outside.

use std::error::Error;
use std::io::{Read, Seek};

use utc_attestation::log::{
    Checkpoint, TileId, TilePath, TreeHash, VerifierKey, open_checkpoint, tile_from_bytes,
};

use super::CheckName::Head;
use super::check::Checks;
use super::explain;
use super::history::History;
use super::own::{Apart, OwnLog};
use crate::{Bundle, layout};

/// Where the tiles of a log come from that are not in the bundle: a folder, or another bundle.
pub trait TileSource {
    /// The first `width` hashes of a tile; see [`utc_attestation::log::HashReader::tile`].
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

/// Why a tile from outside cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("it cannot be read")]
pub(super) struct Unreadable(#[source] Box<dyn Error + Send + Sync>);

impl Unreadable {
    pub(super) fn new(error: Box<dyn Error + Send + Sync>) -> Self {
        Self(error)
    }
}

/// Compares the log with a head from outside, which one of `keys` has to have signed. The answer says how
/// they relate.
pub(super) fn check<R: Read + Seek>(
    own: &mut OwnLog<'_, '_, R>,
    text: &str,
    keys: &[&VerifierKey],
    history: &History,
    checks: &mut Checks,
) -> Option<String> {
    let log = own.log;
    let head = open(text, keys).map_err(|why| unknown(text, log, &why));
    let head = checks.value(Head, head)?;
    if let Some(fault) = set_back(&head, log, history) {
        checks.fault(Head, &fault);
        return None;
    }
    match own.compare(&head) {
        Ok(()) => {
            checks.done(Head, "the log is the one of the head from outside");
            Some(describe(log, &head))
        }
        Err(Apart::Unknown(why)) => {
            checks.skip(Head, &why);
            None
        }
        Err(Apart::Rewritten(why)) => {
            checks.fault(Head, &why);
            None
        }
    }
}

/// What a signed note says, if one of the keys signed it.
pub(super) fn open(text: &str, keys: &[&VerifierKey]) -> Result<Checkpoint, String> {
    let mut why = "there is no key to check it with".to_owned();
    for key in keys {
        match open_checkpoint(text, key) {
            Ok(checkpoint) => return Ok(checkpoint),
            Err(error) => why = explain(&error),
        }
    }
    Err(why)
}

/// A head that is none of the log's, as far as its keys are known.
fn unknown(text: &str, log: &Checkpoint, why: &str) -> String {
    let name = text.lines().next().unwrap_or_default();
    let other = if name == log.origin.as_str() {
        String::new()
    } else {
        format!(
            "; it names itself `{name}`, and the log is `{}`",
            log.origin
        )
    };
    format!(
        "the head from outside is not one of this log's: {why}{other}. If another key of the log signed it, give that key too"
    )
}

/// What is wrong with a head that reaches behind the position where the log lost the head's name.
fn set_back(head: &Checkpoint, log: &Checkpoint, history: &History) -> Option<String> {
    let lost = history.lost_name(&head.origin)?;
    (head.size > lost.seq).then(|| {
        format!(
            "the head from outside has {} entries of `{}`. At position {} that log was set back from {} entries and goes on as `{}`: what the head had from there on is gone, and the receipt at that position says so",
            head.size, head.origin, lost.seq, lost.size, log.origin
        )
    })
}

fn describe(log: &Checkpoint, head: &Checkpoint) -> String {
    let name = if head.origin == log.origin {
        String::new()
    } else {
        format!(", which was called `{}` then", head.origin)
    };
    if log.size < head.size {
        return format!(
            "the bundle shows the log as it was at {} entries; the head from outside has {}{name}",
            log.size, head.size
        );
    }
    if log.size == head.size {
        return format!(
            "the log has the {} entries that the head from outside has{name}",
            log.size
        );
    }
    format!(
        "the log of {} entries continues the {} of the head from outside{name}; of the rest its own key vouches",
        log.size, head.size
    )
}
