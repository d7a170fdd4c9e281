//! What a switch would have done to the decisions of the last 24 hours.

use std::collections::BTreeMap;

use serde::Serialize;
use utc_app::replay::{
    Alternative, Counterfactual, ReplayOutcome, SIMULATED_MOST, Simulated, Simulation,
};
use utc_app::{AppError, Console, Principal};
use utc_domain::Rule;

/// How many decisions the page judges before anybody asks for more: with each of them its receipt is verified, and a
/// page comes at once.
const AT_ONCE: i64 = 2_000;

/// How many units and examples are listed.
const LISTED: usize = 10;

/// What would have been answered.
#[derive(Serialize)]
pub(super) struct Preview {
    total: u64,
    changed: u64,
    not_judged: u64,
    observed: u64,
    cut: bool,
    /// As many as may be judged, where that is more than were; none otherwise.
    more: Option<i64>,
    cells: Vec<Cell>,
    units: Vec<UnitRow>,
    examples: Vec<Example>,
    notes: Vec<&'static str>,
}

#[derive(Serialize)]
struct Cell {
    old: &'static str,
    new: &'static str,
    count: u64,
}

#[derive(Serialize)]
struct UnitRow {
    unit: String,
    total: u64,
    changed: u64,
}

#[derive(Serialize)]
struct Example {
    receipt: String,
    subject: String,
    action: String,
    unit: String,
    old: &'static str,
    new: &'static str,
    reason: String,
}

impl Preview {
    /// Judges the newest decisions again with the rule so, `thoroughly` as many as may be. None while as many simulations
    /// run as may. Blocks.
    pub(super) fn of(
        console: &Console,
        by: &Principal,
        rule: Rule,
        on: bool,
        thoroughly: bool,
    ) -> Result<Option<Self>, AppError> {
        let asked = Simulation {
            alternative: Alternative::new(BTreeMap::from([(rule, on)]), None)?,
            from: None,
            to: None,
            unit: None,
            limit: if thoroughly { SIMULATED_MOST } else { AT_ONCE },
        };
        match console.simulate(by, asked) {
            Ok(simulated) => Ok(Self::read(simulated, thoroughly)),
            // The change can be made without having been tried.
            Err(AppError::Conflict { .. } | AppError::Invalid(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn read(simulated: Simulated, thoroughly: bool) -> Option<Self> {
        let totals = simulated.report.totals;
        let ReplayOutcome::Counterfactual(found) = simulated.report.outcome else {
            return None;
        };
        Some(Self {
            total: totals.total,
            changed: found.matrix.changed(),
            not_judged: totals.not_replayable,
            observed: found.observed,
            cut: simulated.cut,
            more: (simulated.cut && !thoroughly).then_some(SIMULATED_MOST),
            cells: cells(&found),
            units: units(&found),
            examples: examples(&found),
            notes: found.notes.clone(),
        })
    }
}

fn cells(found: &Counterfactual) -> Vec<Cell> {
    let cells = found.matrix.cells();
    cells
        .map(|(old, new, count)| Cell {
            old: old.as_str(),
            new: new.as_str(),
            count,
        })
        .collect()
}

fn units(found: &Counterfactual) -> Vec<UnitRow> {
    let shares = found.by_unit.listed.iter();
    let changed = shares.filter(|share| share.matrix.changed() > 0);
    changed
        .take(LISTED)
        .map(|share| UnitRow {
            unit: share.name.clone(),
            total: share.matrix.total(),
            changed: share.matrix.changed(),
        })
        .collect()
}

fn examples(found: &Counterfactual) -> Vec<Example> {
    let examples = found.examples.iter().take(LISTED);
    examples
        .map(|change| Example {
            receipt: change.receipt_id.clone(),
            subject: change.subject.clone(),
            action: change.action.clone(),
            unit: change.unit.clone(),
            old: change.old.as_str(),
            new: change.new.as_str(),
            reason: change.new_reason.clone(),
        })
        .collect()
}
