//! Writing a bundle: a bag (RFC 8493) in a ZIP, file after file, with flat memory.

use std::io::{self, Seek, Write};

use sha2::{Digest, Sha256};
use utc_attestation::log::LogKey;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::Limits;
use crate::bag::{Bag, Line};
use crate::export::ExportError;
use crate::layout::{BAG_INFO, DECLARATION, FOLDER, INDEX, MANIFEST, SIGNATURE, TAG_MANIFEST};

/// Tokens are base64 of what does not repeat: more effort would hardly make them smaller.
const LEVEL: i64 = 4;

/// Writes files into the bundle and remembers their hashes.
///
/// Every file has the same time stamp and mode, so that the same files give the same ZIP. What a reader would
/// refuse is not written.
pub(crate) struct BundleWriter<W: Write + Seek> {
    zip: ZipWriter<W>,
    open: Option<Open>,
    lines: Vec<Line>,
    octets: u64,
    files: u64,
    limits: Limits,
}

struct Open {
    path: String,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write + Seek> BundleWriter<W> {
    pub(crate) fn new(out: W, limits: Limits) -> Self {
        Self {
            zip: ZipWriter::new(out),
            open: None,
            lines: Vec::new(),
            octets: 0,
            files: 0,
            limits,
        }
    }

    /// Begins a file; what is written from now on belongs to it.
    pub(crate) fn begin(&mut self, path: &str) -> Result<(), ExportError> {
        self.end()?;
        self.files += 1;
        if self.files > self.limits.entries {
            let (what, max) = ("files", self.limits.entries);
            return Err(ExportError::TooMany { what, max });
        }
        self.zip
            .start_file(format!("{FOLDER}/{path}"), options(path))?;
        self.open = Some(Open {
            path: path.to_owned(),
            hash: Sha256::new(),
            bytes: 0,
        });
        Ok(())
    }

    /// Writes a whole file.
    pub(crate) fn file(&mut self, path: &str, bytes: &[u8]) -> Result<(), ExportError> {
        self.begin(path)?;
        self.write_all(bytes)?;
        self.end()
    }

    /// Ends the file that is open, if any.
    pub(crate) fn end(&mut self) -> Result<(), ExportError> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        if open.path != INDEX && open.bytes > self.limits.file_bytes {
            let (path, max) = (open.path, self.limits.file_bytes);
            return Err(ExportError::TooLong { path, max });
        }
        if self.octets > self.limits.total_bytes {
            let (what, max) = ("bytes", self.limits.total_bytes);
            return Err(ExportError::TooMany { what, max });
        }
        self.lines.push(Line {
            path: open.path,
            sha256: open.hash.finalize().into(),
        });
        Ok(())
    }

    /// The files so far, by path.
    fn take_lines(&mut self) -> Vec<Line> {
        let mut lines = std::mem::take(&mut self.lines);
        lines.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        lines
    }

    /// Ends the payload: everything so far. What follows are tag files.
    pub(crate) fn finish_payload(mut self, bag: &Bag) -> Result<TagWriter<W>, ExportError> {
        self.end()?;
        let payload = self.take_lines();
        let octets = self.octets;
        self.file(DECLARATION, crate::bag::DECLARATION_TEXT.as_bytes())?;
        self.file(BAG_INFO, bag.info(octets, payload.len()).as_bytes())?;
        self.begin(MANIFEST)?;
        for line in &payload {
            writeln!(self, "{line}")?;
        }
        self.end()?;
        let manifest = self.lines.last().map(|line| line.sha256);
        Ok(TagWriter {
            writer: self,
            manifest: manifest.unwrap_or_default(),
            octets,
        })
    }
}

impl<W: Write + Seek> Write for BundleWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let open = self.open.as_mut();
        let open = open.ok_or_else(|| io::Error::other("no file was begun"))?;
        let written = self.zip.write(bytes)?;
        open.hash.update(bytes.get(..written).unwrap_or_default());
        let bytes = u64::try_from(written).unwrap_or(u64::MAX);
        open.bytes += bytes;
        self.octets += bytes;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.zip.flush()
    }
}

/// A bundle whose payload is complete.
pub(crate) struct TagWriter<W: Write + Seek> {
    writer: BundleWriter<W>,
    manifest: [u8; 32],
    octets: u64,
}

impl<W: Write + Seek> TagWriter<W> {
    /// The SHA-256 of the payload's manifest, which stands for every byte of the payload.
    pub(crate) fn manifest(&self) -> [u8; 32] {
        self.manifest
    }

    /// The payload's size, unpacked, in bytes.
    pub(crate) fn octets(&self) -> u64 {
        self.octets
    }

    pub(crate) fn file(&mut self, path: &str, bytes: &[u8]) -> Result<(), ExportError> {
        self.writer.file(path, bytes)
    }

    /// Lists the tag files, signs the list, and completes the ZIP.
    pub(crate) fn finish(mut self, key: &LogKey) -> Result<W, ExportError> {
        let tags = self.writer.take_lines();
        let mut list = String::new();
        for line in &tags {
            // Writing to a string cannot fail.
            let _ = std::fmt::Write::write_fmt(&mut list, format_args!("{line}\n"));
        }
        self.writer.file(TAG_MANIFEST, list.as_bytes())?;
        self.writer
            .file(SIGNATURE, &key.sign_detached(list.as_bytes())?)?;
        Ok(self.writer.zip.finish()?)
    }
}

fn options(path: &str) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(LEVEL))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644)
        // Only the index grows beyond what the short headers can say.
        .large_file(path == INDEX)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn what_no_reader_would_take_is_not_written() {
        let limits = Limits {
            entries: 3,
            file_bytes: 10,
            total_bytes: 20,
            ..Limits::USUAL
        };
        let writer = || BundleWriter::new(Cursor::new(Vec::new()), limits);
        let mut long = writer();
        assert!(long.file("data/a", &[0; 10]).is_ok());
        let refused = long.file("data/b", &[0; 11]);
        assert!(matches!(refused, Err(ExportError::TooLong { max: 10, .. })));

        let mut heavy = writer();
        assert!(heavy.file("data/a", &[0; 10]).is_ok() && heavy.file("data/b", &[0; 10]).is_ok());
        let refused = heavy.file("data/c", &[0; 1]);
        assert!(matches!(refused, Err(ExportError::TooMany { max: 20, .. })));

        let mut many = writer();
        assert!(
            ["a", "b", "c"]
                .iter()
                .all(|path| many.file(path, &[]).is_ok())
        );
        let refused = many.file("d", &[]);
        assert!(matches!(refused, Err(ExportError::TooMany { max: 3, .. })));
    }
}
