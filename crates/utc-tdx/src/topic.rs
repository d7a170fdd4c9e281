//! What an event is about.

use std::fmt;
use std::str::FromStr;

use utc_domain::DomainError;

use crate::text::visible;

const MICROS_PER_HOUR: i64 = 3_600_000_000;

/// What an event is about: free text of 1 to 100 visible characters, five of which have their own half-life.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Topic(String);

impl Topic {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// One of the topics that adapters give.
    pub(crate) fn known(text: &'static str) -> Self {
        Self(text.to_owned())
    }

    /// After how many microseconds an event of this topic counts half.
    pub fn half_life_micros(&self) -> i64 {
        let hours = match self.0.as_str() {
            "runtime" => 6,
            "vulnerability" => 14 * 24,
            "compliance" => 7 * 24,
            // `identity` and `anomaly` live as long as whatever has no half-life of its own.
            _ => 24,
        };
        hours * MICROS_PER_HOUR
    }
}

impl FromStr for Topic {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        visible(text, 100).map(Self)
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
