//! Why a delivery was not taken.

use std::fmt;

use crate::ssf::SetError;

/// What is wrong with a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureProblem {
    /// None came along, or none in a form that this receiver checks.
    Missing,
    /// No secret of the source made it, or it has none: whoever asks is not told which.
    Mismatch,
}

impl fmt::Display for SignatureProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "the signature is missing or has another form",
            Self::Mismatch => "the signature does not verify",
        })
    }
}

/// Why a delivery was not taken. Nothing of a refused delivery is kept but this.
///
/// The messages hold no text from outside but names that were checked, so they may be answered and stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The body is larger than a receiver reads.
    #[error("the body has {actual} bytes, at most {max} are read")]
    TooLarge {
        /// The most that is read, in bytes.
        max: usize,
        /// The size of the body, in bytes.
        actual: usize,
    },
    /// The media type is another one.
    #[error("`content-type` must be {expected}")]
    MediaType {
        /// What would be right.
        expected: &'static str,
    },
    /// A header is missing, there twice, or has another form.
    #[error("header `{name}` {problem}")]
    Header {
        /// Its name, in lower case.
        name: &'static str,
        /// What is wrong.
        problem: &'static str,
    },
    /// The body is not JSON with one meaning.
    #[error("the body is not valid JSON: {problem}")]
    Json {
        /// What the parser says.
        problem: String,
    },
    /// The body is nested deeper than it may be.
    #[error("the JSON is nested more than {max} deep")]
    Depth {
        /// The depth that is allowed.
        max: usize,
    },
    /// A member of the body is missing or wrong.
    #[error("`{pointer}` {problem}")]
    Form {
        /// Where, as a JSON pointer of names that this receiver knows.
        pointer: String,
        /// What is wrong.
        problem: String,
    },
    /// More events in one delivery than are taken.
    #[error("{actual} events in one delivery, at most {max} are taken")]
    TooMany {
        /// The most that are taken.
        max: usize,
        /// How many came.
        actual: usize,
    },
    /// The token may not speak for the source.
    #[error("this token may not speak for the source `{source_name}`")]
    NotGranted {
        /// Who it spoke for.
        source_name: String,
    },
    /// The source is registered to prove itself in another way.
    #[error(
        "the source `{source_name}` proves itself by {expected}, and this delivery did not; send it so, or let an admin change the source's `signature`"
    )]
    OtherProof {
        /// Who it spoke for.
        source_name: String,
        /// The way that it is registered for.
        expected: &'static str,
    },
    /// The sender did not prove who it is.
    #[error("{0}")]
    Signature(SignatureProblem),
    /// The sender signed a time that is too far from now.
    #[error("the signed time is {seconds} s away from now, at most {max} s are allowed")]
    Stale {
        /// How far away it is, in seconds.
        seconds: u64,
        /// How far it may be, in seconds.
        max: u64,
    },
    /// Something that this receiver does not take, in a valid delivery.
    #[error("this receiver takes {expected}")]
    Unsupported {
        /// What it takes.
        expected: &'static str,
    },
    /// A security event token does not hold.
    #[error("{problem}")]
    Set {
        /// The code of RFC 8935, section 2.4, or of Shared Signals.
        error: SetError,
        /// What is wrong.
        problem: String,
    },
}

impl Refusal {
    pub(crate) fn form(pointer: &str, problem: impl Into<String>) -> Self {
        Self::Form {
            pointer: pointer.to_owned(),
            problem: problem.into(),
        }
    }

    /// Under which heading it goes into the quarantine list.
    pub fn reason(&self) -> QuarantineReason {
        match self {
            Self::TooLarge { .. } => QuarantineReason::TooLarge,
            Self::MediaType { .. } => QuarantineReason::MediaType,
            Self::Json { .. } | Self::Depth { .. } => QuarantineReason::Json,
            Self::Header { .. } | Self::Form { .. } | Self::TooMany { .. } => {
                QuarantineReason::Form
            }
            Self::NotGranted { .. } | Self::OtherProof { .. } => QuarantineReason::NotGranted,
            Self::Signature(_) => QuarantineReason::Signature,
            Self::Stale { .. } => QuarantineReason::Stale,
            Self::Unsupported { .. } => QuarantineReason::Unsupported,
            Self::Set { error, .. } => error.reason(),
        }
    }

    /// What the sender of a security event token is told in `err`.
    pub fn set_error(&self) -> SetError {
        match self {
            Self::Set { error, .. } => *error,
            Self::NotGranted { .. } | Self::OtherProof { .. } => SetError::AccessDenied,
            Self::Signature(_) => SetError::AuthenticationFailed,
            Self::TooLarge { .. }
            | Self::MediaType { .. }
            | Self::Header { .. }
            | Self::Json { .. }
            | Self::Depth { .. }
            | Self::Form { .. }
            | Self::TooMany { .. }
            | Self::Stale { .. }
            | Self::Unsupported { .. } => SetError::InvalidRequest,
        }
    }
}

/// The headings of the quarantine list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QuarantineReason {
    /// The body is too large.
    TooLarge,
    /// The media type is another one.
    MediaType,
    /// The body is not JSON, or nested too deeply.
    Json,
    /// A header or a member is missing or wrong.
    Form,
    /// The sender may not speak for the source.
    NotGranted,
    /// The sender did not prove who it is.
    Signature,
    /// The signed time is too far from now.
    Stale,
    /// Something that the receiver does not take.
    Unsupported,
    /// The claims of a token are not for this stream.
    Claims,
    /// An id that is known came again with other content.
    Conflict,
    /// The source sent more than it may.
    Quota,
}

impl QuarantineReason {
    /// The name on the wire, in the database and in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::MediaType => "media_type",
            Self::Json => "json",
            Self::Form => "form",
            Self::NotGranted => "not_granted",
            Self::Signature => "signature",
            Self::Stale => "stale",
            Self::Unsupported => "unsupported",
            Self::Claims => "claims",
            Self::Conflict => "conflict",
            Self::Quota => "quota",
        }
    }
}

impl fmt::Display for QuarantineReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
