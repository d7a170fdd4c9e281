//! Why there are no keys.

use std::sync::Arc;

use utc_outbound::{OutboundError, TargetError};
use utc_tdx::ssf::{JwksError, MAX_JWKS_BYTES};

/// Why there are no keys. Cheap to clone: what failed once is answered for a while.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum KeysError {
    /// The location is neither a path nor a URL that may be called.
    #[error("the location of the keys is no URL")]
    Target(#[source] Arc<TargetError>),
    /// The call failed, or was refused before it was made.
    #[error("the keys could not be fetched")]
    Fetch(#[source] Arc<OutboundError>),
    /// It took too long.
    #[error("the keys did not come in time")]
    Slow,
    /// The answer has another status than 200.
    #[error("the keys could not be fetched: the answer has status {0}")]
    Status(u16),
    /// The file cannot be read.
    #[error("the file of the keys cannot be read")]
    File(#[source] Arc<std::io::Error>),
    /// It is no regular file, or larger than 256 KiB.
    #[error("the keys must be in a regular file of at most {MAX_JWKS_BYTES} bytes")]
    Unfit,
    /// What was read is no key set.
    #[error("what is there is no set of keys")]
    Form(#[source] Arc<JwksError>),
}

impl KeysError {
    /// Whether the location is one that is never called, so that whoever sets it should hear.
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Target(_) => true,
            Self::Fetch(error) => matches!(**error, OutboundError::Refused(_)),
            Self::Slow | Self::Status(_) | Self::File(_) | Self::Unfit | Self::Form(_) => false,
        }
    }

    /// The whole chain of causes in one line.
    pub fn chain(&self) -> String {
        let first: &dyn std::error::Error = self;
        let causes = std::iter::successors(Some(first), |cause| cause.source());
        let texts: Vec<String> = causes.map(ToString::to_string).collect();
        texts.join(": ")
    }
}
