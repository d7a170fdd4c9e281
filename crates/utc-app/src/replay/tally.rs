//! Counting what comes out, in bounded memory.

use std::collections::BTreeMap;

use utc_attestation::Claims;
use utc_domain::{Decision, Ground, Mode};
use utc_policy::{Field, Verdict, Wording};

use super::breakdown::Names;
use super::read::{NotReplayable, Obstacle, Recorded};
use super::report::{
    Change, Counterfactual, Faithful, Finding, ObstacleCount, ReplayOutcome, RuleShare,
    Unreplayable,
};
use super::{Matrix, ReplayMode};

/// How many findings are shown.
const EXAMPLES: usize = 100;
/// How many decisions are shown for each obstacle.
const OBSTACLE_EXAMPLES: usize = 10;

/// A decision, and what came out now.
pub(super) struct Case<'a> {
    pub(super) claims: &'a Claims,
    pub(super) recorded: &'a Recorded,
    pub(super) verdict: &'a Verdict,
}

/// What is counted of a run.
pub(super) enum Tally {
    Faithful(FaithfulTally),
    Counterfactual(Box<CounterfactualTally>),
}

impl Tally {
    pub(super) fn new(mode: &ReplayMode) -> Self {
        match mode {
            ReplayMode::Faithful => Self::Faithful(FaithfulTally::default()),
            ReplayMode::Counterfactual(alternative) => {
                Self::Counterfactual(Box::new(CounterfactualTally {
                    notes: alternative.notes(),
                    ..CounterfactualTally::default()
                }))
            }
        }
    }

    /// Counts a decision, and says whether it came out as before.
    pub(super) fn take(&mut self, case: &Case<'_>) -> bool {
        match self {
            Self::Faithful(tally) => tally.take(case),
            Self::Counterfactual(tally) => tally.take(case),
        }
    }

    pub(super) fn finish(self) -> ReplayOutcome {
        match self {
            Self::Faithful(tally) => ReplayOutcome::Faithful(tally.finish()),
            Self::Counterfactual(tally) => ReplayOutcome::Counterfactual(Box::new(tally.finish())),
        }
    }
}

#[derive(Default)]
pub(super) struct FaithfulTally {
    by_field: BTreeMap<Field, u64>,
    examples: Vec<Finding>,
}

impl FaithfulTally {
    fn take(&mut self, case: &Case<'_>) -> bool {
        let recomputed = Wording::from(case.verdict);
        let differences = case.recorded.wording.differences(&recomputed);
        if differences.is_empty() {
            return true;
        }
        for difference in &differences {
            *self.by_field.entry(difference.field).or_default() += 1;
        }
        if self.examples.len() < EXAMPLES {
            self.examples.push(Finding {
                receipt_id: case.claims.jti.clone(),
                seq: case.claims.seq,
                differences,
            });
        }
        false
    }

    fn finish(self) -> Faithful {
        Faithful {
            by_field: self.by_field.into_iter().collect(),
            examples: self.examples,
        }
    }
}

#[derive(Default)]
pub(super) struct CounterfactualTally {
    notes: Vec<&'static str>,
    matrix: Matrix,
    observed: u64,
    by_rule: BTreeMap<Ground, Spoken>,
    units: Names,
    subjects: Names,
    examples: Vec<Change>,
}

/// What one ground spoke against.
#[derive(Default)]
struct Spoken {
    before: u64,
    after: u64,
    matrix: Matrix,
}

impl CounterfactualTally {
    fn take(&mut self, case: &Case<'_>) -> bool {
        let (claims, verdict) = (case.claims, case.verdict);
        let old = case.recorded.judged;
        let new = verdict.would_be.unwrap_or(verdict.decision);
        self.matrix.add(old, new);
        self.units.add(case.recorded.inputs.unit.as_str(), old, new);
        self.subjects.add(&claims.sub, old, new);
        for ground in Ground::ALL {
            let before = claims.rules.iter().any(|key| key == ground.as_str());
            self.speak(ground, before, verdict.grounds.contains(ground), (old, new));
        }
        if old == new {
            return true;
        }
        self.observed += u64::from(case.recorded.inputs.view.mode == Mode::Observe);
        if self.examples.len() < EXAMPLES {
            self.examples.push(change(case, old, new));
        }
        false
    }

    fn speak(
        &mut self,
        ground: Ground,
        before: bool,
        after: bool,
        (old, new): (Decision, Decision),
    ) {
        if before || after {
            let spoken = self.by_rule.entry(ground).or_default();
            spoken.before += u64::from(before);
            spoken.after += u64::from(after);
            spoken.matrix.add(old, new);
        }
    }

    fn finish(self) -> Counterfactual {
        let matched = |ground: &Ground| {
            let spoken = self.by_rule.get(ground);
            spoken.is_some_and(|spoken| spoken.after > 0)
        };
        let silent = |ground: &Ground| !matched(ground);
        let never_matched = Ground::ALL.into_iter().filter(silent).collect();
        let by_rule = self.by_rule.into_iter().map(|(ground, spoken)| RuleShare {
            ground,
            before: spoken.before,
            after: spoken.after,
            matrix: spoken.matrix,
        });
        Counterfactual {
            notes: self.notes,
            by_rule: by_rule.collect(),
            never_matched,
            matrix: self.matrix,
            observed: self.observed,
            by_unit: self.units.finish(),
            by_subject: self.subjects.finish(),
            examples: self.examples,
        }
    }
}

fn change(case: &Case<'_>, old: Decision, new: Decision) -> Change {
    let (claims, inputs) = (case.claims, &case.recorded.inputs);
    Change {
        receipt_id: claims.jti.clone(),
        seq: claims.seq,
        subject: claims.sub.clone(),
        action: inputs.action.to_string(),
        unit: inputs.unit.to_string(),
        old,
        new,
        old_code: claims.code.clone(),
        new_code: case.verdict.code.to_string(),
        new_reason: case.verdict.reason.clone(),
    }
}

/// What was in the way, and of how many.
#[derive(Default)]
pub(super) struct Obstacles(BTreeMap<Obstacle, ObstacleCount>);

impl Obstacles {
    pub(super) fn add(&mut self, receipt_id: &str, seq: u64, count: u64, why: NotReplayable) {
        let NotReplayable { obstacle, detail } = why;
        let met = self.0.entry(obstacle).or_insert(ObstacleCount {
            obstacle,
            count: 0,
            examples: Vec::new(),
        });
        met.count += count;
        if met.examples.len() < OBSTACLE_EXAMPLES {
            met.examples.push(Unreplayable {
                receipt_id: receipt_id.to_owned(),
                seq,
                detail,
            });
        }
    }

    pub(super) fn finish(self) -> Vec<ObstacleCount> {
        self.0.into_values().collect()
    }
}
