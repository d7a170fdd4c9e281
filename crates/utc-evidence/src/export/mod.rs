//! From a log to a bundle.

mod error;
mod filter;
mod pages;
mod payload;
mod progress;
mod records;
mod source;
mod summary;
mod tiles;

use std::io::{Seek, Write};

use utc_attestation::log::{LogKey, TreeHash};

pub use error::ExportError;
pub use filter::{Claim, Filter};
pub(crate) use payload::HOW_TO_TEXT;
pub use progress::{Progress, Stage};
pub use source::{Entry, KeyRange, Record, Source};
pub(crate) use summary::{About, FORMAT, FileCounts, FilterText, Software, Summary};

use crate::layout::{EXPORT_CONSISTENCY, EXPORT_PROOF, EXPORT_RECEIPT};
use crate::write::TagWriter;
use payload::Assembly;

/// What to export, and from which state of the log.
pub struct Export<'a> {
    /// Which receipts.
    pub filter: &'a Filter,
    /// The log's signed checkpoint. The bundle shows the log as it was at this size.
    pub checkpoint: &'a str,
    /// The log's key. It signs the bundle, and has signed the checkpoint.
    pub key: &'a LogKey,
}

impl Export<'_> {
    /// Writes everything but the tag files that depend on the export's own receipt.
    ///
    /// Memory does not grow with the number of receipts, but for some bytes for each proof that is
    /// written. `progress` is told before each page; with [`std::ops::ControlFlow::Break`] it ends the export.
    ///
    /// # Errors
    ///
    /// [`ExportError`]: the source or the output failed, what the source gives is no part of this log, or
    /// the export was cancelled.
    pub fn write<S: Source, W: Write + Seek>(
        &self,
        source: &mut S,
        out: W,
        progress: &mut Progress<'_>,
    ) -> Result<Exported<'_, W>, ExportError> {
        let assembly = Assembly::begin(self, source, out, progress)?;
        let (writer, population) = assembly.write()?;
        Ok(Exported {
            writer,
            population,
            key: self.key,
        })
    }
}

/// A bundle that lacks its last tag files.
///
/// Now the export gets its receipt, which says how much was exported, by which filter, by whom, and
/// the digest of the payload's manifest. It lies in the log behind everything that the bundle shows, so
/// the bytes of the payload do not hang on it; it travels with the bundle as a tag file.
pub struct Exported<'k, W: Write + Seek> {
    writer: TagWriter<W>,
    population: u64,
    key: &'k LogKey,
}

/// The receipt of an export, and the proof that it is in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportReceipt {
    /// The receipt.
    pub jws: String,
    /// Its `tlog-proof`, against a checkpoint that was signed later.
    pub proof: String,
    /// The consistency proof (RFC 6962, section 2.1.2) from the bundle's checkpoint to the proof's. Without it, the
    /// bundle does not show by itself that the receipt is in the same log.
    pub consistency: Option<Vec<TreeHash>>,
}

impl<W: Write + Seek> Exported<'_, W> {
    /// `sha256:` and the digest of `manifest-sha256.txt`. It stands for every byte of the payload.
    pub fn manifest_digest(&self) -> String {
        crate::digest::labelled(&self.writer.manifest())
    }

    /// How many receipts are in the bundle.
    pub fn population(&self) -> u64 {
        self.population
    }

    /// The payload's size, unpacked, in bytes.
    pub fn octets(&self) -> u64 {
        self.writer.octets()
    }

    /// Adds the export's receipt, signs the list of tag files and completes the ZIP.
    ///
    /// # Errors
    ///
    /// [`ExportError`] if the output cannot be written.
    pub fn finish(mut self, receipt: Option<&ExportReceipt>) -> Result<W, ExportError> {
        if let Some(receipt) = receipt {
            let line = format!("{}\n", receipt.jws);
            self.writer.file(EXPORT_RECEIPT, line.as_bytes())?;
            self.writer.file(EXPORT_PROOF, receipt.proof.as_bytes())?;
            if let Some(hashes) = &receipt.consistency {
                let lines: String = hashes.iter().map(|hash| hash.to_string() + "\n").collect();
                self.writer.file(EXPORT_CONSISTENCY, lines.as_bytes())?;
            }
        }
        self.writer.finish(self.key)
    }
}
