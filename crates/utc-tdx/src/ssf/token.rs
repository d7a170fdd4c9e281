//! The compact form of a signed token (RFC 7515), verified before its payload is read.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::json;
use crate::members::Members;
use crate::refusal::Refusal;
use crate::ssf::{Algorithm, KeySet, PublicKey, SetError};

/// What a token's key vouches for.
pub(super) struct Verified {
    pub(super) kid: String,
    pub(super) payload: Vec<u8>,
}

/// Opens a token with one of `keys`, by one of `allowed`.
pub(super) fn open(
    token: &[u8],
    keys: &KeySet,
    allowed: &[Algorithm],
) -> Result<Verified, Refusal> {
    let parts = Parts::of(token)?;
    let header = json::parse(&decoded(parts.header)?)?;
    let header = Members::of(&header, "/header")?;
    check_type(&header)?;
    let kid = header.text("kid")?;
    let key = key(keys, kid)?;
    check_algorithm(&header, key, allowed)?;
    if !key.made(parts.signed.as_bytes(), &decoded(parts.signature)?) {
        return Err(SetError::InvalidKey.refuse("the signature does not verify"));
    }
    Ok(Verified {
        kid: kid.to_owned(),
        payload: decoded(parts.payload)?,
    })
}

struct Parts<'a> {
    header: &'a str,
    payload: &'a str,
    signature: &'a str,
    /// Header and payload with the dot between them.
    signed: &'a str,
}

impl<'a> Parts<'a> {
    fn of(token: &'a [u8]) -> Result<Self, Refusal> {
        let split = || {
            let text = std::str::from_utf8(token).ok()?;
            let (signed, signature) = text.rsplit_once('.')?;
            let (header, payload) = signed.split_once('.')?;
            Some(Self {
                header,
                payload,
                signature,
                signed,
            })
        };
        split().ok_or_else(|| SetError::InvalidRequest.refuse("the body must be a compact JWS"))
    }
}

/// Base64 for URLs, without padding and without bits left over: a part has one writing.
fn decoded(part: &str) -> Result<Vec<u8>, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(part);
    bytes.map_err(|_| SetError::InvalidRequest.refuse("the body must be a compact JWS"))
}

fn check_type(header: &Members<'_>) -> Result<(), Refusal> {
    if header.text("typ")? != "secevent+jwt" {
        return Err(header.wrong("typ", "must be `secevent+jwt`"));
    }
    // Whatever is critical there is nothing that this receiver knows (RFC 7515, section 4.1.11).
    if header.has("crit") {
        return Err(header.wrong("crit", "must be absent"));
    }
    Ok(())
}

fn key<'a>(keys: &'a KeySet, kid: &str) -> Result<&'a PublicKey, Refusal> {
    let found = keys.get(kid);
    let found = found.ok_or_else(|| SetError::InvalidKey.refuse("the source has no such key"))?;
    found.map_err(|problem| SetError::InvalidKey.refuse(format!("the key is not used: {problem}")))
}

/// The key says which algorithm it is for, the configuration which are allowed. What the token says must agree.
fn check_algorithm(
    header: &Members<'_>,
    key: &PublicKey,
    allowed: &[Algorithm],
) -> Result<(), Refusal> {
    let wanted = key.algorithm();
    if !allowed.contains(&wanted) {
        return Err(SetError::InvalidKey.refuse(format!("{wanted} is not allowed for this source")));
    }
    if header.text("alg")? != wanted.as_str() {
        let problem = format!("the key is for {wanted}, the token names another algorithm");
        return Err(SetError::InvalidKey.refuse(problem));
    }
    Ok(())
}
