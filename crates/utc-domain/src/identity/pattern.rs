//! Which subjects and units a right is about.

use std::fmt;
use std::str::FromStr;

use crate::DomainError;
use crate::name::normalise;

/// The most patterns in one [`Scope`].
pub const MAX_PATTERNS: usize = 50;

/// An anchored glob: `*` is any text inside one part between `:` and `/`, `**` any text at all, everything else is
/// itself. 1 to 200 visible characters in normal form C.
///
/// ```
/// use utc_domain::Pattern;
///
/// let pattern: Pattern = "route:/payments/*".parse()?;
/// assert!(pattern.matches("route:/payments/17"));
/// assert!(!pattern.matches("route:/payments/17/items"));
/// # Ok::<(), utc_domain::DomainError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern(String);

impl Pattern {
    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the whole of `text` matches.
    pub fn matches(&self, text: &str) -> bool {
        matches(self.0.as_bytes(), text.as_bytes())
    }
}

impl FromStr for Pattern {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        normalise(text, 200).map(Self)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where to go on when what follows a star did not fit: the rest of the pattern behind the star, and the rest of the
/// text that the star has not swallowed.
#[derive(Clone, Copy)]
struct Star<'a> {
    pattern: &'a [u8],
    text: &'a [u8],
}

impl<'a> Star<'a> {
    /// Lets the star swallow one byte more.
    fn swallow(&mut self, within_part: bool) -> Option<(&'a [u8], &'a [u8])> {
        let (first, rest) = self.text.split_first()?;
        if within_part && is_separator(*first) {
            return None;
        }
        self.text = rest;
        Some((self.pattern, rest))
    }
}

fn is_separator(byte: u8) -> bool {
    byte == b':' || byte == b'/'
}

/// Each star first swallows nothing, and one byte more whenever what follows does not fit. Only the last star of each
/// kind is ever taken up again: a `**` makes every choice before it irrelevant, and so does a later `*` within the
/// same part, because literal text with a separator has one place only. So this takes at most |pattern| × |text|
/// steps. Bytes are compared, which is the same as characters: separators are ASCII, and literal text begins
/// with the first byte of a character.
fn matches<'a>(mut pattern: &'a [u8], mut text: &'a [u8]) -> bool {
    let mut part: Option<Star<'_>> = None;
    let mut across: Option<Star<'_>> = None;
    loop {
        match (pattern, text) {
            ([b'*', b'*', rest @ ..], _) => {
                pattern = rest;
                across = Some(Star { pattern, text });
                part = None;
            }
            ([b'*', rest @ ..], _) => {
                pattern = rest;
                part = Some(Star { pattern, text });
            }
            ([], []) => return true,
            ([wanted, pattern_rest @ ..], [found, text_rest @ ..]) if wanted == found => {
                (pattern, text) = (pattern_rest, text_rest);
            }
            _ => {
                let again = part
                    .as_mut()
                    .and_then(|star| star.swallow(true))
                    .or_else(|| {
                        part = None;
                        across.as_mut().and_then(|star| star.swallow(false))
                    });
                match again {
                    Some(rest) => (pattern, text) = rest,
                    None => return false,
                }
            }
        }
    }
}

/// Where a right holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everywhere.
    All,
    /// Where one of these matches; nowhere when there are none.
    Only(Vec<Pattern>),
}

impl Scope {
    /// Everywhere when no pattern is given, else where one matches. At most [`MAX_PATTERNS`].
    pub fn of(patterns: Vec<Pattern>) -> Result<Self, DomainError> {
        if patterns.len() > MAX_PATTERNS {
            return Err(DomainError::TooLong {
                max: MAX_PATTERNS,
                actual: patterns.len(),
                unit: "patterns",
            });
        }
        Ok(if patterns.is_empty() {
            Self::All
        } else {
            Self::Only(patterns)
        })
    }

    /// Whether the right holds for `name`.
    pub fn allows(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(patterns) => patterns.iter().any(|pattern| pattern.matches(name)),
        }
    }

    /// The patterns; none when it is everywhere.
    pub fn patterns(&self) -> &[Pattern] {
        match self {
            Self::All => &[],
            Self::Only(patterns) => patterns,
        }
    }
}
