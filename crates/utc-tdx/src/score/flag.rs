//! The scorer's mark on a unit. A person's mark is another one, which this never touches.

use utc_domain::Timestamp;

use crate::score::Assessment;

/// The score, of 100, from which a unit is risky.
pub const RISKY_FROM: f64 = 70.0;
/// The score, of 100, below which it can stop to be.
pub const CLEAR_BELOW: f64 = 50.0;
/// How many successive runs must find it there.
const CLEAR_RUNS: u8 = 2;
/// For how long it stays risky at least.
const MIN_MINUTES: i64 = 60;

/// What a score was computed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Occasion {
    /// A run of the job, by the clock or on demand.
    Run,
    /// An event came in. It can set the mark; it counts for no run, so a burst of events cannot clear one.
    Event,
}

/// The scorer's mark on a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flag {
    /// Not risky.
    Clear,
    /// Risky.
    Risky {
        /// Since when.
        since: Timestamp,
        /// How many successive runs found a score below 50.
        low_runs: u8,
    },
}

/// A change of the mark, which is receipted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// The unit became risky.
    Set,
    /// It stopped to be.
    Cleared,
}

/// What became of a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlagStep {
    /// The mark from now on.
    pub flag: Flag,
    /// Whether it changed.
    pub change: Option<Change>,
}

/// A score that is no number from 0 to 100. The mark stays as it was.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("the score must be a number from 0 to 100, is `{score}`")]
pub struct NotFinite {
    /// What was computed.
    pub score: f64,
}

impl Flag {
    /// Whether the unit is risky.
    pub fn is_risky(self) -> bool {
        match self {
            Self::Clear => false,
            Self::Risky { .. } => true,
        }
    }

    /// What a new assessment makes of the mark.
    ///
    /// Risky from 70, if two sources or an authoritative one say so; clear after two successive runs below 50, at
    /// least an hour after it was set. A score of 50 or more in between begins the count anew, on any occasion.
    pub fn next(
        self,
        assessment: &Assessment,
        occasion: Occasion,
        now: Timestamp,
    ) -> Result<FlagStep, NotFinite> {
        let score = assessment.score;
        if !(0.0..=100.0).contains(&score) {
            return Err(NotFinite { score });
        }
        Ok(match self {
            Self::Clear if score >= RISKY_FROM && assessment.is_corroborated() => {
                let low_runs = 0;
                let since = now;
                FlagStep::changed(Self::Risky { since, low_runs }, Change::Set)
            }
            Self::Clear => FlagStep::same(self),
            Self::Risky { since, low_runs } => {
                let low_runs = counted(low_runs, score, occasion);
                let long_enough = now >= since.plus_minutes(MIN_MINUTES);
                if low_runs >= CLEAR_RUNS && long_enough && occasion == Occasion::Run {
                    FlagStep::changed(Self::Clear, Change::Cleared)
                } else {
                    FlagStep::same(Self::Risky { since, low_runs })
                }
            }
        })
    }
}

fn counted(low_runs: u8, score: f64, occasion: Occasion) -> u8 {
    if score >= CLEAR_BELOW {
        return 0;
    }
    match occasion {
        Occasion::Run => low_runs.saturating_add(1).min(CLEAR_RUNS),
        Occasion::Event => low_runs,
    }
}

impl FlagStep {
    fn same(flag: Flag) -> Self {
        Self { flag, change: None }
    }

    fn changed(flag: Flag, change: Change) -> Self {
        Self {
            flag,
            change: Some(change),
        }
    }
}
