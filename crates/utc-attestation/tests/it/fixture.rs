//! A ring, a sealer, a draft; and tokens that no sealer would make.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use utc_attestation::{
    Engine, Expected, HmacKey, KeyRing, ReceiptSealer, Secret, Verification, sha256_hex, verify,
};
use utc_domain::{
    Code, Decision, Draft, Ground, GroundSet, LeafHash, Meta, Placement, PolicyRef, ReceiptId,
    ReceiptKind, Sealed, Sealer,
};
use uuid::Uuid;

pub(crate) const SECRET: &str = "a secret for tests, 32 characters or more";
pub(crate) const TS: &str = "2026-01-31T12:00:00.000001Z";

pub(crate) fn secret(text: &str) -> Secret {
    Secret::new(text).unwrap()
}

pub(crate) fn ring() -> Arc<KeyRing> {
    Arc::new(KeyRing::new(secret(SECRET), None, Vec::new()).unwrap())
}

pub(crate) fn sealer(ring: &Arc<KeyRing>) -> ReceiptSealer {
    let engine = Engine {
        name: "utc-policy".to_owned(),
        version: "0.1.0".to_owned(),
    };
    ReceiptSealer::new(Arc::clone(ring), "utc".to_owned(), engine)
}

pub(crate) fn expected() -> Expected {
    Expected {
        issuer: "utc".to_owned(),
    }
}

pub(crate) fn draft() -> Draft {
    Draft {
        id: ReceiptId::new(Uuid::from_u128(0x0192_f0c1_2345_7abc_8def_0123_4567_89ab)),
        kind: ReceiptKind::Decision,
        subject: "agent-42".parse().unwrap(),
        action: Some("write:/payments/17".parse().unwrap()),
        unit: Some("payments-api".parse().unwrap()),
        decision: Some(Decision::Deny),
        grounds: GroundSet::EMPTY.with(Ground::ProtectionReadOnly, true),
        reason: "The unit is \"closed\" – for now.".to_owned(),
        code: Code::ProtectionReadOnly,
        payload_hash: Some(sha256_hex("body").parse().unwrap()),
        meta: Meta {
            rho: Some(0.95),
            lambda_est: Some(95.0),
            ..Meta::default()
        },
        policy: PolicyRef {
            digest: "sha256:00".to_owned(),
            version: 3,
        },
    }
}

pub(crate) fn place() -> Placement {
    Placement {
        seq: 7,
        prev: LeafHash::ZERO,
        ts: TS.parse().unwrap(),
    }
}

pub(crate) fn seal(draft: &Draft) -> Sealed {
    let ring = ring();
    sealer(&ring).seal(ring.active(), draft, &place()).unwrap()
}

pub(crate) fn token() -> String {
    seal(&draft()).jws
}

pub(crate) fn check(token: impl AsRef<[u8]>) -> Verification {
    verify(token.as_ref(), &ring(), &expected())
}

/// The bytes of a segment, counted from 0.
pub(crate) fn segment(jws: &str, index: usize) -> Vec<u8> {
    URL_SAFE_NO_PAD
        .decode(jws.split('.').nth(index).unwrap())
        .unwrap()
}

pub(crate) fn claims(jws: &str) -> Value {
    serde_json::from_slice(&segment(jws, 1)).unwrap()
}

/// A token with any header and payload and the right tag of the test secret.
pub(crate) fn forge(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(payload)
    );
    let tag = HmacKey::new(SECRET.as_bytes())
        .unwrap()
        .tag(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// The bytes that hexadecimal digits stand for.
pub(crate) fn unhex(digits: &str) -> Vec<u8> {
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(byte).collect()
}
