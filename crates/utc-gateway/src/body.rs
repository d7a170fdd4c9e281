//! Bodies of requests: read as a whole where they are hashed, passed on as they come where they are not.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};
use utc_outbound::BoxError;

/// How many pieces of a body wait between the caller's connection and the upstream's.
const PIECES: usize = 2;

/// Why a body did not come.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("the body is larger than {limit} bytes, which is the most that can be judged")]
    TooLarge { limit: usize },
    #[error("the body did not come in time")]
    Slow,
    #[error("too many bodies are being read")]
    NoRoom,
    #[error("the body broke off, or is not framed as HTTP says")]
    Broken(#[source] BoxError),
}

/// The bytes that all bodies together may take in memory.
#[derive(Debug, Clone)]
pub(crate) struct Budget(Arc<AtomicUsize>);

impl Budget {
    pub(crate) fn new(bytes: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(bytes)))
    }

    /// A share of nothing yet.
    pub(crate) fn share(&self) -> Share {
        Share {
            budget: self.clone(),
            bytes: 0,
        }
    }
}

/// What one body takes of the budget, given back when dropped.
#[derive(Debug)]
pub(crate) struct Share {
    budget: Budget,
    bytes: usize,
}

impl Share {
    fn grow(&mut self, by: usize) -> Result<(), BodyError> {
        let take = |left: usize| left.checked_sub(by);
        let taken = self
            .budget
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        taken.map_err(|_| BodyError::NoRoom)?;
        self.bytes += by;
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.budget.0.fetch_add(self.bytes, Ordering::Relaxed);
    }
}

/// Reads a body of at most `limit` bytes as a whole, within `time`.
pub(crate) async fn whole<S, E>(
    mut pieces: S,
    limit: usize,
    time: Duration,
    share: &mut Share,
) -> Result<Bytes, BodyError>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: Into<BoxError>,
{
    let end = Instant::now() + time;
    let mut body = BytesMut::new();
    loop {
        let piece = timeout_at(end, next(&mut pieces));
        let piece = piece.await.map_err(|_| BodyError::Slow)?;
        let Some(piece) = piece.transpose().map_err(|e| BodyError::Broken(e.into()))? else {
            return Ok(body.freeze());
        };
        if body.len() + piece.len() > limit {
            return Err(BodyError::TooLarge { limit });
        }
        share.grow(piece.len())?;
        body.extend_from_slice(&piece);
    }
}

/// Passes a body on from the caller's connection, which belongs to one thread, to wherever it is sent from. It breaks
/// off when nothing comes for `idle`.
pub(crate) fn relay<S, E>(mut pieces: S, idle: Duration) -> Relayed
where
    S: Stream<Item = Result<Bytes, E>> + Unpin + 'static,
    E: Into<BoxError>,
{
    let (out, relayed) = mpsc::channel(PIECES);
    actix_web::rt::spawn(async move {
        loop {
            let piece = match timeout(idle, next(&mut pieces)).await {
                Ok(None) => return,
                Ok(Some(Ok(piece))) => Ok(piece),
                Ok(Some(Err(error))) => Err(BodyError::Broken(error.into())),
                Err(_) => Err(BodyError::Slow),
            };
            let last = piece.is_err();
            // Nobody takes it any more: the request has ended.
            if out.send(piece).await.is_err() || last {
                return;
            }
        }
    });
    Relayed(relayed)
}

/// A body that is passed on.
#[derive(Debug)]
pub(crate) struct Relayed(mpsc::Receiver<Result<Bytes, BodyError>>);

impl Stream for Relayed {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(cx)
    }
}

async fn next<S: Stream + Unpin>(pieces: &mut S) -> Option<S::Item> {
    poll_fn(|cx| Pin::new(&mut *pieces).poll_next(cx)).await
}

#[cfg(test)]
mod tests {
    use std::io;

    use futures_util::{StreamExt as _, stream};

    use super::*;

    const TIME: Duration = Duration::from_secs(10);

    fn pieces(pieces: &[&'static str]) -> impl Stream<Item = io::Result<Bytes>> + Unpin {
        let pieces: Vec<_> = pieces
            .iter()
            .map(|p| Ok(Bytes::from_static(p.as_bytes())))
            .collect();
        stream::iter(pieces)
    }

    fn left(budget: &Budget) -> usize {
        budget.0.load(Ordering::Relaxed)
    }

    #[tokio::test]
    async fn a_body_up_to_the_limit_is_read_and_takes_its_share() {
        let budget = Budget::new(100);
        let mut share = budget.share();
        let body = whole(pieces(&["ab", "", "cde"]), 5, TIME, &mut share).await;
        assert_eq!(body.unwrap(), "abcde");
        assert_eq!(left(&budget), 95);
        drop(share);
        assert_eq!(left(&budget), 100);
    }

    #[tokio::test]
    async fn a_larger_body_is_not_read_to_its_end() {
        let endless = stream::repeat_with(|| Ok::<_, io::Error>(Bytes::from_static(b"abc")));
        let budget = Budget::new(100);
        let read = whole(endless, 5, TIME, &mut budget.share()).await;
        assert!(
            matches!(read, Err(BodyError::TooLarge { limit: 5 })),
            "{read:?}"
        );
        assert_eq!(left(&budget), 100);
    }

    #[tokio::test]
    async fn bodies_share_one_budget() {
        let budget = Budget::new(5);
        let mut first = budget.share();
        whole(pieces(&["abc"]), 10, TIME, &mut first).await.unwrap();
        let second = whole(pieces(&["ab", "c"]), 10, TIME, &mut budget.share()).await;
        assert!(matches!(second, Err(BodyError::NoRoom)), "{second:?}");
        drop(first);
        whole(pieces(&["abc"]), 10, TIME, &mut budget.share())
            .await
            .unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_is_for_the_whole_body_not_for_a_piece() {
        let slow = stream::iter(0..).then(|_| async {
            tokio::time::sleep(TIME / 4).await;
            Ok::<_, io::Error>(Bytes::from_static(b"a"))
        });
        let start = Instant::now();
        let read = whole(Box::pin(slow), 100, TIME, &mut Budget::new(100).share()).await;
        assert!(matches!(read, Err(BodyError::Slow)), "{read:?}");
        assert_eq!(start.elapsed(), TIME);
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_no_body() {
        let broken = pieces(&["abc"]).chain(stream::iter([Err(io::Error::other("reset"))]));
        let read = whole(broken, 10, TIME, &mut Budget::new(100).share()).await;
        assert!(matches!(read, Err(BodyError::Broken(_))), "{read:?}");
    }

    #[actix_web::test]
    async fn a_relayed_body_is_the_same_and_waits_for_whoever_takes_it() {
        let relayed = relay(pieces(&["a", "b", "c", "d", "e"]), TIME);
        let taken: Vec<_> = relayed.map(Result::unwrap).collect().await;
        assert_eq!(taken, ["a", "b", "c", "d", "e"]);
    }

    #[actix_web::test]
    async fn a_relayed_body_that_stops_breaks_off() {
        let stalled = pieces(&["a"]).chain(stream::pending());
        let mut relayed = relay(stalled, Duration::from_millis(1));
        assert_eq!(relayed.next().await.unwrap().unwrap(), "a");
        assert!(matches!(relayed.next().await, Some(Err(BodyError::Slow))));
        assert!(relayed.next().await.is_none());
    }
}
