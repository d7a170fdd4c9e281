//! Secrets that are made once where none is configured.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// The signing secret's name in the data folder.
const SIGNING: &str = "hmac.secret";

/// Reads the signing secret from the data folder, or makes it: 32 random bytes in hexadecimal.
pub(crate) fn signing_secret(folder: &Path) -> io::Result<String> {
    let text = read_or_make(&folder.join(SIGNING), || {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        Ok(Zeroizing::new(hex(&bytes)))
    })?;
    Ok(text.trim().to_owned())
}

/// Reads a secret from its file, or makes it, mode 0600. Of two processes that make it at once, one wins and both
/// read that one.
pub(crate) fn read_or_make(
    path: &Path,
    make: impl FnOnce() -> io::Result<Zeroizing<String>>,
) -> io::Result<Zeroizing<String>> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => write(path, &make()?),
        other => other.map(Zeroizing::new),
    }
}

fn write(path: &Path, secret: &str) -> io::Result<Zeroizing<String>> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
    }
    // Written whole under another name and then linked: nobody ever reads half a secret.
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}", std::process::id()));
    let draft = PathBuf::from(draft);
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(secret.as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    sync_folder(path)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        Ok(()) | Err(_) => fs::read_to_string(path).map(Zeroizing::new),
    }
}

/// A name that is not on disk is lost with the power.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."));
    fs::File::open(folder)?.sync_all()
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut out, byte| {
            // Writing to a string cannot fail.
            let _ = write!(out, "{byte:02x}");
            out
        })
}
