//! What a sealed value belongs to.

use crate::DataKeyId;

/// The named facts that a sealed value is bound to, such as the id of its row. They are not stored with
/// it: who opens it must say them again, and a value moved to another row does not open there.
///
/// ```
/// use utc_vault::Aad;
///
/// let aad = Aad::of("approval", "ap-17").and("unit", "payments-api");
/// assert_eq!(aad, Aad::of("approval", "ap-17").and("unit", "payments-api"));
/// assert_ne!(aad, Aad::of("approval", "ap-1").and("7unit", "payments-api"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aad {
    parts: Vec<u8>,
}

impl Aad {
    /// Bound to one fact. There is no empty binding, as such a value would open in any row.
    #[must_use]
    pub fn of(name: &'static str, value: impl AsRef<[u8]>) -> Self {
        Self { parts: Vec::new() }.and(name, value)
    }

    /// Bound to one more fact. The order counts.
    #[must_use]
    pub fn and(mut self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        push(&mut self.parts, name.as_bytes());
        push(&mut self.parts, value.as_ref());
        self
    }

    /// The bytes that the cipher authenticates: the version of the sealed form and the id of the key,
    /// both of fixed length, and then the facts.
    pub(crate) fn bytes(&self, version: u8, key: DataKeyId) -> Vec<u8> {
        [&[version], key.to_bytes().as_slice(), &self.parts].concat()
    }
}

/// Appends a field with its length before it, in eight bytes, most significant first. No two lists of
/// fields give the same bytes.
fn push(out: &mut Vec<u8>, field: &[u8]) {
    out.extend_from_slice(&(field.len() as u64).to_be_bytes());
    out.extend_from_slice(field);
}
