//! What a look at some units came to: what is stored of it, what decisions see of it.

use utc_domain::{Draft, UnitName};
use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::journal::Tx;
use utc_storage::rows::arrival_tallies::{self, TallyRow};
use utc_storage::rows::forecasts::{self, ForecastRow, ProfileRow};
use utc_storage::rows::history::{self, FeatureRow, LevelChangeRow};
use utc_storage::rows::measured_units::{self, MeasuredRow};
use utc_storage::rows::units;

use super::known::Known;
use crate::AppError;
use crate::cache::UnitState;
use crate::units::{Remembered, Risen};

/// Rows to write, receipts to append, states to publish.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) tallies: Vec<TallyRow>,
    pub(super) measured: Vec<MeasuredRow>,
    pub(super) features: Vec<FeatureRow>,
    pub(super) changes: Vec<LevelChangeRow>,
    pub(super) forecasts: Vec<ForecastRow>,
    pub(super) profiles: Vec<ProfileRow>,
    /// Units of which something changed that decisions see.
    pub(super) changed: Vec<(UnitName, Known)>,
    pub(super) drafts: Vec<Draft>,
    pub(super) remembered: Vec<(String, Remembered)>,
    /// How many subjects each unit has.
    pub(super) subjects: Vec<(String, usize)>,
    /// Units whose level rose.
    pub(super) risen: Vec<Risen>,
}

/// What is to be published once it is committed.
pub(super) struct Published {
    pub(super) states: Vec<(UnitName, UnitState)>,
    pub(super) remembered: Vec<(String, Remembered)>,
    pub(super) subjects: Vec<(String, usize)>,
    pub(super) drafts: Vec<Draft>,
}

impl Outcome {
    /// Writes it.
    pub(super) fn store(mut self, tx: &mut Tx<'_>) -> Result<Published, AppError> {
        let states = self.store_units(tx)?;
        self.store_rest(tx.db())?;
        let now = tx.now();
        for risen in &self.risen {
            let mut all = self.remembered.iter();
            let own = all.find(|(unit, _)| unit == risen.unit.as_str());
            risen.warn(tx.db(), own.map(|(_, one)| &one.state), now)?;
        }
        Ok(Published {
            states,
            remembered: self.remembered,
            subjects: self.subjects,
            drafts: self.drafts,
        })
    }

    fn store_units(&mut self, tx: &mut Tx<'_>) -> Result<Vec<(UnitName, UnitState)>, AppError> {
        if self.changed.is_empty() {
            return Ok(Vec::new());
        }
        let epoch = i64::try_from(tx.change_state()).unwrap_or(i64::MAX);
        let now = tx.now().as_micros();
        let mut rows = Vec::with_capacity(self.changed.len());
        let mut states = Vec::with_capacity(self.changed.len());
        for (name, mut known) in self.changed.drain(..) {
            (known.row.state_epoch, known.row.updated_at) = (epoch, now);
            states.push((name, known.state()?));
            rows.push(known.row);
        }
        units::set_observed(tx.db(), &rows)?;
        Ok(states)
    }

    fn store_rest(&self, db: &mut Db) -> Result<(), StorageError> {
        arrival_tallies::put_all(db, &self.tallies)?;
        measured_units::put_all(db, &self.measured)?;
        forecasts::put_all(db, &self.forecasts)?;
        forecasts::put_profiles(db, &self.profiles)?;
        history::put_features(db, &self.features)?;
        for change in &self.changes {
            history::insert_change(db, change)?;
        }
        Ok(())
    }
}
