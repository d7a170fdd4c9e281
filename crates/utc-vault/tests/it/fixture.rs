//! Keys and bindings that the tests share.

use utc_vault::{Aad, DataKey, DataKeys};

pub(crate) const NONCE: [u8; 24] = [0x40; 24];
pub(crate) const OTHER_NONCE: [u8; 24] = [0x41; 24];

/// A key of 32 equal bytes.
pub(crate) fn key(byte: u8) -> DataKey {
    DataKey::new(&[byte; 32]).unwrap()
}

/// A ring of such keys, the first of them active.
pub(crate) fn keys(active: u8, previous: &[u8]) -> DataKeys {
    DataKeys::new(
        key(active),
        previous.iter().map(|&byte| key(byte)).collect(),
    )
    .unwrap()
}

pub(crate) fn row() -> Aad {
    Aad::of("approval", "ap-17").and("unit", "payments-api")
}
