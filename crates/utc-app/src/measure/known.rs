//! Everything that is stored of some units, read at once: a statement for each table, not for each unit.

use std::collections::HashMap;

use utc_domain::ProtectionLevel;
use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::rows::arrival_tallies::{self, TallyRow};
use utc_storage::rows::measured_units::{self, MeasuredRow};
use utc_storage::rows::units::{self, UnitRow};

use super::memory::Memory;
use crate::cache::UnitState;
use crate::units::Remembered;
use crate::units::marked::Marks;
use crate::units::stored;

/// What is known of one unit.
pub(super) struct Known {
    pub(super) row: UnitRow,
    pub(super) measured: MeasuredRow,
    pub(super) tallies: Vec<TallyRow>,
    pub(super) remembered: Option<Remembered>,
    pub(super) marks: Marks,
}

impl Known {
    /// Of each of these units that is measured.
    pub(super) fn read(
        db: &mut Db,
        memory: &Memory,
        names: &[&str],
    ) -> Result<Vec<Self>, StorageError> {
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
        let known = rows.filter_map(|row| {
            let measured = measured.remove(&row.name)?;
            Some(Self {
                measured,
                tallies: tallies.remove(&row.name).unwrap_or_default(),
                remembered: remembered.remove(&row.name),
                marks: marks.remove(&row.name).unwrap_or_default(),
                row,
            })
        });
        Ok(known.collect())
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
