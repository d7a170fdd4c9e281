//! The stored form of a sealed value.

use std::fmt;

use crate::DataKeyId;

/// The version of the stored form.
pub(crate) const VERSION: u8 = 1;

/// Bytes of a nonce, long enough to be drawn at random.
const NONCE_BYTES: usize = 24;

/// Bytes of a tag of Poly1305.
const TAG_BYTES: usize = 16;

/// Bytes that a sealed empty value has.
const MIN_BYTES: usize = 1 + DataKeyId::BYTES + NONCE_BYTES + TAG_BYTES;

/// Why bytes are no [`Sealed`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealedError {
    /// The bytes are fewer than the shortest sealed value has.
    #[error("a sealed value has at least {min} bytes, this one has {actual}")]
    TooShort {
        /// The fewest possible.
        min: usize,
        /// How many there are.
        actual: usize,
    },
    /// Another version of this crate made them.
    #[error("the sealed value has version {found}, known is {VERSION}")]
    Version {
        /// The version that the bytes name.
        found: u8,
    },
}

/// A sealed value: the id of its key, the nonce, and the ciphertext with the tag at its end.
///
/// In one column it takes 49 bytes more than what was sealed: a byte of version (1), the key id (8), the
/// nonce (24), the ciphertext, the tag (16).
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    key_id: DataKeyId,
    nonce: [u8; NONCE_BYTES],
    ciphertext: Vec<u8>,
}

impl Sealed {
    pub(crate) fn new(key_id: DataKeyId, nonce: [u8; NONCE_BYTES], ciphertext: Vec<u8>) -> Self {
        Self {
            key_id,
            nonce,
            ciphertext,
        }
    }

    /// Reads what [`Sealed::to_bytes`] wrote. Whether it is genuine shows when it is opened.
    ///
    /// # Errors
    ///
    /// [`SealedError`] for bytes that are too few or of another version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealedError> {
        match split(bytes) {
            Some((VERSION, sealed)) if sealed.ciphertext.len() >= TAG_BYTES => Ok(sealed),
            Some((found, _)) if found != VERSION => Err(SealedError::Version { found }),
            Some(_) | None => Err(SealedError::TooShort {
                min: MIN_BYTES,
                actual: bytes.len(),
            }),
        }
    }

    /// The bytes for the column.
    pub fn to_bytes(&self) -> Vec<u8> {
        [
            &[VERSION],
            self.key_id.to_bytes().as_slice(),
            &self.nonce,
            &self.ciphertext,
        ]
        .concat()
    }

    /// The id of the key that it was sealed under.
    pub fn key_id(&self) -> DataKeyId {
        self.key_id
    }

    pub(crate) fn nonce(&self) -> &[u8; NONCE_BYTES] {
        &self.nonce
    }

    pub(crate) fn ciphertext(&self) -> &[u8] {
        &self.ciphertext
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.ciphertext.len();
        write!(f, "Sealed({}, {bytes} bytes)", self.key_id)
    }
}

/// The version, and the rest as this version reads it.
fn split(bytes: &[u8]) -> Option<(u8, Sealed)> {
    let (version, rest) = bytes.split_first()?;
    let (key_id, rest) = rest.split_first_chunk()?;
    let (nonce, ciphertext) = rest.split_first_chunk()?;
    let key_id = DataKeyId::from_bytes(*key_id);
    Some((*version, Sealed::new(key_id, *nonce, ciphertext.to_vec())))
}
