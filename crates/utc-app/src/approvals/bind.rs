//! What an approval is given for.

use utc_attestation::{BoundRequest, ForwardedRequest, request_digest};
use utc_domain::{Action, PayloadHash, RequestDigest, Subject, UnitName};

use crate::AppError;

/// The HTTP request that the gateway will send when it may. Its body is bound by the request's payload hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forwarded {
    /// The method, as it is sent.
    pub method: String,
    /// Scheme, host and port of the upstream.
    pub origin: String,
    /// The path, as it is sent.
    pub path: String,
    /// What follows the question mark. An empty query is another than none.
    pub query: Option<String>,
    /// The headers that are sent, in their order; values are raw bytes.
    pub headers: Vec<(String, Vec<u8>)>,
}

/// Everything that is bound. Whoever differs in any of it asks for something else.
pub(crate) struct Bound<'a> {
    pub(crate) subject: &'a Subject,
    pub(crate) token: &'a str,
    pub(crate) action: &'a Action,
    pub(crate) unit: &'a UnitName,
    pub(crate) config_version: u64,
    pub(crate) payload_hash: Option<&'a PayloadHash>,
    pub(crate) forwarded: Option<&'a Forwarded>,
}

/// The digest of it.
pub(crate) fn digest(bound: &Bound<'_>) -> Result<RequestDigest, AppError> {
    let headers: Vec<(&str, &[u8])> = bound
        .forwarded
        .iter()
        .flat_map(|forwarded| &forwarded.headers)
        .map(|(name, value)| (name.as_str(), value.as_slice()))
        .collect();
    let request = BoundRequest {
        subject: bound.subject,
        token: bound.token,
        action: bound.action,
        unit: bound.unit,
        config_version: bound.config_version,
        payload_hash: bound.payload_hash,
        forwarded: bound.forwarded.map(|forwarded| ForwardedRequest {
            method: &forwarded.method,
            origin: &forwarded.origin,
            path: &forwarded.path,
            query: forwarded.query.as_deref(),
            headers: &headers,
        }),
    };
    request_digest(&request).map_err(|error| AppError::Internal(Box::new(error)))
}
