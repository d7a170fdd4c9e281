//! Reading ZIPs that come from anywhere.

mod directory;
mod error;
mod path;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufReader, Read, Seek};

use zip::read::{ArchiveOffset, Config, ZipFileEntry};
use zip::{CompressionMethod, ZipArchive};

use crate::Limits;
use crate::layout::INDEX;

pub use error::ReadError;
pub(crate) use path::check_path;

/// Files up to this size may be packed as tightly as they like.
const RATIO_MATTERS_FROM: u64 = 1024 * 1024;

/// How much of a large file is in memory at a time.
const PIECE: usize = 64 * 1024;

/// A bundle whose ZIP was found harmless: every file lies where its name says, in one folder, and no
/// reader would see others.
pub struct Bundle<R> {
    archive: ZipArchive<BufReader<R>>,
    files: BTreeMap<String, Packed>,
    limits: Limits,
}

/// Where a file is in the ZIP.
#[derive(Clone, Copy)]
struct Packed {
    index: usize,
    bytes: u64,
}

impl<R: Read + Seek> Bundle<R> {
    /// Looks at the ZIP's directory, and unpacks nothing yet.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if the bytes are no ZIP, exceed one of the limits, or hold anything but plain files
    /// with harmless names in one folder.
    pub fn open(reader: R, limits: Limits) -> Result<Self, ReadError> {
        let mut reader = BufReader::with_capacity(PIECE, reader);
        directory::check(&mut reader, &limits)?;
        // What stands before the first file is refused as well.
        let config = Config {
            archive_offset: ArchiveOffset::Known(0),
        };
        let mut archive = ZipArchive::with_config(config, reader)?;
        // Two directories for one ZIP, or files that overlap, are tricks.
        archive.validate_header_consistency()?;
        let files = files(&archive, &limits)?;
        Ok(Self {
            archive,
            files,
            limits,
        })
    }

    /// The paths of all files, in order.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    pub(crate) fn contains(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// The size of a file, unpacked, in bytes.
    pub(crate) fn bytes(&self, path: &str) -> Option<u64> {
        self.files.get(path).map(|file| file.bytes)
    }

    /// A whole file, which is not longer than [`Limits::file_bytes`].
    pub(crate) fn read(&mut self, path: &str) -> Result<Vec<u8>, ReadError> {
        let file = self.file(path)?;
        if file.bytes > self.limits.file_bytes {
            return Err(ReadError::size(path, file.bytes, self.limits.file_bytes));
        }
        let mut bytes = Vec::new();
        self.unpack(path, file, |piece| bytes.extend_from_slice(piece))?;
        Ok(bytes)
    }

    /// Gives a file piece by piece.
    pub(crate) fn stream(&mut self, path: &str, take: impl FnMut(&[u8])) -> Result<(), ReadError> {
        let file = self.file(path)?;
        self.unpack(path, file, take)
    }

    fn file(&self, path: &str) -> Result<Packed, ReadError> {
        let file = self.files.get(path).copied();
        file.ok_or_else(|| ReadError::Missing {
            path: path.to_owned(),
        })
    }

    /// A file that unpacks to another size than the directory says is refused.
    fn unpack(
        &mut self,
        path: &str,
        file: Packed,
        mut take: impl FnMut(&[u8]),
    ) -> Result<(), ReadError> {
        let mut packed = self.archive.by_index(file.index)?;
        let mut piece = vec![0; PIECE];
        let mut unpacked: u64 = 0;
        loop {
            let read = packed.read(&mut piece)?;
            if read == 0 {
                break;
            }
            unpacked = unpacked.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
            if unpacked > file.bytes {
                break;
            }
            take(piece.get(..read).unwrap_or_default());
        }
        if unpacked == file.bytes {
            return Ok(());
        }
        Err(ReadError::Kind {
            name: path.to_owned(),
            why: "is not as long as the ZIP's directory says",
        })
    }
}

/// Every file by its path below the one folder.
fn files<R: Read + Seek>(
    archive: &ZipArchive<R>,
    limits: &Limits,
) -> Result<BTreeMap<String, Packed>, ReadError> {
    let mut found = Found::default();
    for index in 0..archive.len() {
        found.add(index, &archive.by_index_data(index)?, limits)?;
    }
    match found.folder {
        Some(_) => Ok(found.files),
        None => Err(ReadError::Empty),
    }
}

#[derive(Default)]
struct Found {
    files: BTreeMap<String, Packed>,
    /// Names in lower case: some systems do not tell them apart.
    folded: BTreeSet<String>,
    folder: Option<String>,
    total: u64,
}

impl Found {
    fn add(
        &mut self,
        index: usize,
        entry: &ZipFileEntry<'_>,
        limits: &Limits,
    ) -> Result<(), ReadError> {
        let name = name(entry)?;
        let is_folder = name.ends_with('/');
        let path = self.below_folder(name.trim_end_matches('/'), is_folder)?;
        check_kind(&name, entry)?;
        if is_folder {
            return Ok(());
        }
        check_size(&path, entry, limits)?;
        self.total = self.total.saturating_add(entry.size());
        if self.total > limits.total_bytes {
            let max = limits.total_bytes;
            return Err(ReadError::size("everything together", self.total, max));
        }
        if !self.folded.insert(path.to_ascii_lowercase()) {
            return Err(ReadError::Duplicate { name });
        }
        let bytes = entry.size();
        self.files.insert(path, Packed { index, bytes });
        Ok(())
    }

    /// The path below the folder that the first file named.
    fn below_folder(&mut self, name: &str, is_folder: bool) -> Result<String, ReadError> {
        let (folder, path) = match name.split_once('/') {
            Some(parts) => parts,
            None if is_folder => (name, ""),
            None => return Err(outside(name)),
        };
        let expected = self.folder.get_or_insert_with(|| folder.to_owned());
        if expected == folder {
            Ok(path.to_owned())
        } else {
            Err(outside(name))
        }
    }
}

fn outside(name: &str) -> ReadError {
    ReadError::Folder {
        name: name.to_owned(),
    }
}

fn name(entry: &ZipFileEntry<'_>) -> Result<String, ReadError> {
    let raw = entry.name_raw();
    let text = String::from_utf8_lossy(raw);
    let path = text.strip_suffix('/').unwrap_or(&text);
    match check_path(path) {
        Ok(()) => Ok(text.into_owned()),
        Err(why) => Err(ReadError::Name {
            name: text.escape_debug().take(300).collect(),
            why,
        }),
    }
}

fn check_kind(name: &str, entry: &ZipFileEntry<'_>) -> Result<(), ReadError> {
    /// Of a Unix mode: which kind of file it is, and a plain one or a folder.
    const KIND: u32 = 0o170_000;
    const PLAIN: [u32; 3] = [0, 0o100_000, 0o040_000];
    let kind = entry.unix_mode().map_or(0, |mode| mode & KIND);
    let why = if entry.encrypted() {
        "is encrypted"
    } else if entry.is_symlink() || !PLAIN.contains(&kind) {
        "is a link or a device and not a plain file"
    } else if matches!(
        entry.compression(),
        CompressionMethod::Stored | CompressionMethod::Deflated
    ) {
        return Ok(());
    } else {
        "is packed with a method that is not read here"
    };
    Err(ReadError::Kind {
        name: name.to_owned(),
        why,
    })
}

fn check_size(path: &str, entry: &ZipFileEntry<'_>, limits: &Limits) -> Result<(), ReadError> {
    let bytes = entry.size();
    if path != INDEX && bytes > limits.file_bytes {
        return Err(ReadError::size(path, bytes, limits.file_bytes));
    }
    let allowed = entry.compressed_size().saturating_mul(limits.ratio);
    if bytes > RATIO_MATTERS_FROM && bytes > allowed {
        return Err(ReadError::Ratio {
            name: path.to_owned(),
            max: limits.ratio,
        });
    }
    Ok(())
}
