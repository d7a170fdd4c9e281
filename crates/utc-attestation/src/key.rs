//! One HMAC key, ready for use.

use std::fmt;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use utc_domain::KeyId;

use crate::digest::hex;

/// Why a key or a set of keys was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The secret has too few characters.
    #[error("the secret must have at least {min} characters, has {actual}")]
    TooShort {
        /// The fewest allowed.
        min: usize,
        /// How many there are.
        actual: usize,
    },
    /// The same secret stands in two places of a ring.
    #[error("the secret with key id `{kid}` is configured twice")]
    Duplicate {
        /// The key id of the secret.
        kid: KeyId,
    },
    /// The key or its id could not be derived.
    #[error("the key cannot be derived from the secret")]
    Derivation,
}

/// An HMAC-SHA256 key whose inner and outer state are computed once and cloned for each tag.
#[derive(Clone)]
pub struct HmacKey(Hmac<Sha256>);

impl HmacKey {
    /// From the key's bytes, of any length.
    ///
    /// # Errors
    ///
    /// [`KeyError::Derivation`] if the hash function refuses the key.
    pub fn new(bytes: &[u8]) -> Result<Self, KeyError> {
        Hmac::new_from_slice(bytes)
            .map(Self)
            .map_err(|_| KeyError::Derivation)
    }

    /// The tag of a message, 32 bytes.
    pub fn tag(&self, message: &[u8]) -> [u8; 32] {
        let mut mac = self.0.clone();
        mac.update(message);
        mac.finalize().into_bytes().into()
    }

    /// Whether `tag` is the whole tag of `message`. Takes the same time wherever the tags differ.
    pub fn verify(&self, message: &[u8], tag: &[u8]) -> bool {
        self.tag(message).as_slice().ct_eq(tag).into()
    }
}

impl fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HmacKey(***)")
    }
}

/// The name of a key: the first 16 hexadecimal digits of
/// SHA-256("utc-kid" ‖ HKDF-SHA256(key, "kid")). It reveals nothing of the key.
pub(crate) fn kid(key: &[u8]) -> Result<KeyId, KeyError> {
    let mut derived = [0; 32];
    Hkdf::<Sha256>::new(None, key)
        .expand(b"kid", &mut derived)
        .map_err(|_| KeyError::Derivation)?;
    let digest = Sha256::new()
        .chain_update(b"utc-kid")
        .chain_update(derived)
        .finalize();
    let digits = hex(&digest);
    digits
        .get(..16)
        .and_then(|id| id.parse().ok())
        .ok_or(KeyError::Derivation)
}
