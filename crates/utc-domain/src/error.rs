//! Why a value was refused.

/// Why text or a number is not a valid value of the domain.
///
/// The messages say what is wrong and what would be right; they are shown to callers as they are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DomainError {
    /// The text is empty where something is needed.
    #[error("must not be empty")]
    Empty,
    /// The text is longer than allowed.
    #[error("must have at most {max} {unit}, has {actual}")]
    TooLong {
        /// The largest allowed length.
        max: usize,
        /// The length found.
        actual: usize,
        /// What is counted: `characters` or `bytes`.
        unit: &'static str,
    },
    /// A character that is not allowed, with its position counted in characters from 0.
    #[error(
        "character U+{code:04X} at position {position} is not allowed here; allowed: {allowed}"
    )]
    Character {
        /// The Unicode code point.
        code: u32,
        /// Where it stands, in characters from 0.
        position: usize,
        /// What is allowed instead.
        allowed: &'static str,
    },
    /// The text does not have the form that is asked for.
    #[error("must be {expected}")]
    Form {
        /// The form, in words.
        expected: &'static str,
    },
    /// The word is none of a fixed list.
    #[error("must be one of {expected}")]
    Unknown {
        /// The words that are allowed.
        expected: &'static str,
    },
}
