//! Between what is stored of counted arrivals and what is computed with.

use utc_domain::Timestamp;
use utc_queueing::{Exposure, SeenCapacity, Tally};
use utc_storage::rows::arrival_tallies::TallyRow;
use utc_storage::rows::measured_units::MeasuredRow;

use super::asked::Counted;

/// What one subject asked: writes, reads and writes together, and writes that were turned away.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tallies {
    pub(super) writes: Tally,
    pub(super) all: Tally,
    pub(super) refused: Tally,
}

impl Tallies {
    pub(super) fn empty(at: Timestamp) -> Self {
        let empty = Tally::empty(at);
        Self {
            writes: empty,
            all: empty,
            refused: empty,
        }
    }

    pub(super) fn of(row: &TallyRow) -> Self {
        let at = Timestamp::from_micros(row.at);
        let tally = |recent, long| Tally { at, recent, long };
        Self {
            writes: tally(row.recent_writes, row.long_writes),
            all: tally(row.recent_all, row.long_all),
            refused: tally(row.recent_refused, row.long_refused),
        }
    }

    pub(super) fn after(self, counted: Counted, at: Timestamp) -> Self {
        let writes = f64::from(counted.writes);
        let all = f64::from(counted.reads) + writes;
        Self {
            writes: self.writes.after(writes, at),
            all: self.all.after(all, at),
            refused: self.refused.after(f64::from(counted.refused), at),
        }
    }

    pub(super) fn row(self, unit: &str, subject: &str) -> TallyRow {
        TallyRow {
            unit: unit.to_owned(),
            subject: subject.to_owned(),
            at: self.all.at.as_micros(),
            recent_writes: self.writes.recent,
            recent_all: self.all.recent,
            long_writes: self.writes.long,
            long_all: self.all.long,
            recent_refused: self.refused.recent,
            long_refused: self.refused.long,
        }
    }
}

/// A unit of which nothing is remembered yet.
pub(super) fn new_row(unit: &str, at: Timestamp) -> MeasuredRow {
    MeasuredRow {
        unit: unit.to_owned(),
        active: true,
        at: at.as_micros(),
        recent_hours: 0.0,
        long_hours: 0.0,
        samples: 0.0,
        quiet_hours: None,
        per_hour: None,
        completed: 0,
        service_hours: 0.0,
        waited_hours: 0.0,
    }
}

pub(super) fn exposure(row: &MeasuredRow) -> Exposure {
    Exposure {
        recent_hours: row.recent_hours,
        long_hours: row.long_hours,
    }
}

pub(super) fn seen_capacity(row: &MeasuredRow) -> SeenCapacity {
    SeenCapacity {
        samples: row.samples,
        quiet_hours: row.quiet_hours,
        per_hour: row.per_hour,
    }
}
