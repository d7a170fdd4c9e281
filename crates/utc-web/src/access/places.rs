//! How many streams somebody has open.

use std::collections::{HashMap, VecDeque};
use std::future::Future as _;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::sync::oneshot;
use utc_app::Who;
use utc_domain::SessionId;

use super::Caller;

/// How many streams one session, or one token, may have open. One more ends the oldest: a page that was left may still look
/// open from here, and the page that somebody looks at has to be live.
const MOST: usize = 4;

/// Whose streams they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Owner {
    Session(SessionId),
    Caller(Who),
}

/// A stream that is open. When it loses its place, the sender is dropped.
struct Open {
    number: u64,
    _keep: oneshot::Sender<()>,
}

/// The streams that are open, each owner's oldest first.
#[derive(Default)]
struct Streams {
    of: HashMap<Owner, VecDeque<Open>>,
    next: u64,
}

type Shared = Arc<Mutex<Streams>>;

/// The streams that are open.
#[derive(Default)]
pub(super) struct StreamPlaces(Shared);

/// A place for one stream, given back when dropped.
pub(crate) struct StreamPlace {
    streams: Shared,
    owner: Owner,
    number: u64,
    kept: oneshot::Receiver<()>,
}

impl StreamPlaces {
    pub(super) fn take(&self, caller: &Caller) -> StreamPlace {
        let owner = match caller.session() {
            Some(signed_in) => Owner::Session(signed_in.session),
            None => Owner::Caller(caller.who()),
        };
        let (keep, kept) = oneshot::channel();
        let mut streams = locked(&self.0);
        let number = streams.next;
        streams.next += 1;
        let open = streams.of.entry(owner).or_default();
        open.push_back(Open {
            number,
            _keep: keep,
        });
        if open.len() > MOST {
            open.pop_front();
        }
        StreamPlace {
            streams: Arc::clone(&self.0),
            owner,
            number,
            kept,
        }
    }
}

impl StreamPlace {
    /// Ready when the place went to a newer stream.
    pub(crate) fn poll_lost(&mut self, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.kept).poll(context).map(|_| ())
    }
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut streams = locked(&self.streams);
        if let Some(open) = streams.of.get_mut(&self.owner) {
            open.retain(|one| one.number != self.number);
            if open.is_empty() {
                streams.of.remove(&self.owner);
            }
        }
    }
}

fn locked(streams: &Shared) -> MutexGuard<'_, Streams> {
    // Nothing panics while it is held.
    streams.lock().unwrap_or_else(PoisonError::into_inner)
}
