//! What a receipt says, read in place: nothing is copied but what has escapes.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use utc_attestation::{
    ALGORITHM, AUDIENCE, Limits, MAX_ENTRY_BYTES, SCHEMA, TYPE, check_strict, leaf_hash,
};
use utc_domain::{KeyId, LeafHash, ReceiptId, Timestamp};

/// A receipt nests three deep.
const LIMITS: Limits = Limits { max_depth: 16 };

/// The longest code or kind, in bytes.
const MAX_CODE_BYTES: usize = 100;
/// The longest subject or unit, in bytes: 200 characters of up to 4.
const MAX_NAME_BYTES: usize = 800;
/// The longest reason, in bytes: what a person wrote, up to 1,000 characters, and what is said around it.
const MAX_REASON_BYTES: usize = 16_384;

/// The parts of a token, decoded.
pub(crate) struct Token<'t> {
    /// The key that the header names.
    pub(crate) kid: KeyId,
    /// Header, dot and payload: what the tag covers.
    pub(crate) signed: &'t [u8],
    /// The tag.
    pub(crate) tag: Vec<u8>,
    /// The whole token as a leaf of the log.
    pub(crate) leaf: LeafHash,
}

/// A text that borrows where it can.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

/// The claims that evidence is about; see [`utc_attestation::Claims`] for each.
#[derive(Debug, Deserialize)]
pub(crate) struct Claims<'a> {
    #[serde(borrow, default)]
    pub(crate) action: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) aud: Text<'a>,
    #[serde(borrow)]
    pub(crate) code: Text<'a>,
    #[serde(borrow, default)]
    pub(crate) decision: Option<Text<'a>>,
    pub(crate) iat: i64,
    #[serde(borrow)]
    pub(crate) iss: Text<'a>,
    #[serde(borrow)]
    pub(crate) jti: Text<'a>,
    #[serde(borrow)]
    pub(crate) kind: Text<'a>,
    #[serde(borrow, default)]
    pub(crate) link: Link<'a>,
    #[serde(borrow)]
    pub(crate) meta: Meta<'a>,
    #[serde(borrow)]
    pub(crate) policy: Policy<'a>,
    #[serde(borrow)]
    pub(crate) prev: Text<'a>,
    #[serde(borrow)]
    pub(crate) reason: Text<'a>,
    pub(crate) seq: u64,
    #[serde(borrow)]
    pub(crate) sub: Text<'a>,
    #[serde(borrow)]
    pub(crate) ts: Text<'a>,
    #[serde(borrow, default)]
    pub(crate) unit: Option<Text<'a>>,
    pub(crate) v: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Link<'a> {
    #[serde(borrow)]
    pub(crate) approval: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) filter: Option<Filtered<'a>>,
    #[serde(borrow)]
    pub(crate) receipt: Option<Text<'a>>,
}

/// Which receipts were gone through.
#[derive(Debug, Deserialize)]
pub(crate) struct Filtered<'a> {
    #[serde(borrow, default)]
    pub(crate) from: Option<Text<'a>>,
    pub(crate) log_size: u64,
    #[serde(borrow, default)]
    pub(crate) subject: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) to: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) unit: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Policy<'a> {
    #[serde(borrow)]
    pub(crate) digest: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Meta<'a> {
    #[serde(borrow)]
    pub(crate) cause: Option<Text<'a>>,
    pub(crate) enabled: Option<bool>,
    #[serde(borrow)]
    pub(crate) evidence: Vec<Signal<'a>>,
    #[serde(borrow)]
    pub(crate) keys: Vec<KeyChange<'a>>,
    #[serde(borrow)]
    pub(crate) log_before: Option<LogBefore<'a>>,
    #[serde(borrow)]
    pub(crate) log_key: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) manifest_digest: Option<Text<'a>>,
    pub(crate) population: Option<u64>,
    #[serde(borrow)]
    pub(crate) previous_level: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) protection_level: Option<Text<'a>>,
    pub(crate) quorum: Option<u32>,
    pub(crate) rho: Option<f64>,
    #[serde(borrow)]
    pub(crate) rule: Option<Text<'a>>,
    pub(crate) upstream_status: Option<u16>,
    #[serde(borrow)]
    pub(crate) vote: Option<Text<'a>>,
    pub(crate) votes: Option<u32>,
}

/// What the log was before it was set back.
#[derive(Debug, Deserialize)]
pub(crate) struct LogBefore<'a> {
    #[serde(borrow)]
    pub(crate) origin: Text<'a>,
    pub(crate) size: u64,
}

/// An event that a flag or a flip rests on.
#[derive(Debug, Deserialize)]
pub(crate) struct Signal<'a> {
    #[serde(borrow)]
    pub(crate) hash: Text<'a>,
    #[serde(borrow)]
    pub(crate) source: Text<'a>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct KeyChange<'a> {
    pub(crate) from_seq: Option<u64>,
    #[serde(borrow)]
    pub(crate) kid: Text<'a>,
    #[serde(borrow)]
    pub(crate) state: Text<'a>,
}

/// A receipt that says what receipts say.
#[derive(Debug)]
pub(crate) struct Receipt<'a> {
    pub(crate) claims: Claims<'a>,
    pub(crate) id: ReceiptId,
    /// When it was placed.
    pub(crate) at: Timestamp,
    /// The leaf hash of the receipt before.
    pub(crate) prev: LeafHash,
}

impl Claims<'_> {
    /// Whether this is an answer to a question, and nothing that changes the installation.
    pub(crate) fn is_plain_decision(&self) -> bool {
        &*self.kind == "decision"
    }

    fn prev_leaf(&self) -> Option<LeafHash> {
        let mut bytes = [0; 33];
        let length = URL_SAFE_NO_PAD.decode_slice(&*self.prev, &mut bytes).ok()?;
        let bytes = bytes.get(..length)?;
        bytes.try_into().ok().map(LeafHash::new)
    }
}

/// Takes a token apart, its payload into `payload`. The form is strict; the tag is not checked.
pub(crate) fn split<'t>(token: &'t [u8], payload: &mut Vec<u8>) -> Result<Token<'t>, String> {
    if token.len() > MAX_ENTRY_BYTES {
        return Err(format!(
            "it has {} bytes, {MAX_ENTRY_BYTES} are allowed",
            token.len()
        ));
    }
    let mut parts = token.split(|&byte| byte == b'.');
    let (Some(header), Some(middle), Some(tag), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err("a compact token has three segments".to_owned());
    };
    payload.clear();
    let strict = |_| "a segment is not strict base64url without padding".to_owned();
    URL_SAFE_NO_PAD
        .decode_vec(middle, payload)
        .map_err(strict)?;
    let header_bytes = URL_SAFE_NO_PAD.decode(header).map_err(strict)?;
    Ok(Token {
        kid: key(&header_bytes).ok_or("its header is not exactly that of a receipt")?,
        signed: token
            .get(..header.len() + 1 + middle.len())
            .unwrap_or_default(),
        tag: URL_SAFE_NO_PAD.decode(tag).map_err(strict)?,
        leaf: leaf_hash(token),
    })
}

/// The key that a header names, if the header is byte for byte what the sealer writes.
fn key(header: &[u8]) -> Option<KeyId> {
    let text = std::str::from_utf8(header).ok()?;
    let rest = text.strip_prefix(r#"{"alg":""#)?.strip_prefix(ALGORITHM)?;
    let rest = rest.strip_prefix(r#"","kid":""#)?;
    let (kid, rest) = rest.split_once('"')?;
    let end = rest.strip_prefix(r#","typ":""#)?.strip_prefix(TYPE)?;
    (end == r#""}"#).then(|| kid.parse().ok())?
}

/// Reads the payload of a receipt, which must say what receipts say.
pub(crate) fn read(payload: &[u8]) -> Result<Receipt<'_>, String> {
    check_strict(payload, LIMITS).map_err(|error| error.to_string())?;
    let claims: Claims<'_> = serde_json::from_slice(payload).map_err(|error| error.to_string())?;
    if claims.v != SCHEMA {
        return Err(format!("`v` is not {SCHEMA}; a newer verifier may know it"));
    }
    if &*claims.aud != AUDIENCE {
        return Err(format!("`aud` is not `{AUDIENCE}`"));
    }
    check_lengths(&claims)?;
    let id = claims.jti.parse();
    let prev = claims.prev_leaf();
    Ok(Receipt {
        id: id.map_err(|_| "`jti` is not a receipt id")?,
        at: time(&claims)?,
        prev: prev.ok_or("`prev` is not the base64url of 32 bytes")?,
        claims,
    })
}

/// Some of these texts are kept, so none may be longer than any receipt of ours has them.
fn check_lengths(claims: &Claims<'_>) -> Result<(), String> {
    let unit = claims.unit.as_deref().unwrap_or_default();
    let decision = claims.decision.as_deref().unwrap_or_default();
    let short = [&*claims.kind, &*claims.code, decision];
    let names = [&*claims.sub, &*claims.iss, unit];
    if short.iter().any(|text| text.len() > MAX_CODE_BYTES)
        || names.iter().any(|text| text.len() > MAX_NAME_BYTES)
        || claims.reason.len() > MAX_REASON_BYTES
    {
        return Err("a claim is longer than receipts have it".to_owned());
    }
    let digits = claims.policy.digest.strip_prefix("sha256:");
    let hex = |digit: u8| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit);
    if digits.is_some_and(|digits| digits.len() == 64 && digits.bytes().all(hex)) {
        Ok(())
    } else {
        Err("`policy.digest` is not a SHA-256".to_owned())
    }
}

fn time(claims: &Claims<'_>) -> Result<Timestamp, String> {
    let at: Timestamp = claims
        .ts
        .parse()
        .map_err(|_| "`ts` is not an ISO 8601 time")?;
    if at.to_string() != *claims.ts {
        return Err("`ts` is not in UTC with six decimals".to_owned());
    }
    if at.as_seconds() == claims.iat {
        Ok(at)
    } else {
        Err("`iat` is not the whole second of `ts`".to_owned())
    }
}
