//! What a person set on a unit by hand: a pinned level, a risk mark, or that the scorer's flag does not count.

use diesel::prelude::*;

use crate::StorageError;
use crate::connection::Db;
use crate::schema::{pins, risk_marks, risk_overrides};

/// A pinned level.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = pins)]
pub struct PinRow {
    /// The unit.
    pub unit: String,
    /// The level in force while it is pinned.
    pub level: String,
    /// Why.
    pub reason: String,
    /// Who pinned it.
    pub subject: String,
    /// Since when.
    pub since: i64,
    /// Until when; none: until a person removes it.
    pub expires_at: Option<i64>,
    /// The receipt.
    pub receipt_id: String,
}

/// A person's mark that a unit is risky.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = risk_marks)]
pub struct RiskMarkRow {
    /// The unit.
    pub unit: String,
    /// Why.
    pub reason: String,
    /// Who marked it.
    pub subject: String,
    /// Since when.
    pub since: i64,
    /// Until when; none: until a person removes it.
    pub expires_at: Option<i64>,
    /// The receipt.
    pub receipt_id: String,
}

/// A person's word that the scorer's flag on a unit does not count.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = risk_overrides)]
pub struct RiskOverrideRow {
    /// The unit.
    pub unit: String,
    /// Why.
    pub reason: String,
    /// Who said so.
    pub subject: String,
    /// Since when.
    pub since: i64,
    /// Until when.
    pub expires_at: Option<i64>,
    /// The receipt.
    pub receipt_id: String,
}

macro_rules! mark_queries {
    ($module:ident, $table:ident, $row:ty, [$($column:ident),*]) => {
        /// Queries on one kind of mark.
        pub mod $module {
            use super::*;

            /// The mark of a unit.
            pub fn find(db: &mut Db, unit: &str) -> Result<Option<$row>, StorageError> {
                Ok($table::table.find(unit).select(($($table::$column),*)).get_result(db).optional()?)
            }

            /// The marks of some units.
            pub fn of_units(db: &mut Db, units: &[&str]) -> Result<Vec<$row>, StorageError> {
                let rows = $table::table.filter($table::unit.eq_any(units));
                Ok(rows.select(($($table::$column),*)).load(db)?)
            }

            /// Every mark.
            pub fn all(db: &mut Db) -> Result<Vec<$row>, StorageError> {
                Ok($table::table.order($table::unit.asc()).select(($($table::$column),*)).load(db)?)
            }

            /// Units whose mark has ended by `now`.
            pub fn ended(db: &mut Db, now: i64) -> Result<Vec<String>, StorageError> {
                Ok($table::table.filter($table::expires_at.le(now)).select($table::unit).load(db)?)
            }

            /// Sets the mark, in place of an older one.
            pub fn replace(db: &mut Db, row: &$row) -> Result<(), StorageError> {
                remove(db, &row.unit)?;
                diesel::insert_into($table::table).values(row).execute(db)?;
                Ok(())
            }

            /// Removes the mark; false when there is none.
            pub fn remove(db: &mut Db, unit: &str) -> Result<bool, StorageError> {
                Ok(diesel::delete($table::table.find(unit)).execute(db)? == 1)
            }
        }
    };
}

mark_queries!(
    pin,
    pins,
    PinRow,
    [unit, level, reason, subject, since, expires_at, receipt_id]
);
mark_queries!(
    risk,
    risk_marks,
    RiskMarkRow,
    [unit, reason, subject, since, expires_at, receipt_id]
);
mark_queries!(
    risk_override,
    risk_overrides,
    RiskOverrideRow,
    [unit, reason, subject, since, expires_at, receipt_id]
);
