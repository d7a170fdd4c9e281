//! The scorer's hand on the rule for risky units.

use std::collections::BTreeSet;

use utc_domain::{Meta, Rule, RunId};
use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::journal::Tx;
use utc_storage::rows::{marks, risks, rules};
use utc_tdx::score::{Assessment, Flip, FlipInput, Owner, flip};

use super::apply::Judgement;
use super::evidence::seen;
use crate::AppError;
use crate::cache::StateCache;
use crate::draft::system_subject;
use crate::rules::{RuleChanged, Switch, switch_as};
use crate::task::Plan;
use crate::units::stored::parse;

/// The rule that the scorer switches.
const RULE: Rule = Rule::ReadOnlyForRisky;

/// What the scorer did to the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flipped {
    /// It switched it on.
    On,
    /// It switched off what it had switched on.
    Off,
}

impl Flipped {
    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }
}

/// Units that became risky just now, with what is said of the first of them by name.
pub(super) struct Edge<'a> {
    pub(super) assessment: &'a Assessment,
    pub(super) units: usize,
}

type Switched = Option<(Flipped, Plan<RuleChanged>)>;

/// Switches the rule on where a unit became risky and the rule is nobody's or the scorer's.
pub(super) fn flip_on(
    tx: &mut Tx<'_>,
    cache: &StateCache,
    judgement: &Judgement,
    edge: &Edge<'_>,
) -> Result<Switched, AppError> {
    let input = input(tx.db(), edge.units, judgement.auto_flip)?;
    if flip(FlipInput {
        risky: edge.units,
        ..input
    }) != Flip::On
    {
        return Ok(None);
    }
    let score = edge.assessment.score;
    // Everybody who sees rules reads this, also who does not see the unit: its own receipt names it.
    let became = match edge.units {
        1 => "a unit".to_owned(),
        more => format!("{more} units"),
    };
    let switch = Switch {
        rule: RULE,
        enabled: true,
        reason: Some(format!("{became} became risky (score {score}).")),
        owner: Owner::Job,
        seen: Meta {
            risk_score: Some(score),
            evidence: seen(edge.assessment),
            run: judgement.run,
            ..Meta::default()
        },
    };
    let plan = switch_as(tx, cache, &switch, &system_subject("system:tdx"))?;
    Ok(Some((Flipped::On, plan)))
}

/// Switches off what the scorer switched on, when no unit is risky any more.
pub(super) fn flip_off(
    tx: &mut Tx<'_>,
    cache: &StateCache,
    run: RunId,
    auto_flip: bool,
) -> Result<Switched, AppError> {
    if flip(input(tx.db(), 0, auto_flip)?) != Flip::Off {
        return Ok(None);
    }
    let highest = risks::highest(tx.db(), 1)?;
    let switch = Switch {
        rule: RULE,
        enabled: false,
        reason: Some("no unit is risky any more.".to_owned()),
        owner: Owner::Nobody,
        seen: Meta {
            risk_score: Some(highest.first().map_or(0.0, |row| row.score)),
            run: Some(run),
            ..Meta::default()
        },
    };
    let plan = switch_as(tx, cache, &switch, &system_subject("system:tdx"))?;
    Ok(Some((Flipped::Off, plan)))
}

fn input(db: &mut Db, became_risky: usize, auto_flip: bool) -> Result<FlipInput, AppError> {
    let row = rules::find(db, RULE.as_str())?.ok_or(StorageError::NotFound)?;
    let owner: Owner = parse("rules.owner", &row.owner)?;
    Ok(FlipInput {
        rule_on: row.enabled,
        owner,
        became_risky,
        risky: risky(db)?.len(),
        auto_flip,
    })
}

/// Units that are risky, by a person's mark or by a flag, whatever is overridden for now: an override ends by itself, and
/// the rule must be on then.
pub(super) fn risky(db: &mut Db) -> Result<BTreeSet<String>, StorageError> {
    let mut units: BTreeSet<String> = risks::flagged(db)?.into_iter().collect();
    units.extend(marks::risk::all(db)?.into_iter().map(|mark| mark.unit));
    Ok(units)
}
