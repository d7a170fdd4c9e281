//! Who sends trust signals, for people.

use std::fmt;
use std::str::FromStr;

use utc_domain::{DomainError, Scope, Timestamp};
use utc_tdx::ssf::StreamStatus;
use utc_tdx::{SourceName, Standing, Trust};
use zeroize::Zeroizing;

/// How a source proves itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceSignature {
    /// By a token that may speak for it.
    Token,
    /// By a secret, as Standard Webhooks.
    StandardWebhooks,
    /// By a secret, as GitHub.
    GitHub,
    /// By keys of its own, as Shared Signals.
    Ssf,
}

impl SourceSignature {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Token, Self::StandardWebhooks, Self::GitHub, Self::Ssf];

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::StandardWebhooks => "standard_webhooks",
            Self::GitHub => "github",
            Self::Ssf => "ssf",
        }
    }
}

impl fmt::Display for SourceSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SourceSignature {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let found = Self::ALL.into_iter().find(|value| value.as_str() == text);
        found.ok_or(DomainError::Unknown {
            expected: "`token`, `standard_webhooks`, `github`, `ssf`",
        })
    }
}

/// What an admin sets of a source. It replaces what was set before, but for a secret that is not given again.
pub struct SourceConfig {
    /// How far it is believed.
    pub trust: Trust,
    /// Whether it may lock units alone: [`Standing::Authoritative`], else [`Standing::Registered`].
    pub standing: Standing,
    /// How it proves itself.
    pub signature: SourceSignature,
    /// What it signs with, as the format writes it; none: what is stored stays.
    pub secret: Option<Zeroizing<String>>,
    /// Where its keys are: a path or a URL.
    pub jwks: Option<String>,
    /// Its `iss`.
    pub issuer: Option<String>,
    /// What `aud` may name.
    pub audience: Vec<String>,
    /// The id of its stream.
    pub stream_id: Option<String>,
    /// The units that it may speak about. With patterns, also by label.
    pub units: Scope,
}

/// How a source is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceHealth {
    /// It was heard lately.
    Heard,
    /// It never said anything.
    Silent,
    /// Nothing is to be expected from it: its stream is paused or off, or it has not been heard for a day.
    Stale,
}

impl SourceHealth {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Heard => "heard",
            Self::Silent => "silent",
            Self::Stale => "stale",
        }
    }
}

/// A source.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceView {
    /// Its name.
    pub name: SourceName,
    /// How far it is believed.
    pub trust: Trust,
    /// How it came to be known.
    pub standing: Standing,
    /// How it proves itself.
    pub signature: SourceSignature,
    /// Whether there is a secret to verify with.
    pub has_secret: bool,
    /// Where its keys are.
    pub jwks: Option<String>,
    /// Its `iss`.
    pub issuer: Option<String>,
    /// What `aud` may name.
    pub audience: Vec<String>,
    /// The id of its stream.
    pub stream_id: Option<String>,
    /// What it last said of its stream.
    pub stream_status: Option<StreamStatus>,
    /// Why, in its words.
    pub stream_reason: Option<String>,
    /// When it last answered a verification.
    pub verified_at: Option<Timestamp>,
    /// The units that it may speak about.
    pub units: Scope,
    /// When it was first heard of.
    pub created_at: Timestamp,
    /// When a person last changed it.
    pub updated_at: Timestamp,
    /// Who did.
    pub updated_by: String,
    /// The receipt of that; none for a source that only appeared.
    pub receipt_id: Option<String>,
    /// When it last said anything.
    pub last_seen_at: Option<Timestamp>,
    /// How many events were taken from it.
    pub events: u64,
    /// How many came again.
    pub repeats: u64,
    /// How it is doing.
    pub health: SourceHealth,
}
