//! What waited for people lately.

use std::collections::BTreeMap;

use utc_domain::{Quorum, Timestamp};
use utc_queueing::Approvers as Model;
use utc_storage::rows::approvals::{self, SpanRow};

use crate::console::Console;
use crate::{AppError, Principal};

/// How far back is looked.
const LOOK_BACK_HOURS: i64 = 24;

/// Of more requests than these the newest count.
const AT_MOST: i64 = 10_000;

/// What waited from one moment on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BacklogSince {
    /// Since when.
    pub at: Timestamp,
    /// How many requests waited.
    pub pending: u64,
    /// How long one more with a quorum of one would have waited, in minutes, by what is known of the people now.
    pub expected_wait_minutes: f64,
}

impl Console {
    /// What waited in the last 24 hours on the units that `by` may see: each change, oldest first, and the present.
    /// Blocks.
    pub fn approval_backlog(&self, by: &Principal) -> Result<Vec<BacklogSince>, AppError> {
        let now = self.clock().now();
        let mut spans = self.store().read(|db| approvals::spans(db, AT_MOST))?;
        spans.retain(|span| by.sees(Some(&span.unit)));
        let since = begin(&spans, now);
        let units: Vec<&str> = spans.iter().map(|span| span.unit.as_str()).collect();
        let people = self.cache().identities().approvers();
        let (waiting, prior) = (self.cache().waiting(), self.options().approvals.prior);
        let record = waiting.record_at(&people, now);
        let model = Model::new(people.on_any(units, now), prior, record);
        let steps = steps(&spans, since.as_micros(), now.as_micros());
        Ok(steps
            .into_iter()
            .map(|(at, pending)| BacklogSince {
                at: Timestamp::from_micros(at),
                pending,
                expected_wait_minutes: model.expected_wait_minutes(pending, Quorum::ONE),
            })
            .collect())
    }
}

/// Where to begin: a day ago, or where something first waited since, but at least an hour ago.
fn begin(spans: &[SpanRow], now: Timestamp) -> Timestamp {
    let day_ago = now.plus_minutes(-LOOK_BACK_HOURS * 60);
    let ends = |span: &SpanRow| span.decided_at.into_iter().chain(span.ended_at).min();
    let young = spans
        .iter()
        .filter(|span| ends(span).is_none_or(|end| end > day_ago.as_micros()));
    let first = young.map(|span| span.created_at).min();
    let first = first.map_or(now, Timestamp::from_micros);
    first.min(now.plus_minutes(-60)).max(day_ago)
}

/// How many waited, from each moment at which that changed.
fn steps(spans: &[SpanRow], since: i64, now: i64) -> Vec<(i64, u64)> {
    let mut changes: BTreeMap<i64, i64> = BTreeMap::from([(since, 0), (now, 0)]);
    for span in spans {
        let end = span.decided_at.into_iter().chain(span.ended_at).min();
        if end.is_some_and(|end| end <= since) {
            continue;
        }
        *changes.entry(span.created_at.max(since)).or_default() += 1;
        if let Some(end) = end {
            *changes.entry(end).or_default() -= 1;
        }
    }
    let mut pending = 0;
    let counted = changes.into_iter().map(|(at, change)| {
        pending += change;
        (at, u64::try_from(pending).unwrap_or(0))
    });
    counted.collect()
}
