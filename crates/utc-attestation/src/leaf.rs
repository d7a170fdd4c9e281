//! Receipts as leaves of the log.

use sha2::{Digest, Sha256};
use utc_domain::LeafHash;

/// The leaf hash of RFC 6962, section 2.1: SHA-256 over a zero byte and the receipt's bytes.
///
/// The zero byte keeps leaves apart from inner nodes of the tree.
pub fn leaf_hash(jws: &[u8]) -> LeafHash {
    LeafHash::new(
        Sha256::new()
            .chain_update([0])
            .chain_update(jws)
            .finalize()
            .into(),
    )
}
