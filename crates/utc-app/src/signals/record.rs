//! The record of a run.

use std::fmt;
use std::str::FromStr;

use utc_domain::{DomainError, RunId, Timestamp};
use utc_storage::StorageError;
use utc_storage::journal::Tx;
use utc_storage::rows::tdx_runs::{self, RunRow};

use super::apply::Applied;
use super::flip::Flipped;
use crate::AppError;

/// Why a run began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunOccasion {
    /// Its time had come.
    Schedule,
    /// Somebody asked for it.
    Demand,
}

impl RunOccasion {
    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Demand => "demand",
        }
    }
}

impl fmt::Display for RunOccasion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for RunOccasion {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let all = [Self::Schedule, Self::Demand];
        let found = all.into_iter().find(|value| value.as_str() == text);
        found.ok_or(DomainError::Unknown {
            expected: "`schedule`, `demand`",
        })
    }
}

/// A run that begins.
pub(super) fn new_row(
    id: RunId,
    occasion: RunOccasion,
    owner: &str,
    now: Timestamp,
    at: Timestamp,
) -> RunRow {
    RunRow {
        id: id.to_string(),
        occasion: occasion.to_string(),
        owner: owner.to_owned(),
        started_at: now.as_micros(),
        finished_at: None,
        scored_at: at.as_micros(),
        units: 0,
        events: 0,
        flagged: 0,
        cleared: 0,
        risky: 0,
        flip: None,
        forgotten: 0,
    }
}

/// Changes the run's record.
pub(super) fn note(
    tx: &mut Tx<'_>,
    id: RunId,
    change: impl FnOnce(&mut RunRow),
) -> Result<(), AppError> {
    let row = tdx_runs::find(tx.db(), &id.to_string())?;
    let mut row = row.ok_or(StorageError::NotFound)?;
    change(&mut row);
    tdx_runs::update(tx.db(), &row).map_err(Into::into)
}

pub(super) fn add(run: &mut RunRow, applied: &Applied, units: usize, signals: usize) {
    run.units += signed(units);
    run.events += signed(signals);
    run.flagged += signed(applied.flagged);
    run.cleared += signed(applied.cleared);
    if applied.flipped == Some(Flipped::On) {
        run.flip = Some(Flipped::On.as_str().to_owned());
    }
}

pub(super) fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
