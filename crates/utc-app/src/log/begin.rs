//! What is done to a log from outside, while no server runs.

use std::path::{Path, PathBuf};

use utc_attestation::leaf_hash;
use utc_attestation::log::TreeHash;
use utc_domain::{Draft, KeyId, LeafHash, Placement, SealError, Sealed, Sealer};
use utc_storage::connection::Location;
use utc_storage::log::Rebuilt;

use super::{Guard, LogFault, compare, origin};

/// Puts the guard of a log aside whose database was deleted, and lets the next log begin under another name. Returns where
/// the old guard is kept; none where there was none.
///
/// # Errors
/// [`LogFault::Guard`] when the file cannot be read or written.
pub fn forget(file: &Path, configured: &str) -> Result<Option<PathBuf>, LogFault> {
    let Some(guard) = compare::read_guard(file)?.filter(|guard| guard.size > 0) else {
        return Ok(None);
    };
    let next = Guard {
        origin: origin::next(&guard.origin, configured),
        size: 0,
        root: TreeHash::EMPTY,
    };
    let archived = guard
        .archive(file)
        .and_then(|archived| next.write(file).map(|()| archived));
    archived.map(Some).map_err(|source| LogFault::Guard {
        file: file.display().to_string(),
        source,
    })
}

/// What the guard in this file remembers; none where there is none.
///
/// # Errors
/// [`LogFault::Guard`] when the file cannot be read.
pub fn remembered(file: &Path) -> Result<Option<Guard>, LogFault> {
    compare::read_guard(file)
}

/// Makes the stored tree again from the receipts, and tells `progress` how many are done; none where no log has begun.
///
/// # Errors
/// [`LogFault::Storage`] when the receipts are not those that the head was made from, or the database fails. Nothing is
/// changed then.
pub fn rebuild(
    location: &Location,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Option<Rebuilt>, LogFault> {
    Ok(utc_storage::log::rebuild(location, &LeavesOnly, progress)?)
}

/// Hashes receipts and signs none.
struct LeavesOnly;

impl Sealer for LeavesOnly {
    fn seal(&self, key: &KeyId, _: &Draft, _: &Placement) -> Result<Sealed, SealError> {
        Err(SealError::KeyNotHeld { key: key.clone() })
    }

    fn leaf(&self, jws: &str) -> LeafHash {
        leaf_hash(jws.as_bytes())
    }
}
