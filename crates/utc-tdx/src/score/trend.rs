//! Whether more is said about a unit than before.

use std::fmt;

use utc_domain::Timestamp;

const MICROS_PER_DAY: i64 = 24 * 3_600 * 1_000_000;

/// How the number of events of the last 24 hours compares with the 24 hours before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trend {
    /// More.
    Rising,
    /// As many.
    Stable,
    /// Fewer.
    Falling,
}

impl Trend {
    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rising => "rising",
            Self::Stable => "stable",
            Self::Falling => "falling",
        }
    }
}

impl fmt::Display for Trend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Counts of the last two days.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) last_day: u32,
    pub(super) day_before: u32,
}

impl Counts {
    pub(super) fn add(&mut self, at: Timestamp, now: Timestamp) {
        match now.micros_since(at).max(0) / MICROS_PER_DAY {
            0 => self.last_day += 1,
            1 => self.day_before += 1,
            _ => {}
        }
    }

    pub(super) fn trend(self) -> Trend {
        match self.last_day.cmp(&self.day_before) {
            std::cmp::Ordering::Greater => Trend::Rising,
            std::cmp::Ordering::Equal => Trend::Stable,
            std::cmp::Ordering::Less => Trend::Falling,
        }
    }
}
