//! What a unit went through.

use utc_domain::UnitName;
use utc_storage::rows::history::{self, FeatureRow, LevelChangeRow};
use utc_storage::rows::units;

use crate::AppError;
use crate::console::Console;

/// A level change, as stored.
pub type LevelRecord = LevelChangeRow;

/// The past of a unit, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitHistory {
    /// Feature rows.
    pub features: Vec<FeatureRow>,
    /// Level changes.
    pub level_changes: Vec<LevelRecord>,
}

impl Console {
    /// Up to `limit` feature rows and level changes of a unit before `before` (microseconds). Blocks.
    pub fn unit_history(
        &self,
        name: &UnitName,
        before: i64,
        limit: i64,
    ) -> Result<UnitHistory, AppError> {
        let name = self.cache().resolve(name);
        self.store().read(|db| {
            if units::find(db, name.as_str())?.is_none() {
                return Err(AppError::NotFound {
                    what: "unit",
                    name: name.to_string(),
                });
            }
            Ok(UnitHistory {
                features: history::features_of(db, name.as_str(), before, limit)?,
                level_changes: history::changes_of(db, name.as_str(), before, limit)?,
            })
        })
    }
}
