//! Sealing and opening: XChaCha20-Poly1305 under a key for the purpose.

use chacha20poly1305::aead::{Aead as _, Payload};
use zeroize::Zeroizing;

use crate::sealed::VERSION;
use crate::{Aad, DataKey, DataKeyId, DataKeys, SealPurpose, Sealed};

/// Why a value was not sealed or not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The value was sealed under a key that the ring does not hold.
    #[error("the value is sealed under the data key `{id}`, which is not configured")]
    UnknownKey {
        /// The id of the missing key.
        id: DataKeyId,
    },
    /// The value, its purpose or what it is bound to is not what was sealed.
    #[error("the sealed value is not genuine, or belongs elsewhere")]
    Tampered,
    /// The value is longer than the cipher takes, 256 GiB.
    #[error("the value is too long to be sealed")]
    TooLong,
}

/// Seals a value under the active key. The nonce is 24 bytes of a cryptographic random generator, new
/// each time.
///
/// # Errors
///
/// [`SealError::TooLong`] beyond 256 GiB.
pub fn seal(
    keys: &DataKeys,
    purpose: SealPurpose,
    aad: &Aad,
    plaintext: &[u8],
    nonce: [u8; 24],
) -> Result<Sealed, SealError> {
    let key = keys.active();
    let payload = Payload {
        msg: plaintext,
        aad: &aad.bytes(VERSION, key.id()),
    };
    let cipher = key.seal_key(purpose).cipher();
    let ciphertext = cipher.encrypt(&nonce.into(), payload);
    ciphertext
        .map(|ciphertext| Sealed::new(key.id(), nonce, ciphertext))
        .map_err(|_| SealError::TooLong)
}

/// Opens a value under the key that it names. It is erased from memory when dropped.
///
/// # Errors
///
/// [`SealError::UnknownKey`] if the ring lacks that key, [`SealError::Tampered`] if purpose, binding or a
/// single bit differs from what was sealed.
pub fn open(
    keys: &DataKeys,
    purpose: SealPurpose,
    aad: &Aad,
    sealed: &Sealed,
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let key = holder(keys, sealed)?;
    let payload = Payload {
        msg: sealed.ciphertext(),
        aad: &aad.bytes(VERSION, key.id()),
    };
    let cipher = key.seal_key(purpose).cipher();
    let plaintext = cipher.decrypt(sealed.nonce().into(), payload);
    plaintext
        .map(Zeroizing::new)
        .map_err(|_| SealError::Tampered)
}

/// Moves a value to the active key, with a new random nonce. `None` if it is there already; then it is
/// not looked at.
///
/// # Errors
///
/// Those of [`open`].
pub fn reseal(
    keys: &DataKeys,
    purpose: SealPurpose,
    aad: &Aad,
    sealed: &Sealed,
    nonce: [u8; 24],
) -> Result<Option<Sealed>, SealError> {
    if sealed.key_id() == keys.active().id() {
        return Ok(None);
    }
    let plaintext = open(keys, purpose, aad, sealed)?;
    seal(keys, purpose, aad, &plaintext, nonce).map(Some)
}

fn holder<'k>(keys: &'k DataKeys, sealed: &Sealed) -> Result<&'k DataKey, SealError> {
    let id = sealed.key_id();
    keys.find(id).ok_or(SealError::UnknownKey { id })
}
