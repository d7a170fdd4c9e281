//! Measured arrivals: operations asked for on a unit and not denied, by clock hour, in this process.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use utc_domain::Timestamp;

/// Counts by clock hour. Two threads that meet at the turn of an hour may put a few arrivals into the
/// neighbouring hour; none is counted twice.
#[derive(Debug, Default)]
pub(crate) struct Arrivals {
    hour: AtomicI64,
    current: AtomicU64,
    previous: AtomicU64,
}

/// Arrivals of this clock hour and the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ArrivalCounts {
    /// In the present clock hour, so far.
    pub this_hour: u64,
    /// In the clock hour before.
    pub previous_hour: u64,
}

impl Arrivals {
    pub(crate) fn count(&self, at: Timestamp) {
        self.turn(at.hour());
        self.current.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self, at: Timestamp) -> ArrivalCounts {
        self.turn(at.hour());
        ArrivalCounts {
            this_hour: self.current.load(Ordering::Relaxed),
            previous_hour: self.previous.load(Ordering::Relaxed),
        }
    }

    fn turn(&self, hour: i64) {
        let counted = self.hour.load(Ordering::Relaxed);
        if hour <= counted {
            return;
        }
        if self
            .hour
            .compare_exchange(counted, hour, Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
        {
            let last = self.current.swap(0, Ordering::Relaxed);
            self.previous.store(
                if hour == counted + 1 { last } else { 0 },
                Ordering::Relaxed,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::EPOCH.plus_seconds(hour * 3_600)
    }

    #[test]
    fn counts_move_on_with_the_clock_hour() {
        let arrivals = Arrivals::default();
        (0..5).for_each(|_| arrivals.count(at(10)));
        arrivals.count(at(11));
        assert_eq!(
            arrivals.read(at(11)),
            ArrivalCounts {
                this_hour: 1,
                previous_hour: 5
            }
        );
        assert_eq!(
            arrivals.read(at(12)),
            ArrivalCounts {
                this_hour: 0,
                previous_hour: 1
            }
        );
        assert_eq!(arrivals.read(at(20)), ArrivalCounts::default());
    }
}
