//! What is done once in a while: ending pins and marks, and noticing that another process wrote. The journal compares the
//! state's epoch in every batch anyway; this keeps an idle server's cache fresh.

use std::sync::Arc;
use std::time::{Duration, Instant};

use utc_domain::Clock;
use utc_storage::journal::{Journal, read_head};
use utc_storage::{Store, database_clock};

use crate::cache::StateCache;
use crate::clock_watch::ClockWatch;
use crate::decide::forget;
use crate::identity::{Renewals, Seen, flush};
use crate::live::Live;
use crate::{approvals, units, webhooks};

/// How often the last use of tokens and sessions is written.
const LAST_USE_EVERY: Duration = Duration::from_mins(1);

/// What the ticking thread holds: not the console itself, so that dropping that ends the thread.
pub(super) struct Ticker {
    pub(super) store: Store,
    pub(super) journal: Arc<Journal>,
    pub(super) cache: Arc<StateCache>,
    pub(super) seen: Arc<Seen>,
    pub(super) renewals: Arc<Renewals>,
    pub(super) live: Arc<Live>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) watch: Arc<ClockWatch>,
    /// When what waits for the next minute was written last.
    pub(super) flushed: Instant,
}

impl Ticker {
    /// One round after the other.
    pub(super) fn work(mut self) -> impl FnMut() + Send + 'static {
        move || {
            self.tick();
            if self.flushed.elapsed() >= LAST_USE_EVERY {
                self.flushed = Instant::now();
                self.flush();
                self.forget();
            }
        }
    }

    fn tick(&self) {
        self.watch_clock();
        let foreign = match self.store.read(read_head) {
            Ok(head) => head.is_some_and(|head| {
                self.live.look(&self.store, head.size);
                head.epoch != self.cache.epoch()
            }),
            // The journal meets the same trouble and reports it.
            Err(_) => false,
        };
        if foreign || units::something_ended(&self.store, self.clock.now()) {
            // The answer is a receipt in the log; nobody waits for it here.
            drop(units::expire_with(&self.cache, &self.journal));
        }
        if approvals::something_ended(&self.store, self.clock.now()) {
            approvals::expire_with(&self.cache, &self.journal);
        }
    }

    fn forget(&self) {
        let now = self.clock.now();
        forget(&self.cache, &self.journal, &self.store, now);
        webhooks::forget(&self.cache, &self.journal, &self.store, now);
    }

    /// Whoever waits for the next minute reads it from the database.
    fn flush(&self) {
        drop(flush(
            &self.cache,
            &self.journal,
            &self.seen,
            &self.renewals,
        ));
    }

    /// The database that cannot be asked says nothing about the clock; the journal meets the same trouble.
    fn watch_clock(&self) {
        self.watch.look(self.clock.now());
        if let Ok(Some(database)) = self.store.read(database_clock) {
            self.watch.compare(self.clock.now(), database);
        }
    }
}
