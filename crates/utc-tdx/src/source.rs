//! Who speaks, and how far they are believed.

use std::fmt;
use std::str::FromStr;

use utc_domain::{DomainError, Pattern};

use crate::bounded::Trust;

/// The name of a source: 1 to 200 visible ASCII characters, so that the URI of a `CloudEvents` source is one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceName(String);

impl SourceName {
    const MAX: usize = 200;

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SourceName {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        if text.is_empty() {
            return Err(DomainError::Empty);
        }
        if let Some((position, c)) = text
            .chars()
            .enumerate()
            .find(|(_, c)| !c.is_ascii_graphic())
        {
            return Err(DomainError::Character {
                code: u32::from(c),
                position,
                allowed: "visible ASCII characters",
            });
        }
        if text.len() > Self::MAX {
            return Err(DomainError::TooLong {
                max: Self::MAX,
                actual: text.len(),
                unit: "characters",
            });
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for SourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The sources that a token may speak for; none when no pattern was given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Speaker(Vec<Pattern>);

impl Speaker {
    /// For the sources that one of the patterns matches.
    pub fn new(sources: Vec<Pattern>) -> Self {
        Self(sources)
    }

    /// Whether it may speak for this one.
    pub fn may_speak_for(&self, source: &SourceName) -> bool {
        self.0
            .iter()
            .any(|pattern| pattern.matches(source.as_str()))
    }
}

/// How a source came to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// It sent something; no person looked at it.
    Appeared,
    /// An admin registered it.
    Registered,
    /// An admin let it lock units alone.
    Authoritative,
}

impl Standing {
    const ALL: [Self; 3] = [Self::Appeared, Self::Registered, Self::Authoritative];

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Appeared => "appeared",
            Self::Registered => "registered",
            Self::Authoritative => "authoritative",
        }
    }

    /// The most that all events of such a source together can say, from 0 to 1.
    pub fn cap(self) -> f64 {
        match self {
            Self::Appeared => 0.4,
            Self::Registered => 0.6,
            Self::Authoritative => 1.0,
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Standing {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let found = Self::ALL.into_iter().find(|value| value.as_str() == text);
        found.ok_or(DomainError::Unknown {
            expected: "`appeared`, `registered`, `authoritative`",
        })
    }
}

/// How far a source is believed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rating {
    /// By how much each of its events counts.
    pub trust: Trust,
    /// What all of them together may say.
    pub standing: Standing,
}

impl Rating {
    /// That of a source which nobody registered: trust 0.6, unreviewed.
    pub const APPEARED: Self = Self {
        trust: Trust::of(0.6),
        standing: Standing::Appeared,
    };
}
