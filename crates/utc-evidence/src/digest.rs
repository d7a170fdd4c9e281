//! Digests as texts.

/// `sha256:` and 64 hexadecimal digits.
pub(crate) fn labelled(sha256: &[u8; 32]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    let digits = sha256
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]);
    "sha256:".chars().chain(digits).collect()
}
