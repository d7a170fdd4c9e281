//! Where things lie in a bundle.

use utc_attestation::log::TilePath;

/// The one folder that everything lies in.
pub(crate) const FOLDER: &str = "utc-evidence";

pub(crate) const DECLARATION: &str = "bagit.txt";
pub(crate) const BAG_INFO: &str = "bag-info.txt";
pub(crate) const MANIFEST: &str = "manifest-sha256.txt";
pub(crate) const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
pub(crate) const SIGNATURE: &str = "tagmanifest-sha256.txt.sig";
pub(crate) const EXPORT_RECEIPT: &str = "export-receipt.jws";
pub(crate) const EXPORT_PROOF: &str = "export-receipt.tlog-proof";
/// Shows that the log which holds the export's receipt begins with the one of the bundle: a hash a line.
pub(crate) const EXPORT_CONSISTENCY: &str = "export-receipt.consistency";

/// Every file beside the payload that a bundle may have.
pub(crate) const TAG_FILES: [&str; 8] = [
    DECLARATION,
    BAG_INFO,
    MANIFEST,
    TAG_MANIFEST,
    SIGNATURE,
    EXPORT_RECEIPT,
    EXPORT_PROOF,
    EXPORT_CONSISTENCY,
];

/// What every path of the payload begins with.
pub(crate) const PAYLOAD: &str = "data/";

pub(crate) const CHECKPOINT: &str = "data/log/checkpoint";
pub(crate) const EXPORT: &str = "data/export.json";
pub(crate) const INDEX: &str = "data/index.csv";
pub(crate) const REPORT: &str = "data/report.html";
pub(crate) const HOW_TO: &str = "data/VERIFY.md";
pub(crate) const LOG_VKEY: &str = "data/keys/log.vkey";
pub(crate) const LOG_PEM: &str = "data/keys/log.pem";
pub(crate) const JWKS: &str = "data/keys/jwks.json";
pub(crate) const RECEIPT_KEYS: &str = "data/keys/receipt-keys.json";

pub(crate) const RECEIPTS: &str = "data/receipts/";
pub(crate) const POLICIES: &str = "data/policies/";
pub(crate) const APPROVALS: &str = "data/approvals/";
pub(crate) const SIGNALS: &str = "data/signals/";
pub(crate) const PROOFS: &str = "data/proofs/";
pub(crate) const LOG: &str = "data/log/";

pub(crate) const PROOF_ENDING: &str = ".tlog-proof";

/// How many receipts a file holds: four tiles of the log.
pub(crate) const RECEIPTS_PER_FILE: usize = 1_024;

/// The file with the receipts `number × 1,024` and following, counted within the bundle.
pub(crate) fn receipts(number: usize) -> String {
    format!("{RECEIPTS}{number:06}.jsonl")
}

pub(crate) fn proof(receipt: &str) -> String {
    format!("{PROOFS}{receipt}{PROOF_ENDING}")
}

/// The file of a policy set: its digest without `sha256:`, which file systems do not like.
pub(crate) fn policy(digest: &str) -> String {
    let digits = digest.strip_prefix("sha256:").unwrap_or(digest);
    format!("{POLICIES}{digits}.json")
}

/// How many approvals a file holds.
pub(crate) const APPROVALS_PER_FILE: usize = 1_024;

/// The file with the approvals `number × 1,024` and following, in the order of their ids, one JSON document a line.
pub(crate) fn approvals(number: usize) -> String {
    format!("{APPROVALS}{number:06}.jsonl")
}

pub(crate) fn signal(name: &str) -> String {
    format!("{SIGNALS}{name}.json")
}

pub(crate) fn tile(path: TilePath) -> String {
    format!("{LOG}{path}")
}
