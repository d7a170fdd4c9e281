//! Units of which so much is said that to score one takes long: they rest in between, so that no alarm on another unit waits
//! for what a source says of theirs.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// From so many signals on a unit is heavy: these are read and scored in some hundredths of a second.
const MANY: usize = 20_000;

/// A heavy unit rests so long for each of its signals: about ten times as long as the score takes.
const REST: Duration = Duration::from_micros(10);

/// No unit rests longer.
const LONGEST: Duration = Duration::from_mins(1);

/// The heavy units that this process scored, and until when each rests.
#[derive(Debug, Default)]
pub(super) struct Heavy(Mutex<HashMap<String, Instant>>);

impl Heavy {
    /// Notes that a unit was scored from so many signals.
    pub(super) fn note(&self, unit: &str, signals: usize, now: Instant) {
        let mut all = self.lock();
        if signals < MANY {
            all.remove(unit);
            return;
        }
        let signals = u32::try_from(signals).unwrap_or(u32::MAX);
        let rest = REST.saturating_mul(signals).min(LONGEST);
        all.insert(unit.to_owned(), now + rest);
    }

    /// Whether a unit is heavy.
    pub(super) fn has(&self, unit: &str) -> bool {
        self.lock().contains_key(unit)
    }

    /// Whether a unit rests.
    pub(super) fn rests(&self, unit: &str, now: Instant) -> bool {
        self.lock().get(unit).is_some_and(|until| now < *until)
    }

    /// How many units are heavy.
    pub(super) fn count(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_rests_by_how_much_is_said_of_it() {
        let (heavy, now) = (Heavy::default(), Instant::now());
        heavy.note("quiet", MANY - 1, now);
        assert!(!heavy.has("quiet"));
        heavy.note("loud", 100_000, now);
        assert!(heavy.has("loud"));
        assert!(heavy.rests("loud", now + Duration::from_millis(999)));
        assert!(!heavy.rests("loud", now + Duration::from_millis(1_001)));
        heavy.note("flooded", usize::MAX, now);
        assert!(!heavy.rests("flooded", now + LONGEST));
        assert_eq!(heavy.count(), 2);
        heavy.note("loud", 3, now);
        assert!(!heavy.has("loud"), "what was said became old");
    }
}
