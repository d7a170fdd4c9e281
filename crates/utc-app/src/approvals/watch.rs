//! Whoever waits until an approval is decided. They hold no connection to the database: what another server decides
//! comes in with the cache, which this process brings up to date several times a second.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dashmap::DashMap;
use tokio::sync::oneshot;
use utc_domain::ApprovalId;

use crate::console::Console;
use crate::identity::WatchPlace;
use crate::{AppError, Principal};

/// How many requests of one caller may wait at a time.
const PLACES: usize = 20;

/// Who waits for what.
#[derive(Default)]
pub(crate) struct Watchers {
    waiting: DashMap<ApprovalId, Vec<oneshot::Sender<()>>>,
    stopped: AtomicBool,
}

impl Watchers {
    fn add(&self, id: ApprovalId) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        let mut senders = self.waiting.entry(id).or_default();
        // Whoever gave up waiting is forgotten here.
        senders.retain(|sender| !sender.is_closed());
        senders.push(sender);
        receiver
    }

    /// Wakes everybody who waits for one of these.
    pub(crate) fn wake(&self, decided: &[ApprovalId]) {
        for id in decided {
            // Dropping the senders wakes.
            drop(self.waiting.remove(id));
        }
    }

    /// Wakes everybody who waits for something that does not wait any more.
    pub(crate) fn wake_all_but(&self, pending: &HashSet<ApprovalId>) {
        self.waiting.retain(|id, _| pending.contains(id));
    }
}

impl Watchers {
    /// Wakes everybody: nobody waits any more.
    fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.waiting.clear();
    }

    fn has_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }
}

/// A place to wait for one approval.
pub struct Watch {
    decided: oneshot::Receiver<()>,
    _place: WatchPlace,
}

impl Watch {
    /// Until the approval is decided; at once when it does not wait for votes.
    pub async fn decided(self) {
        // The sender is dropped, and never sends.
        let _ = self.decided.await;
    }
}

impl Console {
    /// Ends all waiting for decisions: the process is about to stop.
    pub fn stop_waiting(&self) {
        self.cache().watchers().stop();
        self.live().stop();
    }

    /// Whether nobody should wait for a decision any more.
    pub fn has_stopped_waiting(&self) -> bool {
        self.cache().watchers().has_stopped()
    }

    /// Takes a place to wait for an approval. Ask for its state after this, not before.
    ///
    /// # Errors
    /// [`AppError::TooManyWaiting`] when too many requests of this caller wait already.
    pub fn watch(&self, by: &Arc<Principal>, id: ApprovalId) -> Result<Watch, AppError> {
        let place = by.take_watch(PLACES)?;
        let decided = self.cache().watchers().add(id);
        if self.has_stopped_waiting() || !self.cache().waiting().holds(id) {
            self.cache().watchers().wake(&[id]);
        }
        Ok(Watch {
            decided,
            _place: place,
        })
    }
}
