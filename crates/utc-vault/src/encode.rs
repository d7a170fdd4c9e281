//! Text forms with one spelling each.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

/// Characters of an eight-byte name in hexadecimal.
pub(crate) const NAME_CHARACTERS: usize = 16;

/// The 16 lower-case hexadecimal digits of an eight-byte name.
pub(crate) fn name(bytes: [u8; 8]) -> String {
    format!("{:016x}", u64::from_be_bytes(bytes))
}

/// Reads what [`name`] wrote, and no other spelling.
pub(crate) fn parse_name(text: &str) -> Option<[u8; 8]> {
    let digit = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    if text.len() != NAME_CHARACTERS || !text.bytes().all(digit) {
        return None;
    }
    u64::from_str_radix(text, 16).ok().map(u64::to_be_bytes)
}

/// Base64url without padding; erased when dropped, as it may spell a secret.
pub(crate) fn base64url(bytes: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes))
}

/// How many characters [`base64url`] makes of so many bytes.
pub(crate) const fn base64url_characters(bytes: usize) -> usize {
    (bytes * 4).div_ceil(3)
}

/// Reads what [`base64url`] wrote for `N` bytes. Another length, alphabet or padding, and bits after
/// the last byte, are refused.
pub(crate) fn parse_base64url<const N: usize>(text: &str) -> Option<Zeroizing<[u8; N]>> {
    let mut bytes = Zeroizing::new([0; N]);
    if text.len() != base64url_characters(N) {
        return None;
    }
    let written = URL_SAFE_NO_PAD.decode_slice(text, bytes.as_mut_slice());
    (written == Ok(N)).then_some(bytes)
}
