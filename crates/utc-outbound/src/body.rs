//! The body of a request.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use http_body::{Frame, SizeHint};

use crate::patience::Progress;

/// Any error that can be kept and passed on.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, BoxError>> + Send>>;

/// The body of a request.
#[derive(Debug)]
pub struct Body(Kind);

enum Kind {
    Whole(Bytes),
    Chunks { chunks: Chunks, left: Option<u64> },
}

impl Body {
    /// No body.
    pub fn empty() -> Self {
        Self(Kind::Whole(Bytes::new()))
    }

    /// A body that is there as a whole.
    pub fn whole(bytes: impl Into<Bytes>) -> Self {
        Self(Kind::Whole(bytes.into()))
    }

    /// A body that comes in chunks.
    ///
    /// With a `length` in bytes it goes out under a `Content-Length`, and fails when there turn out to be more or
    /// fewer; without one it goes out chunked.
    pub fn chunks<S, E>(length: Option<u64>, chunks: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<BoxError>,
    {
        let chunks = Box::pin(Boxing(Box::pin(chunks)));
        let left = length;
        Self(Kind::Chunks { chunks, left })
    }

    /// Whether it is known to have no bytes.
    pub(crate) fn is_empty(&self) -> bool {
        self.left() == Some(0)
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyFailed>>> {
        match &mut self.0 {
            Kind::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Kind::Whole(bytes) => Poll::Ready(Some(Ok(std::mem::take(bytes)))),
            Kind::Chunks { chunks, left } => {
                let next = ready!(chunks.as_mut().poll_next(cx));
                Poll::Ready(counted(next, left))
            }
        }
    }

    fn left(&self) -> Option<u64> {
        match &self.0 {
            Kind::Whole(bytes) => Some(bytes.len() as u64),
            Kind::Chunks { left, .. } => *left,
        }
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Chunks { left, .. } => write!(f, "chunks, {left:?} bytes left"),
        }
    }
}

/// Why the body of a request could not be sent to its end; the reason lies with the one who gives it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyFailed {
    #[error("the body of the request broke off")]
    Broken(#[source] BoxError),
    #[error("the body of the request is not as long as was said")]
    Length,
}

/// The next chunk, with its bytes taken off what is `left` of the length that was said.
fn counted(
    next: Option<Result<Bytes, BoxError>>,
    left: &mut Option<u64>,
) -> Option<Result<Bytes, BodyFailed>> {
    match (next, left.as_mut()) {
        (None, None | Some(0)) => None,
        (None, Some(_)) => Some(Err(BodyFailed::Length)),
        (Some(Err(error)), _) => Some(Err(BodyFailed::Broken(error))),
        (Some(Ok(chunk)), None) => Some(Ok(chunk)),
        (Some(Ok(chunk)), Some(left)) => match left.checked_sub(chunk.len() as u64) {
            Some(rest) => {
                *left = rest;
                Some(Ok(chunk))
            }
            None => Some(Err(BodyFailed::Length)),
        },
    }
}

/// A stream with its errors boxed.
struct Boxing<S>(Pin<Box<S>>);

impl<S, E> Stream for Boxing<S>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Into<BoxError>,
{
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = ready!(self.0.as_mut().poll_next(cx));
        Poll::Ready(next.map(|chunk| chunk.map_err(Into::into)))
    }
}

/// A body whose progress is noted while it is sent.
#[derive(Debug)]
pub(crate) struct Watched {
    body: Body,
    progress: Arc<Progress>,
}

impl Watched {
    pub(crate) fn new(body: Body, progress: Arc<Progress>) -> Self {
        Self { body, progress }
    }
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = BodyFailed;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyFailed>>> {
        let next = self.body.poll_chunk(cx);
        match &next {
            Poll::Pending => self.progress.wait_for_caller(),
            Poll::Ready(_) => self.progress.wait_for_other_side(),
        }
        next.map(|chunk| chunk.map(|chunk| chunk.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        self.body
            .left()
            .map_or_else(SizeHint::new, SizeHint::with_exact)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::io;
    use std::time::Duration;

    use futures_util::{StreamExt, poll, stream};
    use http_body::Body as _;
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn while_a_body_has_nothing_to_give_the_other_side_is_not_waited_for() {
        let second = Duration::from_secs(1);
        let piece = Ok::<_, io::Error>(Bytes::from_static(b"piece"));
        let chunks = stream::iter([piece]).chain(stream::pending());
        let progress = Arc::new(Progress::default());
        let mut body = Watched::new(Body::chunks(None, chunks), Arc::clone(&progress));
        let mut next = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx));

        assert!(poll!(&mut next).is_ready());
        advance(second).await;
        assert_eq!(progress.waited(), second);

        assert!(poll!(&mut next).is_pending());
        advance(second).await;
        assert_eq!(progress.waited(), Duration::ZERO);
    }
}
