//! Runs of the scorer, for people, and on their word.

use std::time::Duration;

use utc_domain::{RunId, Timestamp};
use utc_storage::StorageError;
use utc_storage::rows::tdx_runs::{self, RunRow};

use super::{RunOccasion, Scoring};
use crate::AppError;
use crate::console::Console;
use crate::units::stored::parse;

/// The most hours that a demo's clock advances at once.
const MOST_HOURS: u32 = 1_000;

/// A run of the scorer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunView {
    /// Its id.
    pub id: RunId,
    /// Why it began.
    pub occasion: RunOccasion,
    /// The process that ran it.
    pub owner: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was done; none while it goes on, and for one that was broken off.
    pub finished_at: Option<Timestamp>,
    /// The moment that it scored for, by the clock of scores.
    pub scored_at: Timestamp,
    /// How many units it scored.
    pub units: u64,
    /// From how many signals.
    pub events: u64,
    /// How many units it flagged.
    pub flagged: u64,
    /// How many flags it cleared.
    pub cleared: u64,
    /// How many units were risky at its end.
    pub risky: u64,
    /// What it did to the rule: `on` or `off`.
    pub flip: Option<String>,
    /// How many events it forgot.
    pub forgotten: u64,
}

/// A page of runs, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunPage {
    /// The runs.
    pub items: Vec<RunView>,
    /// List again before this one; none at the end.
    pub next: Option<RunId>,
}

impl Console {
    /// Runs the scorer now. Blocks until it is done.
    ///
    /// # Errors
    /// [`AppError::Conflict`] while a run is under way, on whichever server.
    pub fn run_scorer(&self) -> Result<RunView, AppError> {
        let Some(id) = self.scorer().run(RunOccasion::Demand)? else {
            return Err(AppError::Conflict {
                code: "run_under_way",
                message: "a run is under way; ask again when it is done".to_owned(),
            });
        };
        let row = self
            .store()
            .read(|db| tdx_runs::find(db, &id.to_string()))?;
        Ok(view(row.ok_or(StorageError::NotFound)?)?)
    }

    /// Computes the scores that wait for it now. How many. Blocks. A console that scores in the background does so by
    /// itself.
    pub fn score_waiting(&self) -> Result<usize, AppError> {
        self.scorer().score_due()
    }

    /// Runs below `before`, or from the newest. Blocks.
    pub fn runs(&self, before: Option<RunId>, limit: usize) -> Result<RunPage, AppError> {
        let most = i64::try_from(limit).unwrap_or(i64::MAX - 1);
        let before = before.map(|id| id.to_string());
        let mut rows = self
            .store()
            .read(|db| tdx_runs::page(db, before.as_deref(), most + 1))?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let items: Result<Vec<RunView>, StorageError> = rows.into_iter().map(view).collect();
        let items = items?;
        let next = items.last().filter(|_| more).map(|run| run.id);
        Ok(RunPage { items, next })
    }

    /// Lets the clock of scores run ahead, in a demo. It says what that shows then.
    ///
    /// # Errors
    /// [`AppError::Absent`] outside a demo, [`AppError::Invalid`] for more than 1,000 hours.
    pub fn advance_scoring(&self, hours: u32) -> Result<Timestamp, AppError> {
        let Some(clock) = &self.options().signals.clock else {
            return Err(AppError::Absent {
                code: "no_demo",
                message: "only a demo has a clock that can be advanced",
            });
        };
        if hours > MOST_HOURS {
            let message = format!("must be at most {MOST_HOURS}");
            return Err(AppError::invalid("/hours", message));
        }
        clock.advance(Duration::from_hours(u64::from(hours)));
        Ok(clock.at(self.clock().now()))
    }

    /// What the clock of scores shows now.
    pub fn scoring_time(&self) -> Timestamp {
        self.scorer().scoring_now(self.clock().now())
    }

    /// Whether this console scores by itself.
    pub fn scores_by_itself(&self) -> bool {
        self.options().signals.scoring == Scoring::Background
    }
}

fn view(row: RunRow) -> Result<RunView, StorageError> {
    Ok(RunView {
        id: parse("tdx_runs.id", &row.id)?,
        occasion: parse("tdx_runs.occasion", &row.occasion)?,
        owner: row.owner,
        started_at: Timestamp::from_micros(row.started_at),
        finished_at: row.finished_at.map(Timestamp::from_micros),
        scored_at: Timestamp::from_micros(row.scored_at),
        units: row.units.unsigned_abs(),
        events: row.events.unsigned_abs(),
        flagged: row.flagged.unsigned_abs(),
        cleared: row.cleared.unsigned_abs(),
        risky: row.risky.unsigned_abs(),
        flip: row.flip,
        forgotten: row.forgotten.unsigned_abs(),
    })
}
