//! What a transmitter is told.

use std::fmt;

use crate::refusal::{QuarantineReason, Refusal};

/// The value of `err` in the answer 400 (RFC 8935, section 2.4; `invalid_state` from Shared Signals 1.0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SetError {
    /// The request is no security event token, or its event has another form.
    InvalidRequest,
    /// The key is unknown, unfit, or did not make the signature.
    InvalidKey,
    /// The issuer is not that of the stream.
    InvalidIssuer,
    /// The token is for somebody else.
    InvalidAudience,
    /// The sender did not prove who it is.
    AuthenticationFailed,
    /// The sender may not send to this source.
    AccessDenied,
    /// A verification event answers no verification that was asked for.
    InvalidState,
}

impl SetError {
    /// The code on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidKey => "invalid_key",
            Self::InvalidIssuer => "invalid_issuer",
            Self::InvalidAudience => "invalid_audience",
            Self::AuthenticationFailed => "authentication_failed",
            Self::AccessDenied => "access_denied",
            Self::InvalidState => "invalid_state",
        }
    }

    pub(crate) fn reason(self) -> QuarantineReason {
        match self {
            Self::InvalidRequest => QuarantineReason::Form,
            Self::InvalidKey | Self::AuthenticationFailed => QuarantineReason::Signature,
            Self::InvalidIssuer | Self::InvalidAudience | Self::InvalidState => {
                QuarantineReason::Claims
            }
            Self::AccessDenied => QuarantineReason::NotGranted,
        }
    }

    pub(crate) fn refuse(self, problem: impl Into<String>) -> Refusal {
        Refusal::Set {
            error: self,
            problem: problem.into(),
        }
    }
}

impl fmt::Display for SetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
