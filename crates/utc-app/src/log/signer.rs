//! The key that signs checkpoints, in its file.

use std::io;
use std::path::{Path, PathBuf};

use utc_attestation::log::{LogKey, Origin};
use zeroize::Zeroizing;

use super::LogFault;
use crate::secret_file::{hex, read_or_make};

/// The secret part of the key, under no log's name yet.
pub(crate) struct Seed(Zeroizing<[u8; 32]>);

impl Seed {
    /// Reads the key, or makes it where `may_make`.
    pub(crate) fn open(path: &Path, may_make: bool) -> Result<Self, LogFault> {
        let make = || {
            if !may_make {
                return Err(io::Error::from(io::ErrorKind::NotFound));
            }
            let mut bytes = Zeroizing::new([0_u8; 32]);
            getrandom::fill(bytes.as_mut_slice()).map_err(io::Error::other)?;
            Ok(Zeroizing::new(hex(bytes.as_slice())))
        };
        let text = read_or_make(path, make).and_then(|text| decode(text.trim()));
        text.map(Self).map_err(|source| LogFault::Key {
            file: path.display().to_string(),
            source,
        })
    }

    /// The key of the log with this name.
    pub(crate) fn under(&self, origin: &str) -> Result<LogKey, LogFault> {
        let named: Origin = origin.parse().map_err(|source| LogFault::Origin {
            origin: origin.to_owned(),
            source,
        })?;
        Ok(LogKey::from_seed(named, &self.0))
    }
}

/// Where the next key waits until its change is recorded.
pub(crate) fn next_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".next");
    PathBuf::from(name)
}

/// Where the key before is kept.
pub(crate) fn old_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".old");
    PathBuf::from(name)
}

fn decode(text: &str) -> io::Result<Zeroizing<[u8; 32]>> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    let wrong = || io::Error::new(io::ErrorKind::InvalidData, "not 64 hexadecimal digits");
    if text.len() != 64 {
        return Err(wrong());
    }
    for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
        let digits = text.get(at..at + 2).ok_or_else(wrong)?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
    }
    Ok(bytes)
}
