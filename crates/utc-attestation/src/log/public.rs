//! The public key in the forms that other programs read.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::log::VerifierKey;

/// How the DER of every Ed25519 public key begins (RFC 8410, section 4): the algorithm, and that 32 bytes
/// of key follow.
const SPKI_PREFIX: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

impl VerifierKey {
    /// The key as `SubjectPublicKeyInfo` in PEM (RFC 8410), as `openssl pkeyutl -pubin -inkey` reads it.
    pub fn to_pem(&self) -> String {
        let der = STANDARD.encode([SPKI_PREFIX.as_slice(), self.as_bytes()].concat());
        format!("-----BEGIN PUBLIC KEY-----\n{der}\n-----END PUBLIC KEY-----\n")
    }

    /// The name of the key in a JWK set: its thumbprint (RFC 7638).
    pub fn thumbprint(&self) -> String {
        let required = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, self.x());
        URL_SAFE_NO_PAD.encode(Sha256::digest(required))
    }

    fn x(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.as_bytes())
    }

    fn jwk(&self) -> String {
        let (kid, x) = (self.thumbprint(), self.x());
        format!(r#"{{"crv":"Ed25519","kid":"{kid}","kty":"OKP","use":"sig","x":"{x}"}}"#)
    }
}

/// The JWK set (RFC 7517, RFC 8037) of these keys. It can hold nothing but Ed25519 public keys.
pub fn jwks<'k>(keys: impl IntoIterator<Item = &'k VerifierKey>) -> String {
    let keys: Vec<String> = keys.into_iter().map(VerifierKey::jwk).collect();
    format!(r#"{{"keys":[{}]}}"#, keys.join(","))
}
