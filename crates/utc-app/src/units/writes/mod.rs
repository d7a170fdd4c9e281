//! What a write to a unit meets now, on which evidence, and what would let it through. The one place that puts this into
//! words: the overview and the unit's page both show it.

mod load;
mod people;
mod words;

use utc_domain::{Action, ApprovalQueue, Decision, Ground, Mode, ProtectionLevel, Rule};
use utc_policy::{PolicySet, Question, UnitView as Judged, Verdict, evaluate};
use utc_queueing::Settings;

use super::observe::settings;
use super::{LevelRecord, UnitView};
use crate::console::Console;
use crate::signals::UnitRisk;
use crate::{AppError, RuleState};

/// What is asked for when somebody only wants to know.
const ANY_WRITE: &str = "write:*";

/// What a write that nobody approved yet would be answered, and everything that somebody has to know about that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WritesNow {
    /// The answer that binds.
    pub decision: Decision,
    /// In observe mode, what the answer would have been.
    pub would_be: Option<Decision>,
    /// What speaks against it, the tightest first, and then what is to be known beside.
    pub hindrances: Vec<Hindrance>,
}

/// How much something weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Writes are refused for it.
    Refuses,
    /// Writes need an approval for it.
    Holds,
    /// Nothing is held back for it, and it is to be known all the same.
    Note,
}

/// What something is about, for leading to where it is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The load, or a pin in its place.
    Level,
    /// What is reported of its load.
    Reports,
    /// What trust signals say of its risk.
    Risk,
    /// What a person says of its risk.
    Mark,
    /// A rule for every unit.
    Rule,
    /// The people who approve.
    People,
    /// The unit as it is configured.
    Unit,
}

/// One thing that speaks against a write, or is to be known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hindrance {
    /// What it is about.
    pub about: About,
    /// How much it weighs.
    pub weight: Weight,
    /// What, as receipts list it; none where no ground is behind it.
    pub ground: Option<Ground>,
    /// What holds, in a few words.
    pub what: String,
    /// From what it follows, since when, and by whom.
    pub cause: String,
    /// The receipt of that, where there is one.
    pub receipt_id: Option<String>,
    /// What would end it.
    pub way_out: String,
}

/// Everything that the answer hangs on.
struct Scene<'a> {
    console: &'a Console,
    view: &'a UnitView,
    policy: &'a PolicySet,
    rules: &'a [RuleState],
    settings: &'a Settings,
    /// What trust signals say of it.
    risk: Option<UnitRisk>,
    /// The newest change of the level.
    changed: Option<LevelRecord>,
}

impl Console {
    /// What a write to a unit meets now. `rules` are the switches as they stand. Blocks.
    pub fn writes_now(&self, view: &UnitView, rules: &[RuleState]) -> Result<WritesNow, AppError> {
        let settings = settings(&self.options().queueing, &view.config)?;
        // Only what is needed is read: the overview asks this of a dozen units.
        let by_load = view.pin.is_none() && view.level > ProtectionLevel::Permissive;
        let changed = if by_load {
            self.unit_history(&view.name, i64::MAX, 1)?.level_changes
        } else {
            Vec::new()
        };
        let risk = match view.risk_score {
            Some(_) => self.unit_risk(&view.name)?,
            None => None,
        };
        let scene = Scene {
            console: self,
            view,
            policy: &self.policy(),
            rules,
            settings: &settings,
            risk,
            changed: changed.into_iter().next(),
        };
        scene.writes()
    }
}

impl Scene<'_> {
    fn writes(&self) -> Result<WritesNow, AppError> {
        let action: Action = ANY_WRITE
            .parse()
            .map_err(|error: utc_domain::DomainError| AppError::Internal(Box::new(error)))?;
        let question = Question::new(&action, &self.view.name);
        let mut verdict = self.evaluate(&question);
        let grounds = verdict.grounds.iter();
        let mut hindrances: Vec<Hindrance> = grounds.map(|ground| self.hindrance(ground)).collect();
        if answer(&verdict) == Decision::RequireApproval {
            let queue = self.queue();
            if let ApprovalQueue::Saturated { .. } = queue {
                let approval_queue = queue;
                verdict = self.evaluate(&Question {
                    approval_queue,
                    ..question
                });
            }
            hindrances.extend(self.crowded(queue));
        }
        hindrances.extend(self.notes());
        // Sorting keeps the order of what weighs the same.
        hindrances.sort_by_key(|one| one.weight);
        if self.view.config.mode == Mode::Observe {
            // It says how everything below is meant.
            hindrances.insert(0, words::observed());
        }
        Ok(WritesNow {
            decision: verdict.decision,
            would_be: verdict.would_be,
            hindrances,
        })
    }

    fn evaluate(&self, question: &Question<'_>) -> Verdict {
        let judged = Judged {
            level: self.view.level,
            risky: self.view.risky,
            mode: self.view.config.mode,
            known: self.view.configured,
        };
        evaluate(question, self.policy, &judged)
    }

    fn hindrance(&self, ground: Ground) -> Hindrance {
        let hindrance = match ground {
            Ground::ProtectionReadOnly | Ground::ProtectionRequireApproval => self.level(),
            Ground::WritesRequireApproval => self.rule(),
            Ground::ReadOnlyForRisky => self.risky(Weight::Refuses),
            Ground::SubjectShare => self.share(),
            Ground::UnknownUnit => self.unknown(),
        };
        Hindrance {
            ground: Some(ground),
            ..hindrance
        }
    }

    /// What holds nothing back, or not everybody.
    fn notes(&self) -> Vec<Hindrance> {
        let mut notes = Vec::new();
        if self.view.pin.is_some() && self.view.level == ProtectionLevel::Permissive {
            notes.push(self.level());
        }
        if self.view.risky && !self.policy.is_on(Rule::ReadOnlyForRisky) {
            notes.push(self.risky(Weight::Note));
        }
        notes.extend(self.set_aside());
        if self.view.stale {
            notes.push(self.silent());
        }
        if !self.view.held_subjects.is_empty() {
            notes.push(self.share());
        }
        notes
    }
}

/// The answer by which a request waits or not, whether it binds or not.
fn answer(verdict: &Verdict) -> Decision {
    verdict.would_be.unwrap_or(verdict.decision)
}
