//! Opening the log: is it the one that was acknowledged, and does this process hold its key?

use std::fs;
use std::path::Path;
use std::sync::Arc;

use utc_attestation::log::{LogKey, TreeHash};
use utc_domain::Sealer;
use utc_storage::journal::{Head, read_head};
use utc_storage::rows::signers::{self, SignerRow};
use utc_storage::{Store, log};

use super::compare;
use super::judge::{self, Due};
use super::signer::{Seed, next_path, old_path};
use super::{Accepted, Guard, LogFault, origin};
use crate::options::Options;
use crate::secret_file::sync_folder;

/// A log that may be used, and what is to be recorded first.
pub(crate) struct Opened {
    /// The verifier key that the log has or will have.
    pub(crate) vkey: String,
    /// What has to be recorded once the log has begun.
    pub(crate) due: Option<Due>,
    /// What is wrong with a log that is opened only to look at it.
    pub(crate) fault: Option<LogFault>,
}

/// What is there before anything is written.
pub(super) struct Found {
    pub(super) head: Option<Head>,
    /// Every key that signs or signed, oldest first.
    pub(super) signers: Vec<SignerRow>,
    pub(super) guard: Option<Guard>,
}

impl Found {
    pub(super) fn size(&self) -> u64 {
        self.head.as_ref().map_or(0, |head| head.size)
    }

    /// The key that signs.
    pub(super) fn signer(&self) -> Option<&SignerRow> {
        self.signers
            .iter()
            .find(|signer| signer.until_seq.is_none())
    }

    pub(super) fn read(store: &Store, guard: &Path) -> Result<Self, LogFault> {
        // The guard first: whatever it covers was committed before it was written.
        let guard = compare::read_guard(guard)?;
        let (head, signers) = store.read(|db| {
            let signers = signers::all(db)?;
            Ok::<_, LogFault>((read_head(db)?, signers))
        })?;
        Ok(Self {
            head,
            signers,
            guard,
        })
    }

    /// The log's name: the one it signs with, the one that waits for it, or the first.
    pub(super) fn origin(&self, configured: &str) -> Result<String, LogFault> {
        let signs = self.signer().map(|signer| name_in(&signer.vkey).to_owned());
        let waits = self.guard.as_ref().filter(|_| self.size() == 0);
        let name = signs
            .or_else(|| waits.map(|guard| guard.origin.clone()))
            .unwrap_or_else(|| configured.to_owned());
        if origin::belongs(&name, configured) {
            return Ok(name);
        }
        Err(LogFault::OtherOrigin {
            found: name,
            configured: configured.to_owned(),
        })
    }
}

/// The log's name in a verifier key.
pub(super) fn name_in(vkey: &str) -> &str {
    vkey.split('+').next().unwrap_or_default()
}

/// Compares the database with its guard, reads the key or makes it for a log that begins, and makes the tree of a log from
/// before trees were kept.
pub(crate) fn open(
    store: &Store,
    sealer: &Arc<dyn Sealer>,
    options: &Options,
) -> Result<Opened, LogFault> {
    let opened = open_whole(store, sealer, options);
    match (opened, &options.log.accepted) {
        (Err(fault), Some(Accepted::Looking)) => Ok(Opened {
            vkey: String::new(),
            due: None,
            fault: Some(fault),
        }),
        (opened, _) => opened,
    }
}

fn open_whole(
    store: &Store,
    sealer: &Arc<dyn Sealer>,
    options: &Options,
) -> Result<Opened, LogFault> {
    log::complete(store, sealer.as_ref())?;
    let guard_file = options.log.guard_path(&options.data_dir);
    let key_file = options.log.key_path(&options.data_dir);
    let found = Found::read(store, &guard_file)?;
    let name = found.origin(&options.log.origin)?;
    let key = held_key(&key_file, found.signer(), &name)?;
    let due = judge::due(store, sealer.as_ref(), options, &found)?;
    let fresh = found.size() == 0 && found.guard.is_none();
    if fresh {
        begin_guard(&name, &guard_file)?;
    }
    Ok(Opened {
        vkey: key.verifier_key().to_string(),
        due,
        fault: None,
    })
}

/// Remembers that nothing has been recorded yet under this name.
fn begin_guard(origin: &str, file: &Path) -> Result<(), LogFault> {
    let empty = Guard {
        origin: origin.to_owned(),
        size: 0,
        root: TreeHash::EMPTY,
    };
    empty.advance(file).map_err(|source| LogFault::Guard {
        file: file.display().to_string(),
        source,
    })
}

/// The key of the log. A key that a rotation recorded and could not yet put in its place is put there now.
fn held_key(file: &Path, signer: Option<&SignerRow>, name: &str) -> Result<LogKey, LogFault> {
    let Some(signer) = signer else {
        return Seed::open(file, true)?.under(name);
    };
    let held = Seed::open(file, false)?.under(name)?;
    if held.verifier_key().to_string() == signer.vkey {
        return Ok(held);
    }
    let next = next_path(file);
    if next.exists() {
        let recorded = Seed::open(&next, false)?.under(name)?;
        if recorded.verifier_key().to_string() == signer.vkey {
            take_place(&next, file)?;
            return Ok(recorded);
        }
    }
    Err(LogFault::OtherKey {
        active: signer.vkey.clone(),
        file: file.display().to_string(),
    })
}

/// Puts the next key into the place of the one before, which is kept beside it.
pub(super) fn take_place(next: &Path, file: &Path) -> Result<(), LogFault> {
    let kept = old_path(file);
    let moved = fs::copy(file, &kept)
        .and_then(|_| fs::rename(next, file))
        .and_then(|()| sync_folder(file));
    moved.map_err(|source| LogFault::Key {
        file: file.display().to_string(),
        source,
    })
}
