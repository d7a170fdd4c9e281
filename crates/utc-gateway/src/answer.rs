//! The upstream's answer on its way to the caller.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::{HttpResponse, HttpResponseBuilder};
use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, HeaderValue};
use utc_outbound::{OutboundError, Response};

use crate::convert::to_actix;
use crate::execution::Executing;
use crate::headers;

/// Who gets an answer, as far as its framing depends on that.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader {
    /// The request was a `HEAD`, whose answer has no body whatever its length says.
    pub(crate) asked_for_head: bool,
    /// It speaks HTTP/1.0 and knows no chunks: a body of unknown length ends with the connection.
    pub(crate) knows_no_chunks: bool,
}

/// The answer as the caller gets it: status and body as they came, headers without what ends here.
pub(crate) fn answer(
    response: Response,
    reader: Reader,
    executing: Option<Executing>,
) -> HttpResponse {
    // A status from 100 to 999, as both sides have it.
    let status =
        StatusCode::from_u16(response.status().as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
    let size = size(status, response.headers(), reader);
    let mut answer = HttpResponse::build(status);
    copy_headers(&headers::outbound(response.headers()), &mut answer);
    if status == StatusCode::NOT_MODIFIED
        && let Some(length) = length(response.headers())
    {
        answer.append_header(("content-length", length));
    }
    let mut answer = answer.body(Body::new(size, response, executing));
    if size == BodySize::Stream && reader.knows_no_chunks {
        answer.head_mut().no_chunking(true);
        answer.head_mut().set_connection_type(ConnectionType::Close);
    }
    answer
}

fn copy_headers(headers: &HeaderMap, answer: &mut HttpResponseBuilder) {
    for (name, value) in headers {
        if let Some(header) = to_actix(name, value) {
            answer.append_header(header);
        }
    }
}

fn length(headers: &HeaderMap) -> Option<u64> {
    let length = headers.get(CONTENT_LENGTH).map(HeaderValue::to_str)?;
    length.ok()?.parse().ok()
}

fn size(status: StatusCode, headers: &HeaderMap, reader: Reader) -> BodySize {
    if matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
        return BodySize::None;
    }
    match length(headers) {
        Some(length) => BodySize::Sized(length),
        None if reader.asked_for_head => BodySize::None,
        None => BodySize::Stream,
    }
}

type Next = Pin<Box<dyn Future<Output = (Result<Option<Bytes>, OutboundError>, Response)>>>;

async fn next(mut response: Response) -> (Result<Option<Bytes>, OutboundError>, Response) {
    let piece = response.chunk().await;
    (piece, response)
}

/// The body, a piece at a time: the next one is asked for when the caller has taken the last.
struct Body {
    size: BodySize,
    next: Option<Next>,
    executing: Option<Executing>,
}

impl Body {
    /// A body of no bytes is never asked for a piece, so it has ended already.
    fn new(size: BodySize, response: Response, executing: Option<Executing>) -> Self {
        let empty = matches!(size, BodySize::None | BodySize::Sized(0));
        let executing = match executing {
            Some(executing) if empty => {
                executing.ended();
                None
            }
            executing => executing,
        };
        Self {
            size,
            executing,
            next: (!empty).then(|| Box::pin(next(response)) as Next),
        }
    }
}

impl MessageBody for Body {
    type Error = OutboundError;

    fn size(&self) -> BodySize {
        self.size
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, OutboundError>>> {
        let Some(waiting) = self.next.as_mut() else {
            return Poll::Ready(None);
        };
        let (piece, response) = ready!(waiting.as_mut().poll(cx));
        self.next = None;
        Poll::Ready(match piece {
            Ok(Some(piece)) => {
                if let Some(executing) = &mut self.executing {
                    executing.piece(&piece);
                }
                self.next = Some(Box::pin(next(response)));
                Some(Ok(piece))
            }
            Ok(None) => {
                if let Some(executing) = self.executing.take() {
                    executing.ended();
                }
                None
            }
            Err(error) => Some(Err(error)),
        })
    }
}
