//! Between the header types of actix-web (`http` 0.2) and of everything else (`http` 1).

use actix_web::http::header as actix;
use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};

/// What one side takes for a header, the other does too; a header that it did not would be left out.
pub(crate) fn from_actix(headers: &actix::HeaderMap) -> HeaderMap {
    let mut out = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_str().as_bytes());
        let value = HeaderValue::from_bytes(value.as_bytes());
        if let (Ok(name), Ok(value)) = (name, value) {
            out.append(name, value);
        }
    }
    out
}

pub(crate) fn to_actix(
    name: &HeaderName,
    value: &HeaderValue,
) -> Option<(actix::HeaderName, actix::HeaderValue)> {
    let name = actix::HeaderName::from_bytes(name.as_str().as_bytes()).ok()?;
    let value = actix::HeaderValue::from_bytes(value.as_bytes()).ok()?;
    Some((name, value))
}
