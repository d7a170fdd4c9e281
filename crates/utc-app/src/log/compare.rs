//! The database's log against what is remembered of it.

use std::path::Path;

use utc_attestation::log::{ReadError, TreeHash, consistency_proof, root_at, verify_consistency};
use utc_domain::Sealer;
use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::journal::Head;
use utc_storage::log::Tree;

use super::{Guard, LogFault};

/// The head of the log as the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) size: u64,
    pub(crate) root: TreeHash,
    /// The log's name: the first part of its verifier key.
    pub(crate) origin: String,
    pub(crate) vkey: String,
}

impl Seen {
    pub(crate) fn new(head: &Head, vkey: String) -> Self {
        let origin = vkey.split('+').next().unwrap_or_default().to_owned();
        Self {
            size: head.size,
            root: head.frontier.root(),
            origin,
            vkey,
        }
    }
}

/// The guard, where there is one.
pub(crate) fn read_guard(file: &Path) -> Result<Option<Guard>, LogFault> {
    Guard::read(file).map_err(|source| LogFault::Guard {
        file: file.display().to_string(),
        source,
    })
}

/// Whether the log is the one that the guard remembers, grown since or not, and its tree the one that its head says.
///
/// Two roots that are each right could still come from different receipts where the stored tiles contradict each other;
/// a consistency proof leads to both from the same hashes.
pub(crate) fn check(
    db: &mut Db,
    sealer: &dyn Sealer,
    seen: &Seen,
    guard: &Guard,
    file: &Path,
) -> Result<(), LogFault> {
    let (size, origin) = (guard.size, guard.origin.clone());
    let file = file.display().to_string();
    if seen.size < size {
        return Err(LogFault::SetBack {
            found: seen.size,
            size,
            origin,
            file,
        });
    }
    let mut tree = Tree::new(db, sealer);
    let grown = match size {
        _ if guard.origin != seen.origin => false,
        0 => guard.root == TreeHash::EMPTY && head_is(&mut tree, seen)?,
        _ if size == seen.size => guard.root == seen.root && head_is(&mut tree, seen)?,
        _ => continues(&mut tree, guard, seen)?,
    };
    if grown {
        Ok(())
    } else {
        Err(LogFault::Changed { size, origin, file })
    }
}

/// Whether the stored tree has the root that the head says.
fn head_is(tree: &mut Tree<'_>, seen: &Seen) -> Result<bool, LogFault> {
    readable(root_at(seen.size, tree)).map(|root| root == Some(seen.root))
}

/// Whether the tree of the head begins with the one that is remembered.
fn continues(tree: &mut Tree<'_>, guard: &Guard, seen: &Seen) -> Result<bool, LogFault> {
    let proof = readable(consistency_proof(guard.size, seen.size, tree))?;
    Ok(proof.is_some_and(|proof| {
        verify_consistency(guard.size, seen.size, guard.root, seen.root, &proof).is_ok()
    }))
}

/// What was read from the tree; none where receipts are missing.
pub(super) fn readable<T>(read: Result<T, ReadError<StorageError>>) -> Result<Option<T>, LogFault> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(ReadError::Reader { source, .. }) => match source {
            StorageError::NotFound => Err(LogFault::Tree),
            StorageError::MissingReceipts { .. } => Ok(None),
            source => Err(LogFault::Storage(source)),
        },
        // The enum may grow; whatever else there is speaks of the tree.
        Err(_) => Err(LogFault::Tree),
    }
}
