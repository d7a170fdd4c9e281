//! Everything that is stored of some units, read at once: a statement for each table, not for each unit.

use std::collections::HashMap;
use std::hash::Hash;

use utc_domain::ProtectionLevel;
use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::rows::arrival_tallies::{self, TallyRow};
use utc_storage::rows::marks::{self, PinRow, RiskMarkRow, RiskOverrideRow};
use utc_storage::rows::measured_units::{self, MeasuredRow};
use utc_storage::rows::risks::{self, UnitRiskRow};
use utc_storage::rows::units::{self, UnitRow};

use super::memory::Memory;
use crate::cache::UnitState;
use crate::units::Remembered;
use crate::units::stored::{self, Marks};

/// What is known of one unit.
pub(super) struct Known {
    pub(super) row: UnitRow,
    pub(super) measured: MeasuredRow,
    pub(super) tallies: Vec<TallyRow>,
    pub(super) remembered: Option<Remembered>,
    pub(super) scored: Option<UnitRiskRow>,
    pub(super) pin: Option<PinRow>,
    risk: Option<RiskMarkRow>,
    overridden: Option<RiskOverrideRow>,
}

impl Known {
    /// Of each of these units that is measured.
    pub(super) fn read(
        db: &mut Db,
        memory: &Memory,
        names: &[&str],
    ) -> Result<Vec<Self>, StorageError> {
        let mut measured = by(measured_units::of_units(db, names)?, |row| row.unit.clone());
        let mut tallies: HashMap<String, Vec<TallyRow>> = HashMap::new();
        for row in arrival_tallies::of_units(db, names)? {
            tallies.entry(row.unit.clone()).or_default().push(row);
        }
        let mut remembered = memory.of_units(db, names)?;
        let mut scored = by(risks::of_units(db, names)?, |row| row.unit.clone());
        let mut pins = by(marks::pin::of_units(db, names)?, |row| row.unit.clone());
        let mut risks = by(marks::risk::of_units(db, names)?, |row| row.unit.clone());
        let overridden = marks::risk_override::of_units(db, names)?;
        let mut overridden = by(overridden, |row| row.unit.clone());
        let rows = units::of_names(db, names)?.into_iter();
        let known = rows.filter_map(|row| {
            let measured = measured.remove(&row.name)?;
            Some(Self {
                measured,
                tallies: tallies.remove(&row.name).unwrap_or_default(),
                remembered: remembered.remove(&row.name),
                scored: scored.remove(&row.name),
                pin: pins.remove(&row.name),
                risk: risks.remove(&row.name),
                overridden: overridden.remove(&row.name),
                row,
            })
        });
        Ok(known.collect())
    }

    /// The unit as decisions will see it.
    pub(super) fn state(&self) -> Result<UnitState, StorageError> {
        let marks = Marks {
            pin: self.pin.as_ref(),
            risk: self.risk.as_ref(),
            scored: self.scored.as_ref(),
            overridden: self.overridden.as_ref(),
        };
        stored::unit_state(&self.row, marks)
    }

    /// Whether anything but the lowest level follows from load.
    pub(super) fn is_tightened(&self) -> bool {
        self.row.level != ProtectionLevel::Permissive.as_str()
    }
}

fn by<K: Eq + Hash, T>(rows: Vec<T>, key: impl Fn(&T) -> K) -> HashMap<K, T> {
    rows.into_iter().map(|row| (key(&row), row)).collect()
}
