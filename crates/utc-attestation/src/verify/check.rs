//! What a verification reports.

use std::fmt;

use utc_domain::KeyId;

use crate::Claims;

/// What is checked, in the order of checking. The last six are about the log, which this crate does
/// not see: who has the log adds them with [`Verification::push`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CheckName {
    /// The token is at most 64 KiB long.
    Size,
    /// The token has exactly three segments.
    Segments,
    /// Every segment is strict base64url.
    Base64url,
    /// The header is one strict JSON object with the expected members only.
    HeaderJson,
    /// The algorithm is the one that is configured.
    Algorithm,
    /// The key is one of the keys held here.
    Key,
    /// Nothing in the header asks for extensions.
    Critical,
    /// The type is exact.
    Type,
    /// The tag is right.
    Tag,
    /// Issuer and audience are exact.
    IssuerAudience,
    /// The times are of the right type, agree, and lie in a sane range.
    Times,
    /// The claims are those of a receipt.
    Claims,
    /// The key was the log's active key at this position.
    KeyRange,
    /// The log has this receipt at its position.
    Seq,
    /// The receipt continues the one before it.
    Chain,
    /// The log's leaf hash is that of the token.
    Leaf,
    /// The leaf is included in the log's tree.
    Inclusion,
    /// The tree is the one of a signed checkpoint.
    Checkpoint,
}

impl CheckName {
    /// The checks of the token alone, in order.
    pub const TOKEN: [Self; 12] = [
        Self::Size,
        Self::Segments,
        Self::Base64url,
        Self::HeaderJson,
        Self::Algorithm,
        Self::Key,
        Self::Critical,
        Self::Type,
        Self::Tag,
        Self::IssuerAudience,
        Self::Times,
        Self::Claims,
    ];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Size => "size",
            Self::Segments => "segments",
            Self::Base64url => "base64url",
            Self::HeaderJson => "header_json",
            Self::Algorithm => "algorithm",
            Self::Key => "key",
            Self::Critical => "critical",
            Self::Type => "type",
            Self::Tag => "tag",
            Self::IssuerAudience => "issuer_audience",
            Self::Times => "times",
            Self::Claims => "claims",
            Self::KeyRange => "key_range",
            Self::Seq => "seq",
            Self::Chain => "chain",
            Self::Leaf => "leaf",
            Self::Inclusion => "inclusion",
            Self::Checkpoint => "checkpoint",
        }
    }
}

impl fmt::Display for CheckName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It holds.
    Ok,
    /// It does not hold.
    Failed,
    /// Nothing is known; the detail says why.
    NotChecked,
}

impl Outcome {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::NotChecked => "not_checked",
        }
    }
}

/// One check and how it came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was checked.
    pub name: CheckName,
    /// How it came out.
    pub outcome: Outcome,
    /// What was found, for a person. Of the token's own text it holds key ids at most.
    pub detail: String,
}

/// All checks of one token, and what may be believed of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Verification {
    /// Every check of [`CheckName::TOKEN`] in order, then those that were pushed.
    pub checks: Vec<Check>,
    /// The claims, if every check of the token came out well.
    pub claims: Option<Claims>,
    /// All verified claims, unknown ones included, if the tag is right and they are strict JSON.
    pub payload: Option<serde_json::Value>,
    /// The key that the header names, if it has the form of a key id: a mere claim until `tag` is
    /// ok.
    pub kid: Option<KeyId>,
}

impl Verification {
    /// Whether every check came out well, the tag among them. One that was not made is not well, but for one: where others
    /// had the key, the log's signed tree vouches for the bytes instead.
    pub fn valid(&self) -> bool {
        let tag = self.checks.iter().any(|check| check.name == CheckName::Tag);
        let in_tree = [CheckName::Inclusion, CheckName::Checkpoint]
            .iter()
            .all(|name| self.outcome(*name) == Outcome::Ok);
        let well = |check: &Check| match check.outcome {
            Outcome::Ok => true,
            Outcome::Failed => false,
            Outcome::NotChecked => check.name == CheckName::KeyRange && in_tree,
        };
        tag && self.checks.iter().all(well)
    }

    /// Whether a check failed: what is still to be checked changes nothing about that.
    pub fn refuted(&self) -> bool {
        let mut checks = self.checks.iter();
        checks.any(|check| check.outcome == Outcome::Failed)
    }

    /// The outcome of a check; [`Outcome::NotChecked`] for one that is not listed.
    pub fn outcome(&self, name: CheckName) -> Outcome {
        let found = self.checks.iter().find(|check| check.name == name);
        found.map_or(Outcome::NotChecked, |check| check.outcome)
    }

    /// Adds a check that somebody else made.
    pub fn push(&mut self, check: Check) {
        self.checks.push(check);
    }
}
