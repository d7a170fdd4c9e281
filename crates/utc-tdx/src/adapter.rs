//! Which receiver took an event, and how it knew the sender.

use std::fmt;
use std::str::FromStr;

use utc_domain::DomainError;

/// The format that an event came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Adapter {
    /// The console's own JSON.
    Native,
    /// `CloudEvents` 1.0.
    CloudEvents,
    /// Standard Webhooks.
    Webhook,
    /// Security alerts of GitHub.
    GitHub,
    /// Prometheus Alertmanager, version 4.
    Alertmanager,
    /// Falco.
    Falco,
    /// `OpenID` Shared Signals, by push.
    Ssf,
}

impl Adapter {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Native,
        Self::CloudEvents,
        Self::Webhook,
        Self::GitHub,
        Self::Alertmanager,
        Self::Falco,
        Self::Ssf,
    ];

    /// The name in paths, in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::CloudEvents => "cloudevents",
            Self::Webhook => "webhook",
            Self::GitHub => "github",
            Self::Alertmanager => "alertmanager",
            Self::Falco => "falco",
            Self::Ssf => "ssf",
        }
    }
}

impl fmt::Display for Adapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Adapter {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let found = Self::ALL.into_iter().find(|value| value.as_str() == text);
        found.ok_or(DomainError::Unknown {
            expected: "`native`, `cloudevents`, `webhook`, `github`, `alertmanager`, `falco`, `ssf`",
        })
    }
}

/// What proved who sent an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// A token of this installation that may speak for the source.
    Token,
    /// An HMAC over the bytes, with a secret of the source.
    Hmac,
    /// A signature by the source's key of this `kid`.
    Jws {
        /// The key that verified.
        kid: String,
    },
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token => f.write_str("token"),
            Self::Hmac => f.write_str("hmac"),
            Self::Jws { kid } => write!(f, "jws:{kid}"),
        }
    }
}
