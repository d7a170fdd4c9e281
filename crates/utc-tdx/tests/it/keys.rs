//! Keys that sign for the tests alone, and tokens signed with them by another implementation.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};

const RSA_N: &str = "xYRJHRRhmCtmLelHY-PwriMzKx0a5Q5LWSVoPQAWxDZq_h-QwOy-wtuXGtsNN_1-YseZDbpnh1oE7wiajvngfJfrbMKdneCZO3FZljE89Svd0xuPSPg4geHvUFrT7yjUM-V_Napd4X9FxeTpkY4dSvdfIx8ZqugXGoGj9oCmzyrQe41uADIdI69FMhnuFW2b8iGvB1XMJC_m9XS_AsVIPzgKMdNdY7Q5uXj197c7tzs0xNwK8dlj7iDIWBgJxmwJ1GHoGgxsMIsD8ZBivSae51NP9HTBlLyT7h82ttuURVw0kh4spI8dKgJSNE_ySOjd7cbsWSRoAWFOIjCx-SEpXQ";
const OTHER_RSA_N: &str = "3p4IYB6JYbxhCgzjiwb6enydFoMxQBHfHxuHCPKGeAXAwtnp7vZRMVlFe22poe7JmIXKICy0raN5Rj90RHaJ2Xl4sYMFRGtTSOtaY1aFYXUn9J6z7p_wqhb5XEnsSwqYp-ECTyUMgAyU_LtBu-AuKMcDMnC44fw48Iy75yQOsUy7qJDP8qk-wnugVBCJHXCULn3QgT--SAQvpGB45tU9bba13lzquezQX9bPvCnwt7D7Q3iCdxUDI8mh7kO2xcv3NCwzEZKyC1an2sjmrWnxnHi1kJBCuIETkfEN_gqCcjEdQDQ88z3T27UaqRMNFzcClgPE6g2dXhKQiq-mM182zQ";
/// Of 1024 bits.
pub(crate) const SHORT_RSA_N: &str = "xY2oA9hfGdXzGrTymPdMViZtuyMikytJw_d2Ii19xVAY_dgTKW1vN6Iyn27llfSh6RVKcOncLWvb-cZVmJeNhfIsgIAUDdfEOdU6HM-OMM4MEgA00gkoHxA9JPQA0LJoOshn1AbeoeCpPcyU5GJddiw0ezphe9ZGCur4o63cySk";
/// The public half of `rsa.der`, as the text that a careless receiver would take for a shared secret.
pub(crate) const RSA_PUBLIC_PEM: &[u8] = include_bytes!("keys/rsa.pub.pem");

/// Who signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signer {
    Rsa,
    OtherRsa,
    P256,
    Ed25519,
}

impl Signer {
    pub(crate) fn kid(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::OtherRsa => "other-rsa",
            Self::P256 => "p256",
            Self::Ed25519 => "ed25519",
        }
    }

    fn algorithm(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::Rsa | Self::OtherRsa => jsonwebtoken::Algorithm::RS256,
            Self::P256 => jsonwebtoken::Algorithm::ES256,
            Self::Ed25519 => jsonwebtoken::Algorithm::EdDSA,
        }
    }

    fn key(self) -> EncodingKey {
        match self {
            Self::Rsa => EncodingKey::from_rsa_der(include_bytes!("keys/rsa.der")),
            Self::OtherRsa => EncodingKey::from_rsa_der(include_bytes!("keys/rsa2.der")),
            Self::P256 => EncodingKey::from_ec_der(include_bytes!("keys/p256.der")),
            Self::Ed25519 => EncodingKey::from_ed_der(include_bytes!("keys/ed25519.der")),
        }
    }

    /// The public half.
    pub(crate) fn jwk(self) -> Value {
        let kid = self.kid();
        match self {
            Self::Rsa => {
                json!({ "kty": "RSA", "kid": kid, "n": RSA_N, "e": "AQAB", "alg": "RS256" })
            }
            Self::OtherRsa => json!({ "kty": "RSA", "kid": kid, "n": OTHER_RSA_N, "e": "AQAB" }),
            Self::P256 => json!({
                "kty": "EC", "crv": "P-256", "kid": kid, "use": "sig",
                "x": "ItaS2JKHdQJZcNzeySioNYEOCazOdgVFnQYR98Rg1K4",
                "y": "KlgJooA0P0SVy0CoAB7v92L3a-0_m_RGj2xEc3v7oWY",
            }),
            Self::Ed25519 => json!({
                "kty": "OKP", "crv": "Ed25519", "kid": kid,
                "x": "GL_tcpEGUgVpOdrPCzL39uN6DZFutwSuSZ991bKt3ho",
            }),
        }
    }

    /// The header of an ordinary token.
    pub(crate) fn header(self) -> Header {
        let mut header = Header::new(self.algorithm());
        header.typ = Some("secevent+jwt".to_owned());
        header.kid = Some(self.kid().to_owned());
        header
    }

    pub(crate) fn sign(self, claims: &Value) -> String {
        self.sign_with(&self.header(), claims)
    }

    pub(crate) fn sign_with(self, header: &Header, claims: &Value) -> String {
        jsonwebtoken::encode(header, claims, &self.key()).unwrap()
    }

    /// A signature over whatever header, which the library would not write.
    pub(crate) fn sign_raw(self, header: &Value, claims: &Value) -> String {
        self.sign_text(header, &claims.to_string())
    }

    /// The same over whatever text.
    pub(crate) fn sign_text(self, header: &Value, claims: &str) -> String {
        let message = format!("{}.{}", encoded(header), URL_SAFE_NO_PAD.encode(claims));
        let key = self.key();
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, self.algorithm());
        format!("{message}.{}", signature.unwrap())
    }
}

/// One part of a token.
pub(crate) fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A key set of these signers.
pub(crate) fn jwks(signers: &[Signer]) -> Vec<u8> {
    let keys: Vec<Value> = signers.iter().map(|signer| signer.jwk()).collect();
    json!({ "keys": keys }).to_string().into_bytes()
}
