//! What is over.

use std::collections::HashMap;

use utc_domain::Timestamp;

use crate::event::Meaning;
use crate::hash::ContentHash;
use crate::score::Signal;
use crate::source::SourceName;

/// When each thread was last closed. Gathered from all events, because what closes an event need not name its unit.
#[derive(Debug, Clone, Default)]
pub struct Closings<'a> {
    by_thread: HashMap<(&'a SourceName, ContentHash), Timestamp>,
}

impl<'a> Closings<'a> {
    /// Gathers them, in any order.
    pub fn of(signals: impl IntoIterator<Item = Signal<'a>>) -> Self {
        let mut all = Self::default();
        for signal in signals {
            if let Meaning::Closes(thread) = signal.meaning {
                all.close(signal.source, thread, signal.counts_from);
            }
        }
        all
    }

    fn close(&mut self, source: &'a SourceName, thread: ContentHash, at: Timestamp) {
        let latest = self.by_thread.entry((source, thread)).or_insert(at);
        *latest = at.max(*latest);
    }

    /// Whether the same source said later, or at the same time, that this is over.
    pub fn cancel(&self, signal: &Signal<'a>) -> bool {
        let closed = self.by_thread.get(&(signal.source, signal.thread));
        closed.is_some_and(|closed| *closed >= signal.counts_from)
    }
}
