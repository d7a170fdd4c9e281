//! Sources that sign with a shared secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::delivery::Delivery;
use crate::hash::from_hex;
use crate::refusal::{Refusal, SignatureProblem};
use crate::secret::HmacSecret;
use crate::source::SourceName;

/// How far a signed time may be from now, in seconds.
const MAX_SKEW_SECONDS: u64 = 300;
/// The longest id of a message.
const MAX_ID: usize = 255;
/// The most signatures of one message that are looked at.
const MAX_SIGNATURES: usize = 10;

/// A source and its secrets: two while they change, and any of them verifies.
#[derive(Debug, Clone)]
pub struct SignedSource {
    /// Its name; what a signature of its secrets proves.
    pub name: SourceName,
    /// Its secrets; with none, nothing verifies.
    pub secrets: Vec<HmacSecret>,
}

impl SignedSource {
    fn made(&self, parts: &[&[u8]], tags: &[Vec<u8>]) -> Result<(), Refusal> {
        let made = |tag: &Vec<u8>| self.secrets.iter().any(|secret| secret.made(parts, tag));
        if tags.is_empty() {
            Err(Refusal::Signature(SignatureProblem::Missing))
        } else if tags.iter().any(made) {
            Ok(())
        } else {
            Err(Refusal::Signature(SignatureProblem::Mismatch))
        }
    }

    /// The id of a message that is signed by Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, the bytes
    /// exactly as they came, at most five minutes from now.
    ///
    /// Source: the Standard Webhooks specification, "Verifying webhook authenticity".
    pub(crate) fn message_id<'a>(&self, delivery: &Delivery<'a>) -> Result<&'a str, Refusal> {
        let id = delivery.required("webhook-id")?;
        let timestamp = delivery.required("webhook-timestamp")?;
        let signatures = delivery.required("webhook-signature")?;
        let tags: Vec<Vec<u8>> = signatures
            .split(' ')
            .take(MAX_SIGNATURES)
            .filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok())
            .collect();
        let dot: &[u8] = b".";
        let parts = [
            id.as_bytes(),
            dot,
            timestamp.as_bytes(),
            dot,
            delivery.body(),
        ];
        self.made(&parts, &tags)?;
        check_time(timestamp, delivery.seen().as_seconds())?;
        check_id(id)?;
        Ok(id)
    }

    /// Checks GitHub's `X-Hub-Signature-256`: HMAC-SHA256 over the body, in hexadecimal digits.
    pub(crate) fn check_hub(&self, delivery: &Delivery<'_>) -> Result<(), Refusal> {
        let missing = Refusal::Signature(SignatureProblem::Missing);
        let header = delivery.header("x-hub-signature-256")?;
        let tag = header
            .and_then(|value| value.strip_prefix("sha256="))
            .and_then(from_hex)
            .ok_or(missing)?;
        self.made(&[delivery.body()], &[tag.to_vec()])
    }
}

fn check_time(timestamp: &str, now: i64) -> Result<(), Refusal> {
    // `parse` alone would take `+1614265330`, which is another text for the same time.
    let digits = timestamp.bytes().all(|byte| byte.is_ascii_digit());
    let seconds: i64 = digits
        .then(|| timestamp.parse().ok())
        .flatten()
        .ok_or(Refusal::Header {
            name: "webhook-timestamp",
            problem: "must be whole seconds since 1970",
        })?;
    let away = seconds.abs_diff(now);
    if away > MAX_SKEW_SECONDS {
        return Err(Refusal::Stale {
            seconds: away,
            max: MAX_SKEW_SECONDS,
        });
    }
    Ok(())
}

/// The dot is what separates the parts that are signed, so an id with one could be cut elsewhere.
fn check_id(id: &str) -> Result<(), Refusal> {
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'.';
    if !id.is_empty() && id.len() <= MAX_ID && id.bytes().all(plain) {
        return Ok(());
    }
    Err(Refusal::Header {
        name: "webhook-id",
        problem: "must be 1 to 255 visible ASCII characters without a dot",
    })
}
