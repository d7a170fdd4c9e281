//! A request as it goes out to a unit's upstream.

use std::fmt;

use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use utc_domain::PayloadHash;

use super::RecordError;
use crate::Forwarded;

/// Headers that name one attempt, so that two attempts at one request would differ in them alone. They are sent and
/// kept, and an approval does not bind them.
const OF_THE_ATTEMPT: [&str; 3] = ["traceparent", "tracestate", "x-request-id"];

/// A request as it goes out to a unit's upstream: what is hashed, held and sent are these bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The method, as it is sent.
    pub method: String,
    /// Scheme, host and port of the upstream, such as `https://payments.example:8443`.
    pub origin: String,
    /// The path, as it is sent.
    pub path: String,
    /// What follows the question mark. An empty query is another than none.
    pub query: Option<String>,
    /// The headers: names in lower case, values as their raw bytes. Several of one name keep their order.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body; empty for none.
    pub body: Bytes,
}

impl Outgoing {
    /// Path and query as one text, as it is sent.
    pub fn path_and_query(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }

    /// The digest of the body; none for a request without one.
    pub fn payload_hash(&self) -> Option<PayloadHash> {
        let digest = || Sha256::digest(&self.body).into();
        (!self.body.is_empty()).then(|| PayloadHash::from_sha256(&digest()))
    }

    /// What an approval binds of it: everything but the body, which its digest stands for, and the headers that name one
    /// attempt. Headers are in the order of their names, so that a client which orders them otherwise the next time asks
    /// for the same.
    pub fn bound(&self) -> Forwarded {
        let named_attempt = |name: &str| OF_THE_ATTEMPT.contains(&name);
        let all = self.headers.iter();
        let mut headers: Vec<_> = all
            .filter(|(name, _)| !named_attempt(name))
            .cloned()
            .collect();
        // Stable: values of one name keep their order, which means something.
        headers.sort_by(|(one, _), (other, _)| one.cmp(other));
        Forwarded {
            method: self.method.clone(),
            origin: self.origin.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            headers,
        }
    }

    /// What makes a request that is sent again with the same key the same one: everything but its headers.
    pub(super) fn repeated(&self) -> Result<PayloadHash, RecordError> {
        let without_headers = Self {
            headers: Vec::new(),
            ..self.clone()
        };
        let digest = Sha256::digest(without_headers.to_record()?).into();
        Ok(PayloadHash::from_sha256(&digest))
    }
}

/// Headers and body hold credentials: neither is written anywhere by accident.
impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (headers, body) = (self.headers.len(), self.body.len());
        write!(
            f,
            "{} {}{} with {headers} headers and a body of {body} bytes",
            self.method, self.origin, self.path
        )
    }
}
