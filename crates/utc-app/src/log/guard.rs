//! The guard: what the log's head was, in a file outside the database.
//!
//! Whoever can write to the database can set the log back. The guard remembers size and root, so that this is noticed
//! at the next start. It is written after a commit and before anything is signed over it, never the other way round:
//! a process that is killed in between leaves a database that is ahead of its guard, which is normal.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use utc_attestation::log::TreeHash;

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
        let written = Written {
            origin: self.origin.clone(),
            size: self.size,
            root: STANDARD.encode(self.root.as_bytes()),
        };
        let mut bytes = serde_json::to_vec(&written)?;
        bytes.push(b'\n');
        replace(path, &bytes)
    }

    /// Puts this guard into the file unless another process of this log has put a later one there.
    pub(crate) fn advance(&self, path: &Path) -> io::Result<()> {
        match Self::read(path)? {
            Some(found) if found.origin == self.origin && found.size >= self.size => Ok(()),
            Some(_) | None => self.write(path),
        }
    }

    /// Moves the file aside, under a name that tells what it remembers. Returns the new name.
    pub(crate) fn archive(&self, path: &Path) -> io::Result<PathBuf> {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(
            ".{}-{}",
            self.origin
                .replace(|c: char| !c.is_ascii_alphanumeric(), "_"),
            self.size
        ));
        let archived = PathBuf::from(name);
        fs::rename(path, &archived)?;
        sync_folder(path)?;
        Ok(archived)
    }
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
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    sync_folder(path)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."));
    File::open(folder)?.sync_all()
}
