//! Claims as canonical JSON, without the cost of sorting.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use super::Claims;

/// A receipt's claims are seldom longer, in bytes.
const USUAL_LENGTH: usize = 1_024;

/// Writes the canonical bytes (RFC 8785) of claims that [`super::fill`] made.
///
/// A general canonicalizer holds every member back to sort it. These structs declare their members
/// sorted, and their numbers are rounded to six decimals and at most 10⁹, where ECMAScript and Rust
/// write the same digits and no exponent. A property test compares both ways of writing.
pub(crate) fn write(claims: &Claims) -> serde_json::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(USUAL_LENGTH);
    claims.serialize(&mut Serializer::with_formatter(&mut bytes, PlainNumbers))?;
    Ok(bytes)
}

struct PlainNumbers;

impl Formatter for PlainNumbers {
    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        // The shortest digits that read back as the same double, and no `.0` behind an integer.
        write!(writer, "{value}")
    }
}
