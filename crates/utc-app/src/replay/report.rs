//! What computing decisions again found.

use utc_domain::{Decision, Ground, ReplayTotals, Timestamp, UnitName};
use utc_policy::{Difference, Field};

use super::{Breakdown, Matrix, Obstacle};

/// What computing decisions again found.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplayReport {
    /// Which decisions.
    pub window: ReplayWindow,
    /// How many. For a counterfactual run `equal` has the same answer and `different` another one.
    pub totals: ReplayTotals,
    /// What was in the way of those that could not be computed again. A faithful run counts those of
    /// [`Obstacle::is_finding`] as different, any other run as not replayable.
    pub obstacles: Vec<ObstacleCount>,
    /// The findings.
    pub outcome: ReplayOutcome,
}

/// A part of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayWindow {
    /// From this time on.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub to: Option<Timestamp>,
    /// About this unit.
    pub unit: Option<UnitName>,
    /// How many receipts the log had.
    pub log_size: u64,
    /// The first position.
    pub first_seq: u64,
    /// The first position behind it.
    pub end_seq: u64,
}

/// How many decisions could not be computed again for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObstacleCount {
    /// The reason.
    pub obstacle: Obstacle,
    /// How many.
    pub count: u64,
    /// The first of them, at most 10.
    pub examples: Vec<Unreplayable>,
}

/// A decision that could not be computed again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreplayable {
    /// Its receipt, as it is filed; empty where there is none.
    pub receipt_id: String,
    /// Its position.
    pub seq: u64,
    /// What exactly is in the way.
    pub detail: String,
}

/// The findings of a run.
#[derive(Debug, Clone, PartialEq)]
pub enum ReplayOutcome {
    /// Of a faithful one.
    Faithful(Faithful),
    /// Of one by other rules or thresholds.
    Counterfactual(Box<Counterfactual>),
}

/// The findings of a faithful run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faithful {
    /// In how many decisions each part of the answer came out otherwise; parts without any are left out.
    pub by_field: Vec<(Field, u64)>,
    /// The first decisions that came out otherwise, at most 100.
    pub examples: Vec<Finding>,
}

/// A decision that came out otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its receipt.
    pub receipt_id: String,
    /// Its position.
    pub seq: u64,
    /// Each part that differs.
    pub differences: Vec<Difference>,
}

/// The findings of a run by other rules or thresholds. Answers are those that bind, or would bind if the unit were not
/// in observe mode.
#[derive(Debug, Clone, PartialEq)]
pub struct Counterfactual {
    /// What to keep in mind while reading, a sentence each.
    pub notes: Vec<&'static str>,
    /// Every decision.
    pub matrix: Matrix,
    /// How many of the decisions with another answer were made in observe mode.
    pub observed: u64,
    /// By each ground that spoke against a write before or would now.
    pub by_rule: Vec<RuleShare>,
    /// By unit.
    pub by_unit: Breakdown,
    /// By subject.
    pub by_subject: Breakdown,
    /// Grounds that would not have spoken against any of these writes.
    pub never_matched: Vec<Ground>,
    /// The first decisions with another answer, at most 100.
    pub examples: Vec<Change>,
}

/// The decisions that one ground spoke against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleShare {
    /// The ground.
    pub ground: Ground,
    /// How many it spoke against.
    pub before: u64,
    /// How many it would speak against.
    pub after: u64,
    /// All of these.
    pub matrix: Matrix,
}

/// A decision with another answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its receipt.
    pub receipt_id: String,
    /// Its position.
    pub seq: u64,
    /// Who asked.
    pub subject: String,
    /// What for.
    pub action: String,
    /// On which unit.
    pub unit: String,
    /// The answer.
    pub old: Decision,
    /// What it would be.
    pub new: Decision,
    /// The reason code.
    pub old_code: String,
    /// What it would be.
    pub new_code: String,
    /// The sentence that would explain it.
    pub new_reason: String,
}
