//! What an approval is given for, as one digest.

use serde::Serialize;
use sha2::{Digest, Sha256};
use utc_domain::{Action, PayloadHash, RequestDigest, Subject, UnitName};

use crate::{CanonicalError, canonical};

/// The version of the form that is hashed. Another form must not give the digest of an older one.
const FORM: u64 = 1;

/// Everything that an approval binds. A request that differs in any of it is another request.
#[derive(Debug, Clone, Copy)]
pub struct BoundRequest<'a> {
    /// Who asks.
    pub subject: &'a Subject,
    /// The id of the token that it is asked with.
    pub token: &'a str,
    /// What for.
    pub action: &'a Action,
    /// On which unit; an alias is resolved before.
    pub unit: &'a UnitName,
    /// The number of the unit's configuration; 0 for a unit that nobody configured.
    pub config_version: u64,
    /// The digest of the body. A request without one is bound to having none.
    pub payload_hash: Option<&'a PayloadHash>,
    /// What the gateway will send; absent for a question that did not come through it.
    pub forwarded: Option<ForwardedRequest<'a>>,
}

/// The HTTP request that the gateway will send. Its body is bound by [`BoundRequest::payload_hash`].
#[derive(Debug, Clone, Copy)]
pub struct ForwardedRequest<'a> {
    /// The method, as it is sent.
    pub method: &'a str,
    /// Scheme, host and port of the upstream.
    pub origin: &'a str,
    /// The path, as it is sent.
    pub path: &'a str,
    /// What follows the question mark. An empty query is another than none.
    pub query: Option<&'a str>,
    /// The headers that are sent, in their order; names as they are sent, values as their raw bytes.
    pub headers: &'a [(&'a str, &'a [u8])],
}

/// The digest of a request: the SHA-256 of its canonical JSON (RFC 8785).
///
/// # Errors
/// [`CanonicalError`] is not possible for these values and is passed on all the same.
pub fn request_digest(request: &BoundRequest<'_>) -> Result<RequestDigest, CanonicalError> {
    let bytes = canonical(&Form::of(request))?;
    Ok(RequestDigest::from_sha256(&Sha256::digest(bytes).into()))
}

/// What is hashed. Absent members are `null`, so that absence is bound too.
#[derive(Serialize)]
struct Form<'a> {
    v: u64,
    subject: &'a str,
    token: &'a str,
    action: &'a str,
    unit: &'a str,
    /// As text: canonical JSON has no integers beyond 2⁵³, where two numbers would become one.
    config_version: String,
    payload_hash: Option<&'a str>,
    forwarded: Option<ForwardedForm<'a>>,
}

#[derive(Serialize)]
struct ForwardedForm<'a> {
    method: &'a str,
    origin: &'a str,
    path: &'a str,
    query: Option<&'a str>,
    headers: Vec<(&'a str, String)>,
}

impl<'a> Form<'a> {
    fn of(request: &BoundRequest<'a>) -> Self {
        Self {
            v: FORM,
            subject: request.subject.as_str(),
            token: request.token,
            action: request.action.as_str(),
            unit: request.unit.as_str(),
            config_version: request.config_version.to_string(),
            payload_hash: request.payload_hash.map(PayloadHash::as_str),
            forwarded: request.forwarded.map(ForwardedForm::of),
        }
    }
}

impl<'a> ForwardedForm<'a> {
    fn of(request: ForwardedRequest<'a>) -> Self {
        let headers = request.headers.iter();
        Self {
            method: request.method,
            origin: request.origin,
            path: request.path,
            query: request.query,
            headers: headers
                .map(|&(name, value)| (name, latin1(value)))
                .collect(),
        }
    }
}

/// A text of one character for each byte. A header's value need not be UTF-8, and no two values may give one text.
fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}
