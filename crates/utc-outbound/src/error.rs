//! Why there is no answer.

use std::error::Error;
use std::fmt;

use hyper_util::client::legacy;

use crate::body::BodyFailed;
use crate::dial::DialError;
use crate::{BoxError, Refusal};

/// Why there is no answer, or not all of it.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// The policy refuses an address of the host.
    #[error("the address is refused")]
    Refused(#[source] Refusal),
    /// The host has no address, or its addresses cannot be found out.
    #[error("`{host}` cannot be resolved")]
    Resolve {
        /// The host.
        host: String,
        /// Why.
        #[source]
        source: BoxError,
    },
    /// Nobody takes connections there.
    #[error("cannot connect")]
    Connect(#[source] BoxError),
    /// The other side does not prove who it is, or does not speak TLS as we do.
    #[error("TLS cannot be agreed on")]
    Tls(#[source] BoxError),
    /// It took too long.
    #[error("{0}")]
    Timeout(Phase),
    /// The connection closed before any of the request was sent.
    #[error("the connection closed before the request was sent")]
    NotSent(#[source] BoxError),
    /// The connection broke, or what came over it is not HTTP.
    #[error("the connection broke")]
    Broken(#[source] BoxError),
    /// The caller's own body broke off or had another length than was said.
    #[error("the request could not be sent to its end")]
    Body(#[source] BoxError),
    /// The body of the answer is larger than it may be.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// How large it may be, in bytes.
        limit: usize,
    },
    /// The method cannot be sent.
    #[error("`CONNECT` cannot be sent")]
    Method,
    /// TLS cannot be set up in this process.
    #[error("TLS cannot be set up")]
    Setup(#[source] rustls::Error),
}

/// What took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// To resolve the name, to connect and to agree on TLS.
    Connect,
    /// From the last piece of the request to the head of the answer.
    FirstByte,
    /// Between two pieces of the answer's body.
    Idle,
}

impl OutboundError {
    /// Whether it is certain that none of the request went out, so that to send it again cannot do anything twice.
    pub fn is_unsent(&self) -> bool {
        match self {
            Self::Refused(_)
            | Self::Resolve { .. }
            | Self::Connect(_)
            | Self::Tls(_)
            | Self::Timeout(Phase::Connect)
            | Self::NotSent(_)
            | Self::Method
            | Self::Setup(_) => true,
            Self::Timeout(Phase::FirstByte | Phase::Idle)
            | Self::Broken(_)
            | Self::Body(_)
            | Self::TooLarge { .. } => false,
        }
    }

    /// Whether the other side could not be reached or did not answer in time: what a breaker counts.
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Resolve { .. } | Self::Connect(_) | Self::Tls(_) | Self::Timeout(_) => true,
            Self::Refused(_)
            | Self::NotSent(_)
            | Self::Broken(_)
            | Self::Body(_)
            | Self::TooLarge { .. }
            | Self::Method
            | Self::Setup(_) => false,
        }
    }

    pub(crate) fn broken(error: hyper::Error) -> Self {
        match find::<BodyFailed>(&error) {
            Some(_) => Self::Body(error.into()),
            None => Self::Broken(error.into()),
        }
    }
}

impl From<DialError> for OutboundError {
    fn from(error: DialError) -> Self {
        match error {
            DialError::Refused(refusal) => Self::Refused(refusal),
            DialError::Resolve { host, source } => Self::Resolve {
                host,
                source: source.into(),
            },
            DialError::Connect(source) => Self::Connect(source),
            DialError::Tls(source) => Self::Tls(source),
            DialError::Timeout => Self::Timeout(Phase::Connect),
        }
    }
}

/// Errors of ours come back wrapped by the client; what they were is found among the causes.
impl From<legacy::Error> for OutboundError {
    fn from(error: legacy::Error) -> Self {
        match find::<DialError>(&error) {
            Some(DialError::Refused(refusal)) => Self::Refused(*refusal),
            Some(DialError::Resolve { host, .. }) => Self::Resolve {
                host: host.clone(),
                source: error.into(),
            },
            Some(DialError::Connect(_)) => Self::Connect(error.into()),
            Some(DialError::Tls(_)) => Self::Tls(error.into()),
            Some(DialError::Timeout) => Self::Timeout(Phase::Connect),
            None if error.is_connect() => Self::Connect(error.into()),
            None if find::<BodyFailed>(&error).is_some() => Self::Body(error.into()),
            None if find::<hyper::Error>(&error).is_some_and(hyper::Error::is_canceled) => {
                Self::NotSent(error.into())
            }
            None => Self::Broken(error.into()),
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "no connection in time",
            Self::FirstByte => "no answer in time",
            Self::Idle => "the answer stopped coming",
        })
    }
}

/// The first error of type `T` among `error` and its causes.
pub(crate) fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}
