//! The signature of Standard Webhooks, symmetric form (`v1`): HMAC-SHA256 over id, time and body.
//!
//! Source: the Standard Webhooks specification, "Signature scheme".

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// A key that HMAC cannot work with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyError;

impl std::fmt::Display for KeyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the key cannot sign")
    }
}

impl std::error::Error for KeyError {}

/// The value of `webhook-signature`: `v1,` and the base64 of the HMAC over `id.seconds.body`.
///
/// `secret` is what follows `whsec_`, decoded; `seconds` counts from 1970 and goes out as `webhook-timestamp`.
pub fn signature(secret: &[u8], id: &str, seconds: i64, body: &str) -> Result<String, KeyError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(|_| KeyError)?;
    mac.update(format!("{id}.{seconds}.").as_bytes());
    mac.update(body.as_bytes());
    let tag = STANDARD.encode(mac.finalize().into_bytes());
    Ok(format!("v1,{tag}"))
}
