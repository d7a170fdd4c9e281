//! What comes back.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::response::Parts;
use http::{HeaderMap, StatusCode};
use http_body::Body as _;
use hyper::body::Incoming;
use tokio::time::timeout;

use crate::{OutboundError, Phase};

/// An answer whose head is there and whose body still comes. Dropping it closes the connection.
#[derive(Debug)]
pub struct Response {
    head: Parts,
    body: Incoming,
    idle: Duration,
    waited: Duration,
}

impl Response {
    pub(crate) fn new(
        response: http::Response<Incoming>,
        idle: Duration,
        waited: Duration,
    ) -> Self {
        let (head, body) = response.into_parts();
        Self {
            head,
            body,
            idle,
            waited,
        }
    }

    /// The status, also when it sends elsewhere: redirects are not followed.
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// The headers as they came.
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// The time from the last piece of the request to the head of the answer.
    pub fn waited(&self) -> Duration {
        self.waited
    }

    /// The next chunk of the body as it came, or `None` at its end.
    ///
    /// # Errors
    ///
    /// Fails when the connection breaks, or when nothing comes for the idle time.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, OutboundError> {
        loop {
            let frame = poll_fn(|cx| Pin::new(&mut self.body).poll_frame(cx));
            let frame = timeout(self.idle, frame)
                .await
                .map_err(|_| OutboundError::Timeout(Phase::Idle))?;
            let Some(frame) = frame.transpose().map_err(OutboundError::broken)? else {
                return Ok(None);
            };
            // Trailers are left out.
            if let Ok(chunk) = frame.into_data() {
                return Ok(Some(chunk));
            }
        }
    }

    /// The whole body, when it has at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// Fails as [`chunk`](Self::chunk) does, and when the body is larger.
    pub async fn bytes(mut self, limit: usize) -> Result<Bytes, OutboundError> {
        let mut whole = BytesMut::new();
        while let Some(chunk) = self.chunk().await? {
            if whole.len() + chunk.len() > limit {
                return Err(OutboundError::TooLarge { limit });
            }
            whole.extend_from_slice(&chunk);
        }
        Ok(whole.freeze())
    }
}
