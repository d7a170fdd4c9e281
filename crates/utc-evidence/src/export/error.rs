//! Why there is no bundle.

use std::error::Error;

use utc_attestation::log::NoteError;

/// Why an export ended without a bundle.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// Whoever watched the progress ended it.
    #[error("the export was cancelled")]
    Cancelled,
    /// The output could not be written.
    #[error("the bundle cannot be written")]
    Io(#[from] std::io::Error),
    /// The output could not be written as a ZIP.
    #[error("the bundle cannot be packed")]
    Zip(#[from] zip::result::ZipError),
    /// The source failed.
    #[error("the contents of the bundle cannot be read")]
    Source(#[source] Box<dyn Error + Send + Sync>),
    /// The source gave tiles that do not belong to the log.
    #[error("the log's tiles do not fit its size")]
    Tiles(#[source] Box<dyn Error + Send + Sync>),
    /// The root that the tiles lead to is not the checkpoint's.
    #[error("the log's tiles do not lead to the root of the checkpoint")]
    Root,
    /// The checkpoint is not one of this log's.
    #[error("the checkpoint is not one that the log's key signed")]
    Checkpoint(#[from] NoteError),
    /// What is stored at a position is no receipt.
    #[error("the entry at position {seq} is not a receipt: {why}")]
    Receipt {
        /// The position.
        seq: u64,
        /// What is wrong with it.
        why: String,
    },
    /// The source gave receipts out of order, or one that says another position.
    #[error("the receipt at position {seq} came out of order, or says another position")]
    Order {
        /// The position that the source gave.
        seq: u64,
    },
    /// The source has no policy set with a digest that a receipt names, or another one under it.
    #[error("the policy set `{digest}`, which a receipt names, is not stored as it was")]
    Policy {
        /// The digest.
        digest: String,
    },
    /// The name of a record could not be a file's.
    #[error("the record's name `{name}` must be letters, digits, `-` and `_`")]
    Name {
        /// The name.
        name: String,
    },
    /// A record is no JSON document, or about something else.
    #[error("the record of `{name}` {why}")]
    Record {
        /// What it should be about.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// There is more than any verifier reads, see [`crate::Limits`].
    #[error(
        "the bundle would have more than {max} {what}, which verifiers refuse: export a shorter period"
    )]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there may be.
        max: u64,
    },
    /// A file is longer than any verifier reads, see [`crate::Limits`].
    #[error("`{path}` would have more than {max} bytes, which verifiers refuse")]
    TooLong {
        /// The file.
        path: String,
        /// How long it may be.
        max: u64,
    },
    /// The report could not be laid out.
    #[error("the report cannot be written")]
    Report(#[from] tera::Error),
    /// What the bundle says about itself could not be written.
    #[error("the summary cannot be written")]
    Summary(#[from] serde_json::Error),
}

impl ExportError {
    pub(crate) fn source<E: Error + Send + Sync + 'static>(error: E) -> Self {
        Self::Source(Box::new(error))
    }
}
