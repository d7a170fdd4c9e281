//! `OpenID` Shared Signals by push: security event tokens (RFC 8417, RFC 8935), strictly.

mod algorithm;
mod claims;
mod error;
mod jwks;
mod mapping;
mod meaning;
mod public_key;
mod receive;
mod subject;
mod token;

pub use algorithm::Algorithm;
pub use error::SetError;
pub use jwks::{JwksError, KeyProblem, KeySet, MAX_JWKS_BYTES};
pub use mapping::{Effect, Mapping, mappings};
pub use meaning::{SetMeaning, StreamStatus};
pub use public_key::PublicKey;
pub use receive::{SET_RETENTION_DAYS, SetReceived, Stream, receive, refuse};

pub(crate) use receive::read_claims;
