//! What is sent.

use http::header::{
    CONNECTION, CONTENT_LENGTH, HOST, HeaderName, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, Method};

use crate::{Body, Target};

/// A request.
#[derive(Debug)]
pub struct Request {
    /// The method. `CONNECT` cannot be sent.
    pub method: Method,
    /// Where it goes.
    pub target: Target,
    /// The headers. Those that frame the message or name the host are the client's own, and are left out.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
    /// Which connection it goes over.
    pub connection: Connection,
}

/// Which connection a request goes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// One that is open already, or else a new one, which is kept open for others.
    Shared,
    /// A new one, which is closed afterwards: nothing can have happened on it before.
    Fresh,
}

/// What only the client can know, or must not be said twice.
const OURS: [HeaderName; 9] = [
    CONNECTION,
    CONTENT_LENGTH,
    HOST,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

pub(crate) fn without_framing(mut headers: HeaderMap) -> HeaderMap {
    for name in OURS {
        headers.remove(name);
    }
    headers
}
