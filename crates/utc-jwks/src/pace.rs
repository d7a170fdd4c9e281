//! How often keys are asked for.

use std::time::Duration;

/// How often keys are asked for, and for how long they are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Between two calls of one location, also after one that failed.
    pub between: Duration,
    /// Between two looks at one file.
    pub between_files: Duration,
    /// For how long a set is used without being asked for again.
    pub fresh: Duration,
    /// For how long a set is used when it cannot be had again.
    pub usable: Duration,
    /// How long a call may take, connecting included.
    pub patience: Duration,
}

impl Pace {
    /// Five minutes, a second for files, an hour, a day, five seconds.
    pub const STANDARD: Self = Self {
        between: Duration::from_mins(5),
        between_files: Duration::from_secs(1),
        fresh: Duration::from_hours(1),
        usable: Duration::from_hours(24),
        patience: Duration::from_secs(5),
    };
}
