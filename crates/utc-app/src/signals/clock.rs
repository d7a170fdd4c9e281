//! The clock that scores are computed by.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use utc_domain::Timestamp;

/// How far the clock of scores runs ahead. A demo advances it to show how signals lose weight; receipts never follow it.
#[derive(Debug, Default)]
pub struct ScoringClock(AtomicI64);

impl ScoringClock {
    /// Lets it run ahead by `span` more.
    pub fn advance(&self, span: Duration) {
        let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        let sum = |ahead: i64| Some(ahead.saturating_add(micros));
        // The closure never refuses.
        let _ = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, sum);
    }

    /// What it shows when the real one shows `now`.
    pub fn at(&self, now: Timestamp) -> Timestamp {
        now.plus_micros(self.0.load(Ordering::Relaxed))
    }
}
