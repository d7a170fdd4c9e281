//! The guard: what the log's head was, in a file outside the database.
//!
//! Whoever can write to the database can set the log back. The guard remembers size and root, so that this is noticed
//! at the next start. It is written after a commit and before anything is signed over it, never the other way round:
//! a process that is killed in between leaves a database that is ahead of its guard, which is normal.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, fchown};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use utc_attestation::log::TreeHash;

use crate::secret_file::sync_folder;

/// Size and root of a log under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// The log's name in checkpoints.
    pub origin: String,
    /// How many receipts it had.
    pub size: u64,
    /// The root over them.
    pub root: TreeHash,
}

/// A guard as it stands in its file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    origin: String,
    size: u64,
    root: String,
}

impl Guard {
    /// Reads the file; none where there is none.
    pub(crate) fn read(path: &Path) -> io::Result<Option<Self>> {
        match fs::read(path) {
            Ok(bytes) => parse(&bytes).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Puts this guard into the file: whole under another name, on disk, then renamed.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        let _alone = alone(path)?;
        self.replace(path)
    }

    /// Puts this guard into the file unless another process of this log has put a later one there.
    pub(crate) fn advance(&self, path: &Path) -> io::Result<()> {
        let _alone = alone(path)?;
        match Self::read(path)? {
            Some(found) if found.origin == self.origin && found.size >= self.size => Ok(()),
            Some(_) | None => self.replace(path),
        }
    }

    fn replace(&self, path: &Path) -> io::Result<()> {
        let written = Written {
            origin: self.origin.clone(),
            size: self.size,
            root: STANDARD.encode(self.root.as_bytes()),
        };
        let mut bytes = serde_json::to_vec(&written)?;
        bytes.push(b'\n');
        replace(path, &bytes)
    }

    /// Keeps the file under a second name, which tells what it remembers, before another guard takes its place. Returns
    /// that name.
    pub(crate) fn keep(&self, path: &Path) -> io::Result<PathBuf> {
        let mut name = path.as_os_str().to_owned();
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let origin: String = self.origin.chars().map(plain).collect();
        name.push(format!(".{origin}-{}", self.size));
        let kept = PathBuf::from(name);
        match fs::hard_link(path, &kept) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            Ok(()) | Err(_) => {}
        }
        sync_folder(path)?;
        Ok(kept)
    }
}

/// Only one process at a time compares the file and puts another in its place.
fn alone(path: &Path) -> io::Result<File> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let name = PathBuf::from(name);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(&name)?;
    hand_over(&file, path)?;
    file.lock()?;
    Ok(file)
}

/// A file that an administrator makes for a service belongs to the service, as the guard did before.
fn hand_over(file: &File, path: &Path) -> io::Result<()> {
    let Ok(before) = fs::metadata(path) else {
        return Ok(());
    };
    if file.metadata()?.uid() == before.uid() {
        return Ok(());
    }
    fchown(file, Some(before.uid()), Some(before.gid()))
}

fn parse(bytes: &[u8]) -> io::Result<Guard> {
    let written: Written = serde_json::from_slice(bytes)?;
    let root = STANDARD.decode(&written.root).ok();
    let root = root.and_then(|root| <[u8; 32]>::try_from(root).ok());
    let root =
        root.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "`root` is not a hash"))?;
    Ok(Guard {
        origin: written.origin,
        size: written.size,
        root: TreeHash::new(root),
    })
}

/// Puts bytes into a file so that at any moment it holds either the old ones or the new ones.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}.new", std::process::id()));
    let draft = PathBuf::from(draft);
    let mut file = File::options()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    hand_over(&file, path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    sync_folder(path)
}
