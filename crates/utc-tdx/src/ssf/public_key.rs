//! One public key, fit for exactly one algorithm.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::BoxedUint;
use rsa::pkcs1v15;
use rsa::signature::Verifier as _;
use sha2::Sha256;

use crate::members::Members;
use crate::ssf::{Algorithm, KeyProblem};

/// The moduli of RSA that are taken, in bits.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2_048..=8_192;

/// A key that verifies by the one algorithm that it is for, whatever a token's header says.
#[derive(Debug, Clone)]
pub enum PublicKey {
    /// For [`Algorithm::Rs256`].
    Rsa(Box<pkcs1v15::VerifyingKey<Sha256>>),
    /// For [`Algorithm::Es256`].
    P256(Box<p256::ecdsa::VerifyingKey>),
    /// For [`Algorithm::EdDsa`].
    Ed25519(Box<ed25519_dalek::VerifyingKey>),
}

impl PublicKey {
    /// The algorithm that the key is for.
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa(_) => Algorithm::Rs256,
            Self::P256(_) => Algorithm::Es256,
            Self::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    /// Whether this key made the signature of the message.
    pub fn made(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Rsa(key) => pkcs1v15::Signature::try_from(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            Self::P256(key) => p256::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            Self::Ed25519(key) => ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()),
        }
    }

    /// Reads a JSON Web Key (RFC 7517, 7518, 8037).
    pub(super) fn from_jwk(jwk: &Members<'_>) -> Result<Self, KeyProblem> {
        let text = |name| jwk.optional_text(name).map_err(|_| KeyProblem::Form);
        if text("use")?.is_some_and(|purpose| purpose != "sig") {
            return Err(KeyProblem::Purpose);
        }
        let key = match (text("kty")?, text("crv")?) {
            (Some("RSA"), _) => rsa(&bytes(jwk, "n")?, &bytes(jwk, "e")?),
            (Some("EC"), Some("P-256")) => p256(&bytes(jwk, "x")?, &bytes(jwk, "y")?),
            (Some("OKP"), Some("Ed25519")) => ed25519(&bytes(jwk, "x")?),
            _ => Err(KeyProblem::Kind),
        }?;
        let named = text("alg")?;
        if named.is_some_and(|named| named != key.algorithm().as_str()) {
            return Err(KeyProblem::Algorithm);
        }
        Ok(key)
    }
}

fn bytes(jwk: &Members<'_>, name: &str) -> Result<Vec<u8>, KeyProblem> {
    let text = jwk.text(name).map_err(|_| KeyProblem::Form)?;
    URL_SAFE_NO_PAD.decode(text).map_err(|_| KeyProblem::Form)
}

fn rsa(n: &[u8], e: &[u8]) -> Result<PublicKey, KeyProblem> {
    let number = BoxedUint::from_be_slice_vartime;
    // The largest exponent that is taken has five bytes, the largest modulus 1,024; longer ones are not even read.
    if e.len() > 8 || n.len() > RSA_BITS.end() / 8 + 1 {
        return Err(KeyProblem::Rsa);
    }
    let key = rsa::PublicKey::new_with_size_limits(number(n), number(e), RSA_BITS);
    let key = key.map_err(|_| KeyProblem::Rsa)?;
    Ok(PublicKey::Rsa(Box::new(pkcs1v15::VerifyingKey::new(key))))
}

fn p256(x: &[u8], y: &[u8]) -> Result<PublicKey, KeyProblem> {
    // Both coordinates have their full length (RFC 7518, section 6.2.1.2).
    if x.len() != 32 || y.len() != 32 {
        return Err(KeyProblem::Form);
    }
    let point = [&[4], x, y].concat();
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point);
    let key = key.map_err(|_| KeyProblem::Point)?;
    Ok(PublicKey::P256(Box::new(key)))
}

fn ed25519(x: &[u8]) -> Result<PublicKey, KeyProblem> {
    let bytes = x.try_into().map_err(|_| KeyProblem::Form)?;
    let key = ed25519_dalek::VerifyingKey::from_bytes(bytes);
    let key = key.map_err(|_| KeyProblem::Point)?;
    if key.is_weak() {
        return Err(KeyProblem::Point);
    }
    Ok(PublicKey::Ed25519(Box::new(key)))
}
