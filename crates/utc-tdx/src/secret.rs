//! Shared secrets of sources.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

/// The fewest bytes of a secret.
const MIN_BYTES: usize = 16;

/// Why a secret was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// Shorter than 16 bytes.
    #[error("must have at least 16 bytes, has {actual}")]
    TooShort {
        /// The bytes found.
        actual: usize,
    },
    /// A Standard Webhooks secret is not base64.
    #[error("must be `whsec_` followed by base64")]
    Encoding,
}

/// A secret that a source signs with by HMAC-SHA256: at least 16 bytes, wiped when dropped, never shown.
#[derive(Clone)]
pub struct HmacSecret(Zeroizing<Vec<u8>>);

impl HmacSecret {
    /// The bytes themselves, as GitHub takes the text that an admin typed in.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SecretError> {
        if bytes.len() < MIN_BYTES {
            return Err(SecretError::TooShort {
                actual: bytes.len(),
            });
        }
        Ok(Self(Zeroizing::new(bytes.to_vec())))
    }

    /// The text of a Standard Webhooks secret: base64, with or without `whsec_` before it.
    pub fn from_webhook_text(text: &str) -> Result<Self, SecretError> {
        let encoded = text.strip_prefix("whsec_").unwrap_or(text);
        let decoded = STANDARD
            .decode(encoded)
            .map(Zeroizing::new)
            .map_err(|_| SecretError::Encoding)?;
        Self::from_bytes(&decoded)
    }

    /// Whether `tag` is the HMAC-SHA256 of the parts, one after the other; compared in constant time.
    pub(crate) fn made(&self, parts: &[&[u8]], tag: &[u8]) -> bool {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return false;
        };
        for part in parts {
            mac.update(part);
        }
        mac.verify_slice(tag).is_ok()
    }
}

impl fmt::Debug for HmacSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HmacSecret(..)")
    }
}
