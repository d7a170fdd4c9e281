//! Reading a set of keys, once.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use utc_outbound::{Body, Connection, Outbound, Request, Target};
use utc_tdx::ssf::{KeySet, MAX_JWKS_BYTES};

use crate::KeysError;

/// Where keys are.
pub(crate) enum Location {
    /// Behind a URL.
    Url(Target),
    /// In a file.
    File(PathBuf),
}

impl Location {
    pub(crate) fn parse(text: &str) -> Result<Self, KeysError> {
        if text.contains("://") {
            let target: Result<Target, _> = text.parse();
            return target
                .map(Self::Url)
                .map_err(|error| KeysError::Target(Arc::new(error)));
        }
        Ok(Self::File(PathBuf::from(text)))
    }
}

/// Reads the keys at a location.
pub(crate) async fn fetch(
    outbound: &Outbound,
    location: Location,
    patience: Duration,
) -> Result<KeySet, KeysError> {
    let bytes = match location {
        Location::Url(target) => {
            let called = tokio::time::timeout(patience, call(outbound, target));
            called.await.map_err(|_| KeysError::Slow)??
        }
        Location::File(path) => {
            let read = tokio::task::spawn_blocking(move || read(&path));
            read.await.map_err(|_| KeysError::Unfit)??
        }
    };
    KeySet::parse(&bytes).map_err(|error| KeysError::Form(Arc::new(error)))
}

async fn call(outbound: &Outbound, target: Target) -> Result<Vec<u8>, KeysError> {
    let failed = |error| KeysError::Fetch(Arc::new(error));
    let accept = HeaderValue::from_static("application/jwk-set+json, application/json");
    let request = Request {
        method: Method::GET,
        target,
        headers: HeaderMap::from_iter([(ACCEPT, accept)]),
        body: Body::empty(),
        // It belongs to no other thread's runtime.
        connection: Connection::Fresh,
    };
    let response = outbound.send(request).await.map_err(failed)?;
    if response.status() != StatusCode::OK {
        return Err(KeysError::Status(response.status().as_u16()));
    }
    let bytes = response.bytes(MAX_JWKS_BYTES).await.map_err(failed)?;
    Ok(bytes.to_vec())
}

/// A pipe would be waited for, and a device never ends.
fn read(path: &Path) -> Result<Vec<u8>, KeysError> {
    let failed = |error| KeysError::File(Arc::new(error));
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        return Err(KeysError::Unfit);
    }
    let most = u64::try_from(MAX_JWKS_BYTES).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    let mut limited = file.take(most + 1);
    limited.read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > MAX_JWKS_BYTES {
        return Err(KeysError::Unfit);
    }
    Ok(bytes)
}
