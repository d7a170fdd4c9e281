//! Exports on the wire: what is asked for, and how one stands.

use serde::{Deserialize, Serialize};
use utc_app::evidence::{Bundled, ExportRequest, KeptBundle};
use utc_app::{WorkId, WorkView};
use utoipa::ToSchema;

use super::parts::Fields;
use super::work::Ended;
use crate::problem::Problem;

/// Which receipts go into the bundle. What is absent does not restrict.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EvidenceBody {
    /// Receipts of this time or later (ISO 8601).
    from: Option<String>,
    /// Receipts before this time (ISO 8601).
    to: Option<String>,
    /// Receipts about this unit.
    unit: Option<String>,
    /// Receipts of this subject.
    subject: Option<String>,
}

impl EvidenceBody {
    pub(crate) fn into_request(self) -> Result<ExportRequest, Problem> {
        let mut fields = Fields::default();
        let request = ExportRequest {
            from: fields.read_optional("/from", self.from.as_deref()),
            to: fields.read_optional("/to", self.to.as_deref()),
            unit: fields.read_optional("/unit", self.unit.as_deref()),
            subject: fields.read_optional("/subject", self.subject.as_deref()),
        };
        fields.finish()?;
        Ok(request)
    }
}

/// An export has begun.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EvidenceStarted {
    /// Its id.
    id: String,
    /// Where to ask how it stands.
    status_url: String,
}

impl EvidenceStarted {
    pub(crate) fn new(id: WorkId) -> Self {
        Self {
            id: id.to_string(),
            status_url: format!("/api/v1/evidence/{id}"),
        }
    }

    pub(crate) fn status_url(&self) -> &str {
        &self.status_url
    }
}

/// How an export stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EvidenceView {
    /// Its id.
    id: String,
    /// `running`, `done`, `failed` or `cancelled`.
    state: &'static str,
    /// Who began it.
    started_by: String,
    /// When.
    started_at: String,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
    /// How far it is.
    progress: StageView,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// The receipt of the export, once it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt_id: Option<String>,
    /// What there is to fetch, once it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<EvidenceResult>,
}

/// How far an export is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StageView {
    /// Which part of the bundle is being written: `receipts`, `index`, `tiles`, `proofs`, `records`, `sealing`.
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<&'static str>,
    /// How much of this part is done: positions of the log, tiles, proofs, files.
    done: u64,
    /// Of how much; 0 until that is known.
    total: u64,
}

/// A bundle that can be fetched.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EvidenceResult {
    /// Where to fetch it, for as long as this process remembers it.
    download_url: String,
    /// How many receipts are in it.
    population: u64,
    /// How many receipts the log had; later ones are not in it.
    log_size: u64,
    /// The file's size in bytes.
    bytes: u64,
    /// `sha256:` and the digest of the file.
    sha256: String,
    /// `sha256:` and the digest of `manifest-sha256.txt`, which the receipt of the export names.
    manifest_digest: String,
}

impl EvidenceResult {
    fn new(id: WorkId, bundled: &Bundled) -> Self {
        Self {
            download_url: format!("/api/v1/evidence/{id}/download"),
            population: bundled.population,
            log_size: bundled.log_size,
            bytes: bundled.bytes,
            sha256: bundled.sha256.clone(),
            manifest_digest: bundled.manifest_digest.clone(),
        }
    }
}

impl From<WorkView<KeptBundle>> for EvidenceView {
    fn from(view: WorkView<KeptBundle>) -> Self {
        let Ended { error, done } = Ended::of(&view, |kept| {
            let result = EvidenceResult::new(view.id, &kept.bundled);
            (kept.bundled.receipt_id.to_string(), result)
        });
        let (receipt_id, result) = done.unzip();
        Self {
            id: view.id.to_string(),
            state: view.state.as_str(),
            started_by: view.started_by.to_string(),
            started_at: view.started_at.to_string(),
            ended_at: view.ended_at.map(|at| at.to_string()),
            progress: StageView {
                stage: view.stage,
                done: view.done,
                total: view.total,
            },
            error,
            receipt_id,
            result,
        }
    }
}
