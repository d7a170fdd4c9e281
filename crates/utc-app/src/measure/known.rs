//! Everything that is stored of some units, read at once: a statement for each table, not for each unit.

use std::collections::HashMap;

use utc_domain::{ProtectionLevel, Timestamp};
use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::rows::arrival_tallies::{self, TallyRow};
use utc_storage::rows::measured_units::{self, MeasuredRow};
use utc_storage::rows::units::{self, UnitRow};

use super::counts::Counts;
use super::look::Due;
use super::memory::Memory;
use super::places::Places;
use super::remembered::new_row;
use crate::cache::UnitState;
use crate::units::Remembered;
use crate::units::marked::Marks;
use crate::units::stored;

/// What is known of one unit, with what was counted of it just now.
pub(super) struct Known {
    pub(super) row: UnitRow,
    pub(super) measured: MeasuredRow,
    pub(super) tallies: Vec<TallyRow>,
    /// Those of them that are not as they are stored.
    pub(super) changed_tallies: Vec<TallyRow>,
    pub(super) remembered: Option<Remembered>,
    pub(super) marks: Marks,
}

impl Known {
    /// Of each of these units that is measured.
    pub(super) fn read(
        db: &mut Db,
        memory: &Memory,
        due: &[Due],
        now: Timestamp,
    ) -> Result<Vec<Self>, StorageError> {
        let names: Vec<&str> = due.iter().map(|one| one.name.as_str()).collect();
        let names = names.as_slice();
        let measured = measured_units::of_units(db, names)?.into_iter();
        let mut measured: HashMap<String, MeasuredRow> =
            measured.map(|row| (row.unit.clone(), row)).collect();
        let mut tallies: HashMap<String, Vec<TallyRow>> = HashMap::new();
        for row in arrival_tallies::of_units(db, names)? {
            tallies.entry(row.unit.clone()).or_default().push(row);
        }
        let mut remembered = memory.of_units(db, names)?;
        let mut marks = Marks::of_units(db, names)?;
        let rows = units::of_names(db, names)?.into_iter();
        let mut rows: HashMap<String, UnitRow> = rows.map(|row| (row.name.clone(), row)).collect();
        let known = due.iter().filter_map(|one| {
            let row = rows.remove(&one.name)?;
            let measured = measured.remove(&row.name);
            let fresh = || one.counts.is_some().then(|| new_row(&one.name, now));
            let mut known = Self {
                measured: measured.or_else(fresh)?,
                tallies: tallies.remove(&row.name).unwrap_or_default(),
                changed_tallies: Vec::new(),
                remembered: remembered.remove(&row.name),
                marks: marks.remove(&row.name).unwrap_or_default(),
                row,
            };
            if let Some(counts) = &one.counts {
                known.add(counts, now);
            }
            Some(known)
        });
        Ok(known.collect())
    }

    fn add(&mut self, counts: &Counts, now: Timestamp) {
        counts.add_passed(&mut self.measured);
        let tallies = std::mem::take(&mut self.tallies);
        let taken = tallies.len();
        let mut places = Places::new(&self.row.name, tallies, taken);
        counts.add_asked(&mut places, now);
        self.changed_tallies = places.changed().cloned().collect();
        self.tallies = places.into_rows();
    }

    /// The unit as decisions will see it.
    pub(super) fn state(&self) -> Result<UnitState, StorageError> {
        stored::unit_state(&self.row, &self.marks)
    }

    /// Whether anything but the lowest level follows from load.
    pub(super) fn is_tightened(&self) -> bool {
        self.row.level != ProtectionLevel::Permissive.as_str()
    }
}
