//! The database's log against what is remembered of it.

use std::path::Path;

use utc_attestation::log::{ReadError, TreeHash, root_at};
use utc_domain::Sealer;
use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::journal::Head;
use utc_storage::log::{MISSING, Tree};

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
        let found = seen.size;
        return Err(LogFault::SetBack {
            found,
            size,
            origin,
            file,
        });
    }
    let mut tree = Tree::new(db, sealer);
    let same = guard.origin == seen.origin && whole_root(&mut tree, size)? == Some(guard.root);
    if !same {
        return Err(LogFault::Changed { size, origin, file });
    }
    if root(&mut tree, seen.size)? == seen.root {
        Ok(())
    } else {
        Err(LogFault::Tree)
    }
}

/// The root at a size; none where receipts are missing below it.
fn whole_root(tree: &mut Tree<'_>, size: u64) -> Result<Option<TreeHash>, LogFault> {
    match root(tree, size) {
        Ok(root) => Ok(Some(root)),
        Err(LogFault::Storage(StorageError::Corrupt { column, .. })) if column == MISSING => {
            Ok(None)
        }
        Err(fault) => Err(fault),
    }
}

fn root(tree: &mut Tree<'_>, size: u64) -> Result<TreeHash, LogFault> {
    root_at(size, tree).map_err(|error| match error {
        ReadError::Reader {
            source: StorageError::NotFound,
            ..
        } => LogFault::Tree,
        ReadError::Reader { source, .. } => LogFault::Storage(source),
        // The enum may grow; whatever else there is speaks of the tree.
        _ => LogFault::Tree,
    })
}
