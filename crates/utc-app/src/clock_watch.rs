//! Whether the wall clock can be trusted.
//!
//! A clock that jumps forward would end a relax window, or a grant's wait, that nobody waited for. So the wall clock is
//! compared with the monotonic one, and on PostgreSQL with the database's, which all servers share.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use utc_domain::Timestamp;

/// The largest difference between two looks that is a correction and not a jump.
const JUMP: i64 = 60_000_000;

/// How far this machine's clock may be from the database's.
const APART: i64 = 5_000_000;

/// How long the clock must have been quiet before it is trusted again.
const SETTLE: Duration = Duration::from_mins(1);

/// Watches the wall clock. Cheap to ask.
pub(crate) struct ClockWatch {
    started: Instant,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    /// Wall clock minus monotonic clock at the last look, in microseconds.
    offset: Option<i64>,
    trouble: Option<Trouble>,
}

struct Trouble {
    reason: String,
    /// On the monotonic clock.
    last: Duration,
}

impl ClockWatch {
    pub(crate) fn new() -> Self {
        Self {
            started: Instant::now(),
            seen: Mutex::default(),
        }
    }

    /// Looks at the wall clock, which says `wall`.
    pub(crate) fn look(&self, wall: Timestamp) {
        let now = self.started.elapsed();
        self.with(|seen| seen.look(wall, now));
    }

    /// Compares the wall clock with the database's.
    pub(crate) fn compare(&self, wall: Timestamp, database: Timestamp) {
        let now = self.started.elapsed();
        self.with(|seen| seen.compare(wall, database, now));
    }

    /// Why the clock cannot be trusted now; none when it can.
    pub(crate) fn trouble(&self) -> Option<String> {
        let now = self.started.elapsed();
        self.with(|seen| seen.trouble_at(now))
    }

    fn with<T>(&self, ask: impl FnOnce(&mut Seen) -> T) -> T {
        let mut seen = self
            .seen
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        ask(&mut seen)
    }
}

impl Seen {
    fn look(&mut self, wall: Timestamp, now: Duration) {
        let monotonic = i64::try_from(now.as_micros()).unwrap_or(i64::MAX);
        let offset = wall.as_micros().saturating_sub(monotonic);
        let moved = offset - self.offset.replace(offset).unwrap_or(offset);
        if moved.abs() > JUMP {
            let seconds = moved / 1_000_000;
            self.note(format!("the clock jumped by {seconds} seconds"), now);
        }
    }

    fn compare(&mut self, wall: Timestamp, database: Timestamp, now: Duration) {
        let apart = wall.micros_since(database);
        if apart.abs() > APART {
            let seconds = apart / 1_000_000;
            let reason = format!("this machine's clock is {seconds} seconds from the database's");
            self.note(reason, now);
        }
    }

    fn note(&mut self, reason: String, now: Duration) {
        if self.trouble.is_none() {
            tracing::warn!(
                cause = reason,
                "the clock is not trusted: levels do not relax and grants are not used until it settles"
            );
        }
        self.trouble = Some(Trouble { reason, last: now });
    }

    fn trouble_at(&mut self, now: Duration) -> Option<String> {
        let settled = |trouble: &Trouble| now.saturating_sub(trouble.last) >= SETTLE;
        if self.trouble.as_ref().is_some_and(settled) {
            self.trouble = None;
            tracing::info!("the clock is trusted again");
        }
        self.trouble.as_ref().map(|trouble| trouble.reason.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(1_800_000_000_000_000 + seconds * 1_000_000)
    }

    fn check(looks: &[(i64, u64)], trusted_at: u64, trusted: bool) {
        let mut seen = Seen::default();
        for (wall, monotonic) in looks {
            seen.look(at(*wall), Duration::from_secs(*monotonic));
        }
        let trouble = seen.trouble_at(Duration::from_secs(trusted_at));
        assert_eq!(trouble.is_none(), trusted, "{looks:?}: {trouble:?}");
    }

    #[test]
    fn a_clock_that_runs_with_the_monotonic_one_is_trusted() {
        check(&[(0, 0), (1, 1), (3_600, 3_600)], 3_600, true);
    }

    #[test]
    fn a_correction_of_a_minute_is_not_a_jump_and_more_is() {
        check(&[(0, 0), (61, 1)], 1, true);
        check(&[(0, 0), (62, 1)], 1, false);
        check(&[(0, 0), (-60, 1)], 1, false);
    }

    #[test]
    fn after_a_jump_it_is_trusted_again_once_it_was_quiet_for_a_minute() {
        check(&[(0, 0), (7_200, 1), (7_202, 3)], 60, false);
        check(&[(0, 0), (7_200, 1), (7_202, 3)], 61, true);
        check(&[(0, 0), (7_200, 1), (0, 50)], 61, false);
    }

    #[test]
    fn a_node_more_than_five_seconds_from_the_database_is_not_trusted() {
        for (apart, trusted) in [(0, true), (5, true), (-5, true), (6, false), (-6, false)] {
            let mut seen = Seen::default();
            seen.compare(at(apart), at(0), Duration::ZERO);
            assert_eq!(
                seen.trouble_at(Duration::ZERO).is_none(),
                trusted,
                "{apart}"
            );
        }
    }
}
