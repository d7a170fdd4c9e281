//! A request as it arrived, once nothing about it can be read in two ways.

use std::net::SocketAddr;

use actix_web::dev::RequestHead;
use actix_web::http::{StatusCode, Version};
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, HOST, HeaderName, HeaderValue, TRANSFER_ENCODING, UPGRADE};
use utc_domain::{CorrelationText, DomainError, IdempotencyKey};
use uuid::Uuid;

use crate::body::BodyError;
use crate::convert::from_actix;
use crate::path::{Asked, PathError};
use crate::problem::Problem;
use crate::{headers, method};

const TOKEN: HeaderName = HeaderName::from_static("utc-token");
const SUBJECT: HeaderName = HeaderName::from_static("utc-subject");
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A request whose target, method, framing and credentials have one reading.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(crate) asked: Asked,
    pub(crate) method: String,
    pub(crate) headers: HeaderMap,
    pub(crate) peer: SocketAddr,
    pub(crate) token: String,
    pub(crate) subject: Option<String>,
    pub(crate) key: Option<IdempotencyKey>,
    pub(crate) length: Length,
    /// It came in HTTP/1.0.
    pub(crate) knows_no_chunks: bool,
}

/// How long the body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// There is none.
    None,
    /// So many bytes, more than none.
    Bytes(u64),
    /// That shows at its end.
    Unknown,
}

impl Length {
    /// Whether no more than `limit` bytes are announced; how many come is another question.
    pub(crate) fn check(self, limit: usize) -> Result<(), BodyError> {
        match self {
            Self::Bytes(bytes) if usize::try_from(bytes).map_or(true, |bytes| bytes > limit) => {
                Err(BodyError::TooLarge { limit })
            }
            Self::None | Self::Bytes(_) | Self::Unknown => Ok(()),
        }
    }
}

impl Arrived {
    pub(crate) fn read(request: &RequestHead) -> Result<Self, Problem> {
        let headers = from_actix(&request.headers);
        check_method(request.method.as_str(), &headers)?;
        check_target(request)?;
        let length = length(&headers)?;
        let target = request.uri.path_and_query();
        let asked = Asked::read(target.map_or("", |target| target.as_str()))?;
        let (token, key) = (token(&headers)?, key(&headers)?);
        check_credentials(&headers)?;
        Ok(Self {
            asked,
            method: request.method.as_str().to_owned(),
            peer: request.peer_addr.ok_or_else(Problem::internal)?,
            token,
            subject: text(&headers, &SUBJECT, "subject_header")?,
            key,
            length,
            knows_no_chunks: request.version < Version::HTTP_11,
            headers,
        })
    }
}

/// The caller's `X-Request-ID` where it is plain text, else a new one.
pub(crate) fn request_id(request: &RequestHead) -> String {
    let given = request.headers.get(REQUEST_ID.as_str());
    let given = given.and_then(|value| value.to_str().ok());
    match given.filter(|text| text.parse::<CorrelationText>().is_ok()) {
        Some(text) => text.to_owned(),
        None => Uuid::now_v7().to_string(),
    }
}

/// Whether a body follows or may follow the head: on a connection with one left unread, no other request is read.
pub(crate) fn has_body(request: &RequestHead) -> bool {
    let headers = &request.headers;
    let length = headers.get(CONTENT_LENGTH.as_str());
    length.is_some_and(|length| length != "0")
        || headers.contains_key(TRANSFER_ENCODING.as_str())
        || headers.contains_key(UPGRADE.as_str())
}

fn check_method(method: &str, headers: &HeaderMap) -> Result<(), Problem> {
    if method::is_refused(method) {
        let detail = "`CONNECT` and `TRACE` are not forwarded";
        return Err(Problem::bad("method_refused", detail));
    }
    if headers.contains_key(UPGRADE) {
        let detail = "connections are not upgraded; send the request without `Upgrade`";
        return Err(Problem::bad("upgrade_refused", detail));
    }
    if headers::overrides_the_method(headers) {
        let detail =
            "a header names another method than the request has; send the request with that method";
        return Err(Problem::bad("method_override", detail));
    }
    Ok(())
}

/// A target that names a host leaves open which of two hosts is meant.
fn check_target(request: &RequestHead) -> Result<(), Problem> {
    if request.uri.authority().is_some() {
        let detail = "the request's target must be a path: the gateway is no forward proxy";
        return Err(Problem::bad("target_refused", detail));
    }
    Ok(())
}

/// The framework refuses what is ambiguous about framing before it gets here; that a second look finds nothing is
/// what this relies on, so it looks.
fn length(headers: &HeaderMap) -> Result<Length, Problem> {
    let count = |name: HeaderName| headers.get_all(name).into_iter().count();
    let (lengths, codings) = (count(CONTENT_LENGTH), count(TRANSFER_ENCODING));
    let ambiguous = || Problem::bad("framing", "the framing of the request is ambiguous");
    if count(HOST) > 1 || lengths + codings > 1 {
        return Err(ambiguous());
    }
    if codings == 1 {
        return Ok(Length::Unknown);
    }
    let Some(length) = headers.get(CONTENT_LENGTH) else {
        return Ok(Length::None);
    };
    let digits = length
        .to_str()
        .ok()
        .filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
    match digits.and_then(|digits| digits.parse().ok()) {
        Some(0) => Ok(Length::None),
        Some(bytes) => Ok(Length::Bytes(bytes)),
        None => Err(ambiguous()),
    }
}

/// Nothing but this header is looked at: a browser that is signed in to the console is nobody here.
fn token(headers: &HeaderMap) -> Result<String, Problem> {
    let token = text(headers, &TOKEN, "token_header")?;
    token.ok_or_else(|| crate::port::Refused::Unauthenticated.into())
}

/// What stands in `Authorization` goes on to the upstream, which must not learn what opens this service.
fn check_credentials(headers: &HeaderMap) -> Result<(), Problem> {
    if headers::authorises_with_a_token_of_ours(headers) {
        let detail = "`Authorization` goes on to the upstream and holds a token of this service; send that in \
                      `UTC-Token` alone, and revoke it if it was sent to others";
        return Err(Problem::bad("token_in_authorization", detail));
    }
    Ok(())
}

fn key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, Problem> {
    let key = text(headers, &KEY, "idempotency_key")?;
    let refused = |error: DomainError| Problem::bad("idempotency_key", error.to_string());
    key.map(|key| key.parse().map_err(refused)).transpose()
}

/// The one value of a header that may be there once, in ASCII.
fn text(
    headers: &HeaderMap,
    name: &HeaderName,
    code: &'static str,
) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all(name).into_iter();
    let value = values.next();
    let one = values.next().is_none();
    match value.map(HeaderValue::to_str) {
        None => Ok(None),
        Some(Ok(text)) if one => Ok(Some(text.to_owned())),
        Some(_) => {
            let detail = format!("the header `{name}` must be there once, in visible ASCII");
            Err(Problem::bad(code, detail))
        }
    }
}

impl From<PathError> for Problem {
    fn from(error: PathError) -> Self {
        let (status, code) = match error {
            PathError::Elsewhere => (StatusCode::NOT_FOUND, "no_such_path"),
            PathError::TooLong { .. } => (StatusCode::URI_TOO_LONG, "target_too_long"),
            PathError::Unit(_) => (StatusCode::BAD_REQUEST, "unit_name"),
            PathError::Character
            | PathError::Percent
            | PathError::Encoded
            | PathError::Utf8
            | PathError::Segment => (StatusCode::BAD_REQUEST, "path_refused"),
        };
        Self::new(status, code, error.to_string())
    }
}
