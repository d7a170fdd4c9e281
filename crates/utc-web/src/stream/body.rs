//! The body of a stream: whatever comes, until nothing more does or a newer stream took its place.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;
use tokio::sync::mpsc::Receiver;

use super::event;
use crate::access::StreamPlace;

/// The body of a stream. Its place is given back when the connection ends.
pub(crate) struct StreamBody {
    receiver: Receiver<Bytes>,
    /// None once it is lost: there is a last event then.
    place: Option<StreamPlace>,
}

impl StreamBody {
    pub(crate) fn new(receiver: Receiver<Bytes>, place: StreamPlace) -> Self {
        Self {
            receiver,
            place: Some(place),
        }
    }
}

impl MessageBody for StreamBody {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        let Some(place) = &mut self.place else {
            return Poll::Ready(None);
        };
        if place.poll_lost(context).is_ready() {
            self.place = None;
            return Poll::Ready(Some(Ok(event::crowded())));
        }
        self.receiver.poll_recv(context).map(|bytes| bytes.map(Ok))
    }
}
