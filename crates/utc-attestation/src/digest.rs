//! Digests as they stand in receipts.

use sha2::{Digest, Sha256};

/// `sha256:` and the 64 hexadecimal digits of the SHA-256 of the bytes.
///
/// ```
/// let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
/// assert_eq!(utc_attestation::sha256_hex(b""), empty);
/// ```
pub fn sha256_hex(bytes: impl AsRef<[u8]>) -> String {
    labelled(&Sha256::digest(bytes))
}

/// Like [`sha256_hex`], over the salt followed by the bytes.
///
/// Short texts can be guessed from their plain digest; with the salt erased they cannot. The salt
/// has a fixed length, so no other salt and text give the same input.
pub fn salted_digest(salt: &[u8; 16], bytes: &[u8]) -> String {
    labelled(
        &Sha256::new()
            .chain_update(salt)
            .chain_update(bytes)
            .finalize(),
    )
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)])
        .collect()
}

fn labelled(digest: &[u8]) -> String {
    format!("sha256:{}", hex(digest))
}
