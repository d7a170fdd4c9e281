//! What is done to a log from outside, while no server runs.

use std::path::{Path, PathBuf};

use utc_attestation::leaf_hash;
use utc_attestation::log::TreeHash;
use utc_domain::{Draft, KeyId, LeafHash, Placement, SealError, Sealed, Sealer};
use utc_storage::Store;
use utc_storage::connection::Location;
use utc_storage::log::{Rebuilt, complete};

use super::judge::judge;
use super::start::Found;
use super::{Guard, LogFault, LogOptions, compare, origin};

/// Keeps the guard of a log whose database will be deleted next, and lets the next log begin under another name. Returns
/// where the old guard is kept; none where there was none. Before the deletion: in between, a start refuses.
///
/// # Errors
/// [`LogFault::Guard`] when the file cannot be read or written.
pub fn forget(file: &Path, configured: &str) -> Result<Option<PathBuf>, LogFault> {
    let Some(guard) = compare::read_guard(file)?.filter(|guard| guard.size > 0) else {
        return Ok(None);
    };
    let next = Guard {
        origin: origin::next([guard.origin.as_str()], configured),
        size: 0,
        root: TreeHash::EMPTY,
    };
    let kept = guard.keep(file);
    let kept = kept.and_then(|kept| next.write(file).map(|()| kept));
    kept.map(Some).map_err(|source| LogFault::Guard {
        file: file.display().to_string(),
        source,
    })
}

/// Whether a copy of a database is the log that the guard remembers: none when it is, and what is lost or different where
/// that could be accepted. The copy is brought up to date.
///
/// # Errors
/// [`LogFault`] for a database of another installation's log, or one that cannot be read.
pub fn judge_copy(
    copy: &Location,
    options: &LogOptions,
    data_dir: &Path,
) -> Result<Option<LogFault>, LogFault> {
    let store = Store::open(copy.clone())?;
    complete(&store, &LeavesOnly)?;
    let file = options.guard_path(data_dir);
    let found = Found::read(&store, &file)?;
    found.origin(&options.origin)?;
    match judge(&store, &LeavesOnly, &found, &file) {
        Ok(_) => Ok(None),
        Err(fault @ (LogFault::SetBack { .. } | LogFault::Changed { .. })) => Ok(Some(fault)),
        Err(fault) => Err(fault),
    }
}

/// Makes the stored tree again from the receipts, and tells `progress` how many are done; none where no log has begun.
///
/// # Errors
/// [`LogFault::Storage`] when the receipts are not those that the guard remembers, or the database fails. Nothing is
/// changed then.
pub fn rebuild(
    location: &Location,
    guard: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Option<Rebuilt>, LogFault> {
    let remembered = compare::read_guard(guard)?.map(|guard| (guard.size, guard.root));
    Ok(utc_storage::log::rebuild(
        location,
        &LeavesOnly,
        remembered,
        progress,
    )?)
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
