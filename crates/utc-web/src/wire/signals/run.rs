//! Runs of the scorer on the wire.

use serde::Serialize;
use utc_app::signals::{RunPage, RunView};
use utoipa::ToSchema;

use crate::wire::receipts::cursor;

/// A run of the scorer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RunAnswer {
    /// Its id, which the receipts of what it did name.
    id: String,
    /// `schedule` or `demand`.
    occasion: &'static str,
    /// When it began.
    started_at: String,
    /// When it was done; absent while it goes on, and for one that was broken off.
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<String>,
    /// The moment that it scored for.
    scored_at: String,
    /// How many units it scored.
    units: u64,
    /// From how many signals.
    events: u64,
    /// How many units it found risky.
    flagged: u64,
    /// How many it found risky no more.
    cleared: u64,
    /// How many units were risky at its end.
    risky: u64,
    /// What it did to the rule for risky units: `on` or `off`.
    #[serde(skip_serializing_if = "Option::is_none")]
    flip: Option<String>,
    /// How many events it forgot.
    forgotten: u64,
}

impl From<RunView> for RunAnswer {
    fn from(run: RunView) -> Self {
        Self {
            id: run.id.to_string(),
            occasion: run.occasion.as_str(),
            started_at: run.started_at.to_string(),
            finished_at: run.finished_at.map(|at| at.to_string()),
            scored_at: run.scored_at.to_string(),
            units: run.units,
            events: run.events,
            flagged: run.flagged,
            cleared: run.cleared,
            risky: run.risky,
            flip: run.flip,
            forgotten: run.forgotten,
        }
    }
}

/// Runs, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RunList {
    /// The runs.
    items: Vec<RunAnswer>,
    /// Where to go on; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

impl From<RunPage> for RunList {
    fn from(page: RunPage) -> Self {
        Self {
            next_cursor: page.next.map(|id| cursor(&id.to_string())),
            items: page.items.into_iter().map(RunAnswer::from).collect(),
        }
    }
}
