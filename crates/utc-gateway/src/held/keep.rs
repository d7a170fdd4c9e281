//! What is kept of an answer that nobody waits for.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use sha2::{Digest as _, Sha256};
use tokio::time::{Instant, timeout_at};
use utc_app::gateway::{Finished, Outcome};
use utc_domain::PayloadHash;
use utc_outbound::Response;

use crate::execution::answered;
use crate::headers;

/// How much of the body is kept, in bytes.
const KEPT: usize = 64 << 10;

/// How long a body may take. One that goes on is cut off; the status is known by then.
const LONGEST: Duration = Duration::from_mins(5);

/// Reads an answer to its end, for its digest, and keeps its beginning.
pub(super) async fn keep(mut response: Response) -> Finished {
    let mut outcome = answered(&response);
    let kept_headers = list(&headers::outbound(response.headers()));
    let mut digest = Sha256::new();
    let mut kept = BytesMut::new();
    let mut length = 0;
    let end = Instant::now() + LONGEST;
    let ended = loop {
        match timeout_at(end, response.chunk()).await {
            Ok(Ok(Some(piece))) => {
                digest.update(&piece);
                length += piece.len();
                let room = KEPT.saturating_sub(kept.len());
                kept.extend_from_slice(piece.get(..room).unwrap_or(&piece));
            }
            Ok(Ok(None)) => break true,
            // The upstream answered: that the rest of its answer is missing does not undo what it did.
            Ok(Err(_)) | Err(_) => break false,
        }
    };
    if ended {
        outcome.answer = Some(PayloadHash::from_sha256(&digest.finalize().into()));
    }
    Finished {
        outcome,
        headers: kept_headers,
        whole: ended && kept.len() == length,
        kept: kept.freeze(),
    }
}

/// Of a request without an answer.
pub(super) fn nothing(outcome: Outcome) -> Finished {
    Finished {
        outcome,
        headers: Vec::new(),
        kept: Bytes::new(),
        whole: false,
    }
}

fn list(headers: &HeaderMap) -> Vec<(String, Vec<u8>)> {
    let line = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        (name.as_str().to_owned(), value.as_bytes().to_vec())
    };
    headers.iter().map(line).collect()
}
