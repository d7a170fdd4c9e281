//! The key that all other secrets of an installation hang on.

use std::fmt;

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::encode;
use crate::purpose::{HashKey, HashKeys, HashPurpose, SealKey, SealKeys, SealPurpose};

/// The HKDF label of a key's id.
const ID_LABEL: &[u8] = b"utc-data-key-id";

/// Why a key or a ring could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The library refused a derivation. The lengths asked for are fixed and allowed, so this does not
    /// happen; it is an error and not a panic.
    #[error("a key cannot be derived from the data key")]
    Derivation,
    /// One key stands twice in a ring.
    #[error("the data key `{id}` is there twice")]
    Duplicate {
        /// The id of the key.
        id: DataKeyId,
    },
}

/// The name of a data key: eight bytes, written as 16 lower-case hexadecimal digits.
///
/// It is HKDF-SHA256 of the key under a label of its own, so it tells nothing of the key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DataKeyId([u8; 8]);

impl DataKeyId {
    pub(crate) const BYTES: usize = 8;

    pub(crate) fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    pub(crate) fn to_bytes(self) -> [u8; Self::BYTES] {
        self.0
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        encode::parse_name(text).map(Self)
    }
}

impl fmt::Display for DataKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode::name(self.0))
    }
}

impl fmt::Debug for DataKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKeyId({self})")
    }
}

/// A data key: 32 random bytes, and the sub-keys derived from them, one for each purpose.
///
/// Everything is erased from memory when the key is dropped, and `Debug` shows the id only.
pub struct DataKey {
    id: DataKeyId,
    bytes: Zeroizing<[u8; Self::BYTES]>,
    seal: SealKeys,
    hash: HashKeys,
}

impl DataKey {
    /// The length of a key, in bytes.
    pub const BYTES: usize = 32;

    /// From 32 bytes of a cryptographic random generator. The caller erases its own copy.
    ///
    /// # Errors
    ///
    /// [`KeyError::Derivation`], which does not happen.
    pub fn new(bytes: &[u8; Self::BYTES]) -> Result<Self, KeyError> {
        let hkdf = Hkdf::<Sha256>::new(None, bytes);
        let mut id = [0; DataKeyId::BYTES];
        hkdf.expand(ID_LABEL, &mut id)
            .map_err(|_| KeyError::Derivation)?;
        Ok(Self {
            id: DataKeyId(id),
            bytes: Zeroizing::new(*bytes),
            seal: SealKeys::derive(&hkdf)?,
            hash: HashKeys::derive(&hkdf)?,
        })
    }

    /// The key's name, which may be stored and shown.
    pub fn id(&self) -> DataKeyId {
        self.id
    }

    pub(crate) fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.bytes
    }

    pub(crate) fn seal_key(&self, purpose: SealPurpose) -> &SealKey {
        self.seal.get(purpose)
    }

    pub(crate) fn hash_key(&self, purpose: HashPurpose) -> &HashKey {
        self.hash.get(purpose)
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKey({}, ***)", self.id)
    }
}
