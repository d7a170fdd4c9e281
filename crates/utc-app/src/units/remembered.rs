//! What the predictive controller remembers of units, between memory and the database.

use std::collections::HashMap;

use utc_domain::UnitName;
use utc_queueing::predictive::{PredictiveSettings, PredictiveState, Predictor, StateError};
use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::rows::forecasts::{self, ForecastRow, ProfileRow};

/// What is remembered of one unit.
#[derive(Debug, Clone)]
pub(crate) struct Remembered {
    pub(crate) state: PredictiveState,
    /// Which of its states is stored; 0 when none is. Invariant: no two states of a unit are stored under one version.
    pub(crate) version: i64,
}

/// What is to be stored of it.
pub(crate) struct Rows {
    pub(crate) forecast: ForecastRow,
    pub(crate) profile: Option<ProfileRow>,
}

impl Remembered {
    /// Nothing.
    pub(crate) fn nothing() -> Self {
        Self {
            state: PredictiveState::new(),
            version: 0,
        }
    }

    /// What is stored of a unit; none before its first observation under this controller.
    pub(crate) fn find(db: &mut Db, unit: &str) -> Result<Option<Self>, StorageError> {
        Ok(Self::of_units(db, &[unit])?.remove(unit))
    }

    /// What is stored of some units.
    pub(crate) fn of_units(
        db: &mut Db,
        units: &[&str],
    ) -> Result<HashMap<String, Self>, StorageError> {
        let found = forecasts::of_units(db, units)?;
        let names: Vec<&str> = found.iter().map(|row| row.unit.as_str()).collect();
        let rows = forecasts::profiles(db, &names)?.into_iter();
        let profiles: HashMap<String, String> = rows.map(|row| (row.unit, row.bins)).collect();
        let read = found.into_iter().map(|row| {
            let beside = profiles.get(&row.unit).map(String::as_str);
            let state = PredictiveState::from_parts(&row.state, beside).map_err(corrupt)?;
            let version = row.version;
            Ok((row.unit, Self { state, version }))
        });
        read.collect()
    }

    /// What is to be stored, as the next version.
    pub(crate) fn rows(&mut self, unit: &UnitName, settings: &PredictiveSettings) -> Rows {
        self.version += 1;
        let forecasts = self.state.forecasts(settings);
        let expected = |predictor: Predictor| forecasts.as_ref()?.of(predictor).rho;
        let parts = self.state.to_parts();
        Rows {
            forecast: ForecastRow {
                unit: unit.to_string(),
                state: parts.moving,
                fast_ewma: expected(Predictor::FastEwma),
                holt: expected(Predictor::Holt),
                seasonal: expected(Predictor::Seasonal),
                version: self.version,
            },
            profile: parts.profile.map(|bins| ProfileRow {
                unit: unit.to_string(),
                bins,
            }),
        }
    }

    /// Stores it.
    pub(crate) fn store(
        &mut self,
        db: &mut Db,
        unit: &UnitName,
        settings: &PredictiveSettings,
    ) -> Result<(), StorageError> {
        self.rows(unit, settings).store(db)
    }
}

impl Rows {
    /// Stores them.
    pub(crate) fn store(self, db: &mut Db) -> Result<(), StorageError> {
        forecasts::put_all(db, &[self.forecast])?;
        forecasts::put_profiles(db, self.profile.as_slice())
    }
}

pub(super) fn corrupt(source: StateError) -> StorageError {
    StorageError::Corrupt {
        column: "forecasts.state",
        source: Box::new(source),
    }
}
