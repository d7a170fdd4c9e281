//! Why a console does not open.

use utc_domain::KeyId;
use utc_storage::StorageError;

use crate::AppError;
use crate::log::LogFault;

/// Why a console did not open.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The database cannot be used.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The secret cannot be read or made.
    #[error("cannot read or make the signing secret in `{folder}`")]
    SecretFile {
        /// The data folder.
        folder: String,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
    /// The data keys cannot be read or made.
    #[error("cannot read or make the data keys in `{file}`")]
    DataKeys {
        /// The file.
        file: String,
        /// What is wrong with it.
        #[source]
        source: std::io::Error,
    },
    /// A secret is not usable.
    #[error("the signing secrets are not usable")]
    Keys(#[source] utc_attestation::KeyError),
    /// The log was signed with another key.
    #[error(
        "the log's active key is `{active}`, the configured secret is `{configured}`. To keep the log, put the old secret \
         back as HMAC_SECRET, the new one into HMAC_SECRET_NEXT, and run `utc-admin keys rotate`"
    )]
    OtherKey {
        /// The key that the log names.
        active: KeyId,
        /// The key that is configured.
        configured: KeyId,
    },
    /// The log is not the one that was acknowledged, or cannot be signed.
    #[error(transparent)]
    Log(#[from] LogFault),
    /// The first entry could not be written.
    #[error("the log could not be opened")]
    Begin(#[source] AppError),
}
