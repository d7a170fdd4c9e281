//! From assessments to flags, and from flags to the rule: everything of it in one transaction, with its receipts.

use utc_domain::{Code, Draft, Meta, PolicyRef, ReceiptKind, RunId, Timestamp, UnitName, round6};
use utc_storage::journal::Tx;
use utc_storage::rows::risks::{self, UnitRiskRow};
use utc_storage::rows::units::{self, UnitRow};
use utc_tdx::score::{Change, Flag, Occasion};

use super::evidence::{RiskEvidence, seen};
use super::flip::{Edge, Flipped, flip_on};
use super::remember::remember;
use super::score::Assessed;
use crate::AppError;
use crate::cache::{StateCache, UnitState};
use crate::draft::{change as recorded, system_subject};
use crate::task::Publish;
use crate::units::state_of;
use crate::units::stored::policy_in;

/// For what, and as of when, units were assessed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judgement {
    pub(super) occasion: Occasion,
    pub(super) run: Option<RunId>,
    /// The moment, by the clock of scores.
    pub(super) at: Timestamp,
    /// The number of the newest event that was there.
    pub(super) as_of: i64,
    pub(super) auto_flip: bool,
}

/// What came of it.
#[derive(Default)]
pub(super) struct Applied {
    pub(super) drafts: Vec<Draft>,
    pub(super) flagged: usize,
    pub(super) cleared: usize,
    pub(super) flipped: Option<Flipped>,
    /// Units of which something changed since their signals were read.
    pub(super) outdated: Vec<UnitName>,
    states: Vec<(UnitName, UnitState)>,
    policy: Option<Publish>,
}

impl Applied {
    /// Brings the cache up to what was written.
    pub(super) fn publish(&mut self, cache: &StateCache) {
        for (unit, state) in &self.states {
            cache.set_unit(unit, state.clone());
        }
        if let Some(publish) = &mut self.policy {
            publish(cache);
        }
    }
}

/// Writes scores and flags, and switches the rule where a unit became risky.
pub(super) fn apply(
    tx: &mut Tx<'_>,
    cache: &StateCache,
    judgement: &Judgement,
    assessed: &[Assessed],
) -> Result<Applied, AppError> {
    let mut applied = Applied::default();
    let mut edge: Option<Edge<'_>> = None;
    let policy = policy_in(tx)?;
    for one in assessed {
        let Some(became) = step(tx, judgement, one, &policy, &mut applied)? else {
            continue;
        };
        edge.get_or_insert(Edge {
            assessment: &one.assessment,
            units: 0,
        })
        .units += became;
    }
    if let Some(edge) = edge {
        let flip = flip_on(tx, cache, judgement, &edge)?;
        if let Some((flipped, plan)) = flip {
            applied.flipped = Some(flipped);
            applied.drafts.extend(plan.drafts);
            applied.policy = plan.publish;
        }
    }
    Ok(applied)
}

/// One unit. Some number when it became risky just now.
fn step(
    tx: &mut Tx<'_>,
    judgement: &Judgement,
    one: &Assessed,
    policy: &PolicyRef,
    applied: &mut Applied,
) -> Result<Option<usize>, AppError> {
    let before = risks::find(tx.db(), one.unit.as_str())?;
    if !one.basis.holds(tx, before.as_ref())? {
        applied.outdated.push(one.unit.clone());
        return Ok(None);
    }
    let says_nothing = one.assessment.score == 0.0 && one.assessment.matched_count == 0;
    if before.is_none() && says_nothing {
        return Ok(None);
    }
    let Some(unit) = units::find(tx.db(), one.unit.as_str())? else {
        return Ok(None);
    };
    let flag = flag_of(before.as_ref());
    let step = match flag.next(&one.assessment, judgement.occasion, judgement.at) {
        Ok(step) => step,
        Err(error) => {
            tracing::error!(unit = %one.unit, %error, "a score is none; the unit's flag stays as it was");
            return Ok(None);
        }
    };
    let draft = step
        .change
        .map(|change| receipt(change, judgement, one, policy));
    let mut row = row(judgement, one, before.as_ref())?;
    set_flag(&mut row, step.flag, draft.as_ref());
    if before.as_ref() == Some(&row) {
        return Ok(None);
    }
    risks::put(tx.db(), &row)?;
    remember(tx, judgement, before.as_ref(), &row, &unit)?;
    let state = publish(tx, &unit, before.as_ref(), &row)?;
    applied
        .states
        .extend(state.map(|state| (one.unit.clone(), state)));
    applied.drafts.extend(draft);
    Ok(match step.change {
        None => None,
        Some(Change::Cleared) => {
            applied.cleared += 1;
            None
        }
        Some(Change::Set) => {
            applied.flagged += 1;
            Some(1)
        }
    })
}

fn flag_of(row: Option<&UnitRiskRow>) -> Flag {
    match row.and_then(|row| Some((row.flagged_since?, row.low_runs))) {
        None => Flag::Clear,
        Some((since, low_runs)) => Flag::Risky {
            since: Timestamp::from_micros(since),
            low_runs: u8::try_from(low_runs).unwrap_or(0),
        },
    }
}

fn row(
    judgement: &Judgement,
    one: &Assessed,
    before: Option<&UnitRiskRow>,
) -> Result<UnitRiskRow, AppError> {
    let assessment = &one.assessment;
    Ok(UnitRiskRow {
        unit: one.unit.to_string(),
        score: assessment.score,
        risk: assessment.risk,
        flagged_since: None,
        low_runs: 0,
        flag_receipt_id: before.and_then(|row| row.flag_receipt_id.clone()),
        evidence: RiskEvidence::of(assessment).to_json()?,
        matched_count: i64::from(assessment.matched_count),
        trend: assessment.trend.to_string(),
        scored_at: judgement.at.as_micros(),
        as_of: judgement.as_of,
    })
}

fn set_flag(row: &mut UnitRiskRow, flag: Flag, draft: Option<&Draft>) {
    match flag {
        Flag::Clear => row.flag_receipt_id = None,
        Flag::Risky { since, low_runs } => {
            row.flagged_since = Some(since.as_micros());
            row.low_runs = i64::from(low_runs);
            if let Some(draft) = draft {
                row.flag_receipt_id = Some(draft.id.to_string());
            }
        }
    }
}

/// Decisions see score and flag: whoever holds an older state must load it again.
fn publish(
    tx: &mut Tx<'_>,
    unit: &UnitRow,
    before: Option<&UnitRiskRow>,
    row: &UnitRiskRow,
) -> Result<Option<UnitState>, AppError> {
    let same = before.is_some_and(|before| {
        round6(before.score - row.score) == 0.0
            && before.flagged_since.is_some() == row.flagged_since.is_some()
    });
    if same {
        return Ok(None);
    }
    let epoch = i64::try_from(tx.change_state()).unwrap_or(i64::MAX);
    risks::touch_unit(tx.db(), &row.unit, epoch)?;
    state_of(tx.db(), unit).map(Some)
}

fn receipt(change: Change, judgement: &Judgement, one: &Assessed, policy: &PolicyRef) -> Draft {
    let (unit, score) = (&one.unit, one.assessment.score);
    let sources = one.assessment.sources.len();
    let (code, reason) = match change {
        Change::Set => (
            Code::RiskFlagged,
            format!("{unit} became risky: score {score} from {sources} sources."),
        ),
        Change::Cleared => (
            Code::RiskUnflagged,
            format!("{unit} is risky no more: score {score} in two runs."),
        ),
    };
    let meta = Meta {
        risky: Some(change == Change::Set),
        ..seen_of(judgement, one)
    };
    let draft = recorded(
        ReceiptKind::RiskChange,
        code,
        system_subject("system:tdx"),
        reason,
        policy.clone(),
    );
    Draft {
        unit: Some(unit.clone()),
        meta,
        ..draft
    }
}

/// What a receipt of the scorer says that it saw.
fn seen_of(judgement: &Judgement, one: &Assessed) -> Meta {
    Meta {
        risk_score: Some(one.assessment.score),
        evidence: seen(&one.assessment),
        run: judgement.run,
        ..Meta::default()
    }
}
