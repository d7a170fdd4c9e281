//! What an event is about, in the source's words.

use std::fmt;
use std::str::FromStr;

use utc_domain::DomainError;

use crate::text::visible;

/// A name that a source knows a thing by, or `key=value`, a label of it: 1 to 200 visible characters.
///
/// The names of units hold no `=`, so the two cannot be mistaken for each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entity(String);

impl Entity {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Key and value, when it is a label.
    pub fn label(&self) -> Option<(&str, &str)> {
        self.0.split_once('=')
    }
}

impl FromStr for Entity {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        visible(text, 200).map(Self)
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
