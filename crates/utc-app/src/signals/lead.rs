//! Who runs the scorer: one process at a time, one run in each slot of time, whatever the others do.

use std::time::Duration;

use utc_domain::Timestamp;
use utc_storage::connection::Db;
use utc_storage::journal::Tx;
use utc_storage::rows::jobs::{self, JobRow};

use crate::AppError;
use crate::options::after;

/// The job's name. Invariant: only one slot of it is being done at a time.
const JOB: &str = "tdx";

/// Slots on demand are counted in microseconds and negative, so that they meet no other.
const DEMAND: i64 = -1;

/// No lease is longer, in microseconds: five minutes.
const LONGEST_LEASE: i64 = 300 * 1_000_000;

/// How many slots are remembered after they were done.
const REMEMBERED: i64 = 1_000;

/// A slot of the job, held by this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lead {
    pub(super) slot: i64,
    /// Who holds it: a text that no other run has, also of the same process.
    owner: String,
}

/// Which slot a run is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// That of the present interval.
    Scheduled(Duration),
    /// One of its own.
    Demanded,
}

impl Slot {
    /// Its number at `now`.
    pub(super) fn number(self, now: Timestamp) -> i64 {
        match self {
            Self::Scheduled(interval) => {
                let micros = i64::try_from(interval.as_micros()).unwrap_or(i64::MAX);
                now.as_micros().div_euclid(micros.max(1))
            }
            Self::Demanded => DEMAND * now.as_micros(),
        }
    }
}

/// Whether the slot may be free, asked outside of any transaction.
pub(super) fn may_be_free(db: &mut Db, slot: i64, now: Timestamp) -> Result<bool, AppError> {
    let row = jobs::find(db, JOB, slot)?;
    Ok(row.is_none_or(|row| row.done_at.is_none() && !is_held(&row, now)))
}

/// Whether somebody is at it. A lease that ends later than any may was taken by a clock that was ahead, and holds nothing.
fn is_held(row: &JobRow, now: Timestamp) -> bool {
    let left = row.lease_until.saturating_sub(now.as_micros());
    0 < left && left <= LONGEST_LEASE
}

/// Takes the slot, unless it was done, is being done, or another one of the job is. Whatever else was begun and abandoned is
/// over: whoever comes back to it finds that it leads no more.
pub(super) fn claim(
    tx: &mut Tx<'_>,
    owner: &str,
    slot: Slot,
    lease: Duration,
) -> Result<Option<Lead>, AppError> {
    let now = tx.clock();
    let slot = slot.number(now);
    let open = jobs::open(tx.db(), JOB)?;
    if open.iter().any(|row| is_held(row, now)) {
        return Ok(None);
    }
    for row in open.into_iter().filter(|row| row.slot != slot) {
        let done_at = Some(now.as_micros());
        jobs::update(tx.db(), &JobRow { done_at, ..row })?;
    }
    let row = JobRow {
        job: JOB.to_owned(),
        slot,
        owner: owner.to_owned(),
        lease_until: after(now, lease).as_micros(),
        done_at: None,
    };
    match jobs::find(tx.db(), JOB, slot)? {
        None => jobs::insert(tx.db(), &row)?,
        Some(before) if before.done_at.is_none() => jobs::update(tx.db(), &row)?,
        Some(_) => return Ok(None),
    }
    let owner = owner.to_owned();
    Ok(Some(Lead { slot, owner }))
}

impl Lead {
    /// Says that this process still runs it.
    ///
    /// # Errors
    /// [`AppError::Conflict`] when another one took it over: nothing of this transaction may stay.
    pub(super) fn hold(&self, tx: &mut Tx<'_>, lease: Duration) -> Result<(), AppError> {
        let row = self.own(tx)?;
        let lease_until = after(tx.clock(), lease).as_micros();
        jobs::update(tx.db(), &JobRow { lease_until, ..row })?;
        Ok(())
    }

    /// Says that it is done.
    ///
    /// # Errors
    /// As for [`Lead::hold`].
    pub(super) fn done(&self, tx: &mut Tx<'_>) -> Result<(), AppError> {
        let row = self.own(tx)?;
        let done_at = Some(tx.clock().as_micros());
        jobs::update(tx.db(), &JobRow { done_at, ..row })?;
        if self.slot >= 0 {
            jobs::forget_between(tx.db(), JOB, 0, self.slot - REMEMBERED)?;
        }
        Ok(())
    }

    fn own(&self, tx: &mut Tx<'_>) -> Result<JobRow, AppError> {
        let row = jobs::find(tx.db(), JOB, self.slot)?;
        let own = row.filter(|row| row.owner == self.owner && row.done_at.is_none());
        own.ok_or_else(|| AppError::Conflict {
            code: "run_taken_over",
            message: "another server took this run over".to_owned(),
        })
    }
}
