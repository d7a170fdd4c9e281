//! When to try again.

use std::time::Duration;

/// What follows each failed attempt: six steps that grow about fivefold, then every 6 hours, so that all of it lies within
/// a day.
const DELAYS: [Duration; 8] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_mins(2),
    Duration::from_mins(10),
    Duration::from_hours(1),
    Duration::from_hours(6),
    Duration::from_hours(6),
    Duration::from_hours(6),
];

/// The largest part of a delay that chance adds or takes away, so that notices which failed together do not come back
/// together.
pub const LONGEST_JITTER: f64 = 0.2;

/// How long to wait after `attempt` (from 1) has failed; none: that was the last one. `chance` is a random number from 0
/// to 1.
pub fn delay(attempt: u32, chance: f64) -> Option<Duration> {
    let index = usize::try_from(attempt).ok()?.checked_sub(1)?;
    let delay = DELAYS.get(index)?;
    let jitter = (chance.clamp(0.0, 1.0) * 2.0 - 1.0) * LONGEST_JITTER;
    Some(delay.mul_f64(1.0 + jitter))
}
