//! From the bytes of a token to a payload with a right tag.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::header::Header;
use super::{Check, CheckName, Report};
use crate::HmacKey;

/// What kind of token is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// The longest token, in bytes.
    pub max_bytes: usize,
    /// The exact `typ`; `None` accepts any and none.
    pub typ: Option<&'static str>,
    /// Which header members may be there.
    pub members: Members,
}

/// Which header members a token may have. Those that carry keys or extensions are always refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Members {
    /// `alg`, `kid` and `typ`: what our sealer writes. Nobody else holds the keys, so another
    /// member means that the token is not ours.
    AlgKidTyp,
    /// Any other member too, as RFC 7515 allows.
    Any,
}

/// What came of opening a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The checks from size to tag, all of them, in order.
    pub checks: Vec<Check>,
    /// The payload, if the tag is right.
    pub payload: Option<Vec<u8>>,
    /// The `kid` of the header, verified or not.
    pub kid: Option<String>,
}

/// Opens any compact HS256 token: the checks of [`super::verify`] up to the tag, for any type.
///
/// `lookup` yields the key for the header's `kid`. Its keys are HS256 keys by their type, so the
/// algorithm is known before the token is read.
pub fn open<'k>(
    token: &[u8],
    policy: &Policy,
    lookup: impl FnOnce(Option<&str>) -> Option<&'k HmacKey>,
) -> Opened {
    let mut report = Report::default();
    let unsealed = run(token, policy, lookup, &mut report);
    let to_tag = CheckName::TOKEN
        .split_inclusive(|&name| name == CheckName::Tag)
        .next();
    let checks = report.finish(to_tag.unwrap_or_default());
    Opened {
        checks,
        payload: unsealed.payload,
        kid: unsealed.kid,
    }
}

/// The payload if the tag is right, the key id as soon as it was read.
#[derive(Default)]
pub(super) struct Unsealed {
    pub(super) payload: Option<Vec<u8>>,
    pub(super) kid: Option<String>,
}

/// Like [`open`], into a report that goes on.
pub(super) fn run<'k>(
    token: &[u8],
    policy: &Policy,
    lookup: impl FnOnce(Option<&str>) -> Option<&'k HmacKey>,
    report: &mut Report,
) -> Unsealed {
    let Some((segments, decoded, header)) = read(token, policy, report) else {
        return Unsealed::default();
    };
    let tag_is_right = authenticate(&segments, &decoded, &header, policy, lookup, report).is_some();
    Unsealed {
        payload: tag_is_right.then_some(decoded.payload),
        kid: header.kid().ok().flatten(),
    }
}

/// Everything that needs no key.
fn read<'t>(
    token: &'t [u8],
    policy: &Policy,
    report: &mut Report,
) -> Option<(Segments<'t>, Decoded, Header)> {
    let limit = format!("at most {} bytes", policy.max_bytes);
    report.step(CheckName::Size, check_size(token, policy), &limit)?;
    let segments = report.step(CheckName::Segments, split(token), "three segments")?;
    let decoded = report.step(
        CheckName::Base64url,
        decode(&segments),
        "strict, without padding",
    )?;
    let header = Header::read(&decoded.header, policy.members);
    let header = report.step(CheckName::HeaderJson, header, "one strict JSON object")?;
    Some((segments, decoded, header))
}

fn authenticate<'k>(
    segments: &Segments<'_>,
    decoded: &Decoded,
    header: &Header,
    policy: &Policy,
    lookup: impl FnOnce(Option<&str>) -> Option<&'k HmacKey>,
    report: &mut Report,
) -> Option<()> {
    report.step(
        CheckName::Algorithm,
        header.check_algorithm(),
        "HS256, as configured",
    )?;
    let key = report.step(
        CheckName::Key,
        header.find_key(lookup),
        "one of the keys held here",
    )?;
    report.step(
        CheckName::Critical,
        header.check_critical(),
        "no extensions",
    )?;
    report.step(
        CheckName::Type,
        header.check_type(policy.typ),
        "as expected",
    )?;
    let right = key.verify(segments.signed, &decoded.tag);
    let tag = right
        .then_some(())
        .ok_or_else(|| "the tag is not that of this key".to_owned());
    report.step(CheckName::Tag, tag, "the whole tag is right")
}

struct Segments<'t> {
    header: &'t [u8],
    payload: &'t [u8],
    tag: &'t [u8],
    /// Header, dot and payload: what the tag covers.
    signed: &'t [u8],
}

struct Decoded {
    header: Vec<u8>,
    payload: Vec<u8>,
    tag: Vec<u8>,
}

fn check_size(token: &[u8], policy: &Policy) -> Result<(), String> {
    if token.len() <= policy.max_bytes {
        return Ok(());
    }
    Err(format!(
        "the token has {} bytes, {} are allowed",
        token.len(),
        policy.max_bytes
    ))
}

fn split(token: &[u8]) -> Result<Segments<'_>, String> {
    let mut parts = token.split(|&byte| byte == b'.');
    let (Some(header), Some(payload), Some(tag), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        let found = token.split(|&byte| byte == b'.').count();
        return Err(format!("a compact token has 3 segments, this has {found}"));
    };
    let signed = token
        .get(..header.len() + 1 + payload.len())
        .unwrap_or_default();
    Ok(Segments {
        header,
        payload,
        tag,
        signed,
    })
}

fn decode(segments: &Segments<'_>) -> Result<Decoded, String> {
    let decode = |name: &str, segment: &[u8]| {
        URL_SAFE_NO_PAD
            .decode(segment)
            .map_err(|_| format!("the {name} is not strict base64url without padding"))
    };
    Ok(Decoded {
        header: decode("header", segments.header)?,
        payload: decode("payload", segments.payload)?,
        tag: decode("tag", segments.tag)?,
    })
}
