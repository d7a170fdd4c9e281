//! The leader looks at every unit of which something was counted.

use std::sync::Arc;

use utc_domain::{Draft, UnitName};
use utc_queueing::Relaxing;
use utc_storage::journal::Tx;
use utc_storage::rows::measured_units;

use super::Measuring;
use super::judge::{Bench, judge};
use super::leader::Lead;
use crate::AppError;
use crate::cache::UnitState;
use crate::task::{Plan, Task};
use crate::units::stored::parse;

/// So many units are looked at in one transaction: decisions wait for no more than that.
const UNITS_AT_A_TIME: i64 = 50;

impl Measuring {
    pub(super) fn look_at_all(&self, lead: &Lead) -> Result<(), AppError> {
        let mut after = String::new();
        loop {
            let read = |db: &mut _| measured_units::active(db, &after, UNITS_AT_A_TIME);
            let units = self.store.read(read)?;
            let Some(last) = units.last() else {
                return Ok(());
            };
            after.clone_from(last);
            if !self.look_at(lead, units)? {
                return Ok(());
            }
        }
    }

    /// Looks at these units in one transaction. False where another server leads by now.
    fn look_at(&self, lead: &Lead, units: Vec<String>) -> Result<bool, AppError> {
        let (lead, relaxing) = (lead.clone(), self.relaxing());
        let bench = Bench {
            queueing: self.queueing,
            controller: self.controller,
            every: self.every,
        };
        let (job, ticket) = Task::boxed(Arc::clone(&self.cache), move |tx| {
            if !lead.holds(tx)? {
                return Ok(Plan::silent(false));
            }
            look(tx, &bench, relaxing(), &units)
        });
        self.journal.submit(job);
        ticket.wait().map(|(leads, _)| leads)
    }

    /// As for reports: while the clock cannot be trusted nothing relaxes.
    fn relaxing(&self) -> impl Fn() -> Relaxing + Send + 'static {
        let (clock, watch) = (Arc::clone(&self.clock), Arc::clone(&self.watch));
        move || {
            watch.look(clock.now());
            match watch.trouble() {
                None => Relaxing::Allowed,
                Some(_) => Relaxing::Held,
            }
        }
    }
}

fn look(
    tx: &mut Tx<'_>,
    bench: &Bench,
    relaxing: Relaxing,
    units: &[String],
) -> Result<Plan<bool>, AppError> {
    let mut drafts: Vec<Draft> = Vec::new();
    let mut states: Vec<(UnitName, UnitState)> = Vec::new();
    for unit in units {
        let unit: UnitName = parse("measured_units.unit", unit)?;
        if let Some(judged) = judge(tx, bench, &unit, relaxing)? {
            drafts.extend(judged.receipt);
            states.push((unit, judged.state));
        }
    }
    Ok(Plan {
        answer: true,
        drafts,
        publish: Some(Box::new(move |cache| {
            for (unit, state) in &states {
                cache.set_unit(unit, state.clone());
            }
        })),
    })
}
