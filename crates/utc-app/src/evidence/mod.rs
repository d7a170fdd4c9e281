//! Evidence: receipts and what proves them, in one file for whoever does not trust this program.

mod approval;
mod background;
mod fault;
mod file;
mod receipt;
mod request;
mod signals;
mod source;

use std::io::{BufWriter, Seek, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use utc_attestation::log::{LogKey, TreeHash, consistency_proof, open_checkpoint};
use utc_domain::{ReceiptId, Role, Subject};
use utc_evidence::{Export, ExportReceipt, Exported, Progress};
use utc_storage::journal::Receipt;
use utc_storage::log::Tree;

use crate::console::Console;
use crate::log::SignedHead;
use crate::{AppError, Principal};
use file::{Draft, Placed};
use source::StoredLog;

pub use background::KeptBundle;
pub use request::ExportRequest;

/// How long an export waits for a signed head: heads are signed about every second.
const PATIENCE: Duration = Duration::from_secs(10);

/// Everything is written but the receipt of the export and its proof, which waits for the next head.
const SEALING: &str = "sealing";

/// Is told how far an export is: which part, how much of it is done, of how much. It says whether to go on.
pub type Watch<'a> = dyn FnMut(&'static str, u64, u64) -> ControlFlow<()> + 'a;

/// A bundle that was handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundled {
    /// What was asked for, with the unit's own name.
    pub request: ExportRequest,
    /// How many receipts the log had; later ones are not in the bundle.
    pub log_size: u64,
    /// How many receipts are in it.
    pub population: u64,
    /// The file's size in bytes.
    pub bytes: u64,
    /// `sha256:` and the digest of the whole file.
    pub sha256: String,
    /// `sha256:` and the digest of the manifest, which stands for every byte of the payload.
    pub manifest_digest: String,
    /// The receipt of the export.
    pub receipt_id: ReceiptId,
}

impl Console {
    /// Writes a bundle of what the log holds now into a file that must not be there, and records that with a receipt. None
    /// when it was cancelled: then there is neither file nor receipt. Blocks for as long as it takes.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without the role `auditor` on every unit; [`AppError::Invalid`] for an empty period;
    /// [`AppError::NotExported`] when the file cannot be written, or what is stored is no log. No file is left.
    pub fn export(
        &self,
        by: &Principal,
        request: &ExportRequest,
        target: &Path,
        watch: &mut Watch<'_>,
    ) -> Result<Option<Bundled>, AppError> {
        let request = self.checked_export(by, request)?;
        let made = self.bundle(by.name(), &request, target, watch)?;
        Ok(made.map(|(bundled, _)| bundled))
    }

    fn checked_export(
        &self,
        by: &Principal,
        request: &ExportRequest,
    ) -> Result<ExportRequest, AppError> {
        by.may_everywhere(Role::Auditor)?;
        request.check()?;
        Ok(ExportRequest {
            unit: request.unit.as_ref().map(|unit| self.resolve(unit)),
            ..request.clone()
        })
    }

    fn bundle(
        &self,
        by: &Subject,
        request: &ExportRequest,
        target: &Path,
        watch: &mut Watch<'_>,
    ) -> Result<Option<(Bundled, Placed)>, AppError> {
        let (draft, file) = Draft::beside(target)?;
        let head = self.newest_head()?;
        let (key, size) = (self.keeper().key_of(&head), head.checkpoint.size);
        let key = key.map_err(fault::key)?;
        let filter = request.filter();
        let export = Export {
            filter: &filter,
            checkpoint: &head.text,
            key: &key,
        };
        let Some(exported) = self.payload(&export, size, BufWriter::new(file), watch)? else {
            return Ok(None);
        };
        let (population, manifest_digest) = (exported.population(), exported.manifest_digest());
        let receipt = self.record_export(by, request, size, &exported)?.wait()?;
        let placed = draft.place(self.sealed(exported, &receipt, &key, size)?, target)?;
        let bundled = Bundled {
            request: request.clone(),
            log_size: size,
            population,
            bytes: placed.bytes,
            sha256: placed.sha256.clone(),
            manifest_digest,
            receipt_id: receipt.id,
        };
        Ok(Some((bundled, placed)))
    }

    /// Everything but what hangs on the receipt of the export; none when it was cancelled, for the last time it can be.
    fn payload<'e, W: Write + Seek>(
        &self,
        export: &'e Export<'_>,
        size: u64,
        out: W,
        watch: &mut Watch<'_>,
    ) -> Result<Option<Exported<'e, W>>, AppError> {
        let mut source = StoredLog::new(self, export.filter, size)?;
        let mut tell = |stage: utc_evidence::Stage, done, all| watch(stage.as_str(), done, all);
        let written = export.write(&mut source, out, &mut Progress::new(&mut tell));
        let exported = fault::unless_cancelled(written)?;
        Ok(exported.filter(|_| watch(SEALING, 0, 1).is_continue()))
    }

    /// A signed head over everything that is recorded now.
    fn newest_head(&self) -> Result<SignedHead, AppError> {
        let size = self.head()?.map_or(0, |head| head.size);
        let head = self.keeper().covering(size, PATIENCE);
        head.ok_or_else(|| {
            AppError::Unavailable("no head of the log that covers its receipts is signed".into())
        })
    }

    /// Adds the receipt of the export and its proof.
    fn sealed<W: Write + Seek>(
        &self,
        exported: Exported<'_, W>,
        receipt: &Receipt,
        key: &LogKey,
        size: u64,
    ) -> Result<W, AppError> {
        let proof = self.proof_at(receipt.seq)?;
        let proof = proof.ok_or_else(|| self.no_head())?;
        let later = open_checkpoint(&proof.checkpoint, key.verifier_key());
        let later = later.map_err(|_| AppError::Conflict {
            code: "log_key_changed",
            message:
                "the key that signs the log was changed while the bundle was written; begin again"
                    .to_owned(),
        })?;
        let travels = ExportReceipt {
            jws: receipt.jws.clone(),
            proof: proof.to_string(),
            consistency: Some(self.growth(size, later.size)?),
        };
        exported.finish(Some(&travels)).map_err(fault::told)
    }

    /// The proof that the log of one size begins with the log of another.
    fn growth(&self, from: u64, to: u64) -> Result<Vec<TreeHash>, AppError> {
        let sealer = self.keeper().sealer.as_ref();
        self.store().read(|db| {
            consistency_proof(from, to, &mut Tree::new(db, sealer))
                .map_err(|error| AppError::Internal(Box::new(error)))
        })
    }
}

#[cfg(test)]
mod tests;
