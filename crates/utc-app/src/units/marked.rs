//! What people and the scorer say of units, as it is stored.

use std::collections::HashMap;

use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::rows::marks::{self, PinRow, RiskMarkRow, RiskOverrideRow};
use utc_storage::rows::risks::{self, UnitRiskRow};

/// What is said of one unit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Marks {
    /// The pin.
    pub(crate) pin: Option<PinRow>,
    /// A person's risk mark.
    pub(crate) risk: Option<RiskMarkRow>,
    /// The scorer's word.
    pub(crate) scored: Option<UnitRiskRow>,
    /// A person's word that the scorer's does not count.
    pub(crate) overridden: Option<RiskOverrideRow>,
}

impl Marks {
    /// Of one unit.
    pub(crate) fn of(db: &mut Db, unit: &str) -> Result<Self, StorageError> {
        Ok(Self {
            pin: marks::pin::find(db, unit)?,
            risk: marks::risk::find(db, unit)?,
            scored: risks::find(db, unit)?,
            overridden: marks::risk_override::find(db, unit)?,
        })
    }

    /// Of those of some units of which anything is said: a statement for each table, not for each unit.
    pub(crate) fn of_units(
        db: &mut Db,
        units: &[&str],
    ) -> Result<HashMap<String, Self>, StorageError> {
        let mut all: HashMap<String, Self> = HashMap::new();
        for row in marks::pin::of_units(db, units)? {
            let marks = all.entry(row.unit.clone()).or_default();
            marks.pin = Some(row);
        }
        for row in marks::risk::of_units(db, units)? {
            let marks = all.entry(row.unit.clone()).or_default();
            marks.risk = Some(row);
        }
        for row in risks::of_units(db, units)? {
            let marks = all.entry(row.unit.clone()).or_default();
            marks.scored = Some(row);
        }
        for row in marks::risk_override::of_units(db, units)? {
            let marks = all.entry(row.unit.clone()).or_default();
            marks.overridden = Some(row);
        }
        Ok(all)
    }
}
