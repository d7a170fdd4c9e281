//! What the domain needs from outside.

use crate::{Draft, KeyId, LeafHash, Placement, Sealed, Timestamp};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now, by the wall clock.
    fn now(&self) -> Timestamp;
}

/// Signs receipts.
pub trait Sealer: Send + Sync {
    /// Makes the exact bytes of a receipt, signed with the key named `key`.
    fn seal(&self, key: &KeyId, draft: &Draft, place: &Placement) -> Result<Sealed, SealError>;

    /// The leaf hash of a receipt that was sealed before.
    fn leaf(&self, jws: &str) -> LeafHash;
}

/// Why a receipt could not be sealed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// This process does not hold the key that the log names as active.
    #[error("the log's active key `{key}` is not configured here")]
    KeyNotHeld {
        /// The active key.
        key: KeyId,
    },
    /// The entry would be longer than the log allows.
    #[error("the receipt would have {actual} bytes, {max} are allowed")]
    TooLarge {
        /// Its length in bytes.
        actual: usize,
        /// The largest allowed length in bytes.
        max: usize,
    },
    /// The claims could not be written.
    #[error("the claims cannot be written as canonical JSON")]
    Claims(#[source] Box<dyn std::error::Error + Send + Sync>),
}
