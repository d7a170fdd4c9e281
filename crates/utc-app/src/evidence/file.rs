//! The file of a bundle: whole under its name, or not there at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use tempfile::TempPath;

use super::fault;
use crate::AppError;
use crate::secret_file::hex;

/// How much of a file is read at once for its digest, in bytes.
const PIECE: usize = 64 * 1024;

/// A bundle that is being written, under another name in the folder where it will lie. It goes when this is dropped.
pub(super) struct Draft(TempPath);

/// A bundle in its place.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    pub(super) sha256: String,
    /// Open and locked for as long as this process wants the file: see [`sweep`].
    _file: File,
}

impl Draft {
    /// Begins a file that only its owner can read. Refuses at once what could not be put into its place at the end.
    pub(super) fn beside(target: &Path) -> Result<(Self, File), AppError> {
        if fs::symlink_metadata(target).is_ok() {
            return Err(fault::file(io::ErrorKind::AlreadyExists.into()));
        }
        let made = tempfile::Builder::new()
            .prefix(".utc-evidence-")
            .suffix(".part")
            .tempfile_in(folder(target))
            .map_err(fault::file)?;
        let (file, path) = made.into_parts();
        // Where locks do not work, nothing is swept away either.
        let _ = file.lock_shared();
        Ok((Self(path), file))
    }

    /// Puts it on disk and into its place, unless something is there by now.
    pub(super) fn place(self, out: BufWriter<File>, target: &Path) -> Result<Placed, AppError> {
        let flushed = out.into_inner().map_err(io::IntoInnerError::into_error);
        let mut file = flushed.map_err(fault::file)?;
        let (bytes, sha256) = digest(&mut file).map_err(fault::file)?;
        file.sync_all().map_err(fault::file)?;
        let placed = self.0.persist_noclobber(target);
        placed.map_err(|refused| fault::file(refused.error))?;
        let on_disk = File::open(folder(target)).and_then(|folder| folder.sync_all());
        on_disk.map_err(fault::file)?;
        Ok(Placed {
            path: target.to_owned(),
            bytes,
            sha256,
            _file: file,
        })
    }
}

fn folder(target: &Path) -> &Path {
    let parent = target.parent();
    let named = parent.filter(|parent| !parent.as_os_str().is_empty());
    named.unwrap_or(Path::new("."))
}

fn digest(file: &mut File) -> io::Result<(u64, String)> {
    file.rewind()?;
    let (mut hash, mut piece, mut bytes) = (Sha256::new(), vec![0; PIECE], 0);
    loop {
        let read = file.read(&mut piece)?;
        let Some(part) = piece.get(..read).filter(|part| !part.is_empty()) else {
            return Ok((bytes, format!("sha256:{}", hex(&hash.finalize()))));
        };
        hash.update(part);
        bytes += u64::try_from(read).unwrap_or(u64::MAX);
    }
}

/// Makes the folder for bundles that wait to be fetched, for its owner only.
pub(super) fn make_folder(folder: &Path) -> Result<(), AppError> {
    use std::os::unix::fs::DirBuilderExt as _;
    let made = fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder);
    made.map_err(fault::file)
}

/// Deletes what processes that are gone left in the folder: no living one holds a lock on it.
pub(super) fn sweep(folder: &Path) -> io::Result<usize> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        other => other?,
    };
    let mut swept = 0;
    for entry in entries {
        let path = entry?.path();
        let file = File::open(&path)?;
        if file.metadata()?.is_file() && file.try_lock().is_ok() {
            fs::remove_file(&path)?;
            swept += 1;
        }
    }
    Ok(swept)
}
