//! A pushed security event token, from the first byte to what it means.

use serde_json::{Value, json};

use crate::adapter::{Adapter, Proof};
use crate::delivery::Delivery;
use crate::draft::Identity;
use crate::hash::ContentHash;
use crate::json;
use crate::key::DedupeKey;
use crate::members::Members;
use crate::refusal::Refusal;
use crate::source::SourceName;
use crate::ssf::claims::Claims;
use crate::ssf::{Algorithm, KeySet, SetError, SetMeaning, meaning, token};

/// For how many days the key of a token must be kept; older tokens are refused.
pub const SET_RETENTION_DAYS: i64 = 30;

const MEDIA_TYPE: &str = "application/secevent+jwt";

/// What is configured for a transmitter.
#[derive(Debug, Clone)]
pub struct Stream {
    /// The source that its tokens speak for.
    pub source: SourceName,
    /// Its `iss`.
    pub issuer: String,
    /// What `aud` may name; one of these is enough.
    pub audience: Vec<String>,
    /// Its keys, and nobody else's.
    pub keys: KeySet,
    /// The algorithms that are allowed.
    pub algorithms: Vec<Algorithm>,
    /// The id of the stream, which events about the stream must name; none when it is not known.
    pub stream_id: Option<String>,
    /// The states of verifications that were asked for and are not answered yet.
    pub expected_states: Vec<String>,
}

/// A token that is its source's.
#[derive(Debug, Clone, PartialEq)]
pub struct SetReceived {
    /// Issuer and `jti`, to be kept for [`SET_RETENTION_DAYS`], and what must not change under them.
    pub key: DedupeKey,
    /// What it is for; look the key up first. A token that is sent again, because the answer was lost, is answered like
    /// the first time, also when its `state` was waited for then and is not any more.
    pub meaning: Result<SetMeaning, Refusal>,
}

/// Verifies a pushed token and reads it.
pub fn receive(delivery: &Delivery<'_>, stream: &Stream) -> Result<SetReceived, Refusal> {
    delivery.expect_type(MEDIA_TYPE)?;
    let verified = token::open(delivery.body(), &stream.keys, &stream.algorithms)?;
    let proof = Proof::Jws { kid: verified.kid };
    read_claims(&verified.payload, proof, delivery, stream)
}

/// Why a token is refused that was pushed to a stream which is none: as by one whose keys did not make it.
pub fn refuse(delivery: &Delivery<'_>) -> Refusal {
    let open = |()| token::open(delivery.body(), &KeySet::default(), &Algorithm::ALL);
    let read = delivery.expect_type(MEDIA_TYPE).and_then(open);
    let unknown = || SetError::InvalidKey.refuse("the source has no such key");
    read.err().unwrap_or_else(unknown)
}

/// Reads the payload of a token whose signature holds.
pub(crate) fn read_claims(
    payload: &[u8],
    proof: Proof,
    delivery: &Delivery<'_>,
    stream: &Stream,
) -> Result<SetReceived, Refusal> {
    let payload = json::parse(payload)?;
    let claims = Members::of(&payload, "")?;
    let claims = Claims::read(&claims, stream, delivery.seen())?;
    let identity = identity(&claims, &payload);
    let content = ContentHash::of_json(&payload);
    let key = DedupeKey::new(&stream.source, identity.kind, &identity.id, content);
    let meaning = match meaning::of_stream(&claims, stream) {
        Some(meaning) => meaning,
        None => meaning::signal(&claims, stream, identity).map(|draft| {
            let event = draft.seal(&delivery.stamp(Adapter::Ssf, proof));
            SetMeaning::Signal(Box::new(event))
        }),
    };
    Ok(SetReceived { key, meaning })
}

/// The claims must not change; the signature may, when a token is sent again after its key was rotated.
fn identity(claims: &Claims<'_>, payload: &Value) -> Identity {
    let id = json!([claims.issuer, claims.id]);
    Identity::new("set", id, ContentHash::of_json(payload))
}
