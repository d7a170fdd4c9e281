//! JSON as receipts need it: refused unless it has exactly one meaning, written in exactly one way.

mod lex;
mod scan;

use std::fmt;

use serde::Serialize;

/// The largest magnitude of an integer that every JSON reader takes the same way (RFC 7493),
/// 2⁵³ − 1.
pub const MAX_INTEGER: u64 = (1 << 53) - 1;

/// What is still accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many arrays and objects may be open at once; 0 allows a bare number or text only.
    pub max_depth: usize,
}

/// Why a document is not strict JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The bytes are not UTF-8.
    Utf8,
    /// Something other than what JSON asks for at this place, which is given.
    Syntax(&'static str),
    /// The document ends too early.
    End,
    /// Something follows after the document.
    Trailing,
    /// A text holds an unescaped control character.
    Control,
    /// A text holds an unknown escape or half of a surrogate pair.
    Escape,
    /// An object has two members of the same name, escapes resolved.
    Duplicate,
    /// An integer lies outside ±(2⁵³ − 1).
    Integer,
    /// A number is too large for a double.
    Overflow,
    /// More arrays and objects are open than [`Limits::max_depth`] allows.
    Depth,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Utf8 => "not valid UTF-8",
            Self::Syntax(expected) => return write!(f, "not valid JSON, expected {expected}"),
            Self::End => "the JSON ends too early",
            Self::Trailing => "something follows after the JSON",
            Self::Control => "a control character must be escaped",
            Self::Escape => "not a valid escape sequence",
            Self::Duplicate => "an object has two members of the same name",
            Self::Integer => "an integer lies outside ±9007199254740991",
            Self::Overflow => "a number is too large",
            Self::Depth => "nested too deeply",
        };
        f.write_str(text)
    }
}

/// Where and why a document is not strict JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}, at byte {offset}")]
pub struct StrictError {
    /// What is wrong.
    pub problem: Problem,
    /// Where, in bytes from 0.
    pub offset: usize,
    /// The value in question as a JSON pointer (RFC 6901); empty for the whole document. Its names
    /// come from the document, so escape it where it is shown.
    pub pointer: String,
}

/// Refuses JSON that two readers could take differently.
///
/// That is: invalid UTF-8 or JSON, two members of one name, lone surrogates, integers outside
/// ±(2⁵³ − 1), numbers too large for a double, nesting beyond the limit, anything after the
/// document. A number with a fraction or an exponent is a double by its writing and only has to be
/// finite.
///
/// One pass without recursion: hostile nesting costs memory up to the limit, never the call stack.
///
/// ```
/// use utc_attestation::{Limits, Problem, check_strict};
///
/// let limits = Limits { max_depth: 8 };
/// assert!(check_strict(br#"{"a":[1,2.5]}"#, limits).is_ok());
/// let error = check_strict(br#"{"a":1,"\u0061":2}"#, limits).unwrap_err();
/// assert_eq!((error.problem, error.pointer.as_str()), (Problem::Duplicate, "/a"));
/// ```
pub fn check_strict(bytes: &[u8], limits: Limits) -> Result<(), StrictError> {
    scan::check(bytes, limits)
}

/// Why a value has no canonical form, such as a map with a key that is no text.
#[derive(Debug, thiserror::Error)]
#[error("the value has no canonical JSON form")]
pub struct CanonicalError(#[source] serde_json::Error);

/// The canonical JSON of a value (RFC 8785): members sorted, numbers as ECMAScript writes them.
///
/// Every number becomes a double, so integers beyond [`MAX_INTEGER`] may lose digits:
/// [`check_strict`] what comes from outside. A number inside the value that is not finite becomes
/// `null`, as everywhere in `serde_json`; round numbers with [`utc_domain::round6`] before.
///
/// # Errors
///
/// [`CanonicalError`] for values that JSON cannot hold.
pub fn canonical<T: Serialize>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    serde_json_canonicalizer::to_vec(value).map_err(CanonicalError)
}
