//! Digests and leaf hashes.

use utc_attestation::{leaf_hash, salted_digest, sha256_hex};
use utc_domain::PayloadHash;

use crate::fixture::unhex;

#[test]
fn a_digest_is_a_valid_payload_hash() {
    let digest = sha256_hex("abc");
    assert_eq!(
        digest,
        "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    assert!(digest.parse::<PayloadHash>().is_ok());
}

#[test]
fn the_salt_stands_before_the_bytes() {
    assert_eq!(
        salted_digest(b"0123456789abcdef", b"abc"),
        sha256_hex("0123456789abcdefabc")
    );
    assert_ne!(
        salted_digest(&[0; 16], b"abc"),
        salted_digest(&[1; 16], b"abc")
    );
}

#[test]
fn a_leaf_has_a_zero_byte_before_it() {
    // The SHA-256 of one zero byte: RFC 6962's hash of an empty leaf.
    let empty = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
    assert_eq!(leaf_hash(b"").as_bytes().to_vec(), unhex(empty));
    assert_eq!(format!("sha256:{empty}"), sha256_hex([0]));
}
