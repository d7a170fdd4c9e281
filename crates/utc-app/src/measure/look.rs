//! The leader looks at every unit of which something was counted.

use std::collections::HashMap;
use std::sync::Arc;

use utc_queueing::Relaxing;
use utc_storage::journal::Tx;
use utc_storage::rows::{arrival_tallies, measured_units};

use super::Measuring;
use super::judge::{Bench, Look};
use super::known::Known;
use super::leader::Lead;
use super::memory::Memory;
use super::outcome::Outcome;
use crate::AppError;
use crate::task::{Plan, Task};
use crate::units::stored::policy_in;

/// So many units are looked at in one transaction: decisions wait for no more than that.
const UNITS_AT_A_TIME: usize = 100;
/// And so many subjects' counts, where units have many.
const TALLIES_AT_A_TIME: i64 = 4_000;

impl Measuring {
    pub(super) fn look_at_all(&self, lead: &Lead) -> Result<(), AppError> {
        let mut after = String::new();
        loop {
            let units = self.next_units(&after)?;
            let Some(last) = units.last() else {
                return Ok(());
            };
            after.clone_from(last);
            if !self.look_at(lead, units)? {
                return Ok(());
            }
        }
    }

    /// The next units by name, as many as one transaction takes.
    fn next_units(&self, after: &str) -> Result<Vec<String>, AppError> {
        let most = i64::try_from(UNITS_AT_A_TIME).unwrap_or(i64::MAX);
        self.store.read(|db| {
            let units = measured_units::active(db, after, most)?;
            let names: Vec<&str> = units.iter().map(String::as_str).collect();
            let counts: HashMap<String, i64> =
                arrival_tallies::counts(db, &names)?.into_iter().collect();
            Ok(enough_of(units, &counts))
        })
    }

    /// Looks at these units in one transaction. False where another server leads by now.
    fn look_at(&self, lead: &Lead, units: Vec<String>) -> Result<bool, AppError> {
        let (lead, relaxing, memory) = (lead.clone(), self.relaxing(), Arc::clone(&self.memory));
        let bench = Bench {
            queueing: self.queueing,
            controller: self.controller,
            every: self.every,
        };
        let (job, ticket) = Task::boxed(Arc::clone(&self.cache), move |tx| {
            if !lead.holds(tx)? {
                return Ok(Plan::silent(false));
            }
            look(tx, &bench, relaxing(), &units, &memory)
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

/// The first of them, at least one, that do not have too many counts together.
fn enough_of(mut units: Vec<String>, counts: &HashMap<String, i64>) -> Vec<String> {
    let mut sum = 0;
    let over = units.iter().position(|unit| {
        sum += counts.get(unit).copied().unwrap_or(0);
        sum > TALLIES_AT_A_TIME
    });
    units.truncate(over.map_or(units.len(), |over| over.max(1)));
    units
}

fn look(
    tx: &mut Tx<'_>,
    bench: &Bench,
    relaxing: Relaxing,
    units: &[String],
    memory: &Arc<Memory>,
) -> Result<Plan<bool>, AppError> {
    let names: Vec<&str> = units.iter().map(String::as_str).collect();
    let look = Look {
        bench,
        policy: policy_in(tx)?,
        relaxing,
        now: tx.now(),
    };
    let mut outcome = Outcome::default();
    for known in Known::read(tx.db(), memory, &names)? {
        look.judge(known, &mut outcome)?;
    }
    let stored = outcome.store(tx)?;
    let (states, mut remembered) = (stored.states, stored.remembered);
    let memory = Arc::clone(memory);
    Ok(Plan {
        answer: true,
        drafts: stored.drafts,
        publish: Some(Box::new(move |cache| {
            for (unit, state) in &states {
                cache.set_unit(unit, state.clone());
            }
            memory.keep(remembered.drain(..));
        })),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_has_few_counts_and_at_least_one_unit() {
        let names = || ["a", "b", "c"].map(str::to_owned).to_vec();
        let counts = |all: [i64; 3]| names().into_iter().zip(all).collect::<HashMap<_, _>>();
        let length = |all| enough_of(names(), &counts(all)).len();
        assert_eq!(length([3, 3, 3]), 3);
        assert_eq!(length([TALLIES_AT_A_TIME, 1, 1]), 1);
        assert_eq!(length([TALLIES_AT_A_TIME + 1, 1, 1]), 1);
        assert_eq!(length([1, 1, TALLIES_AT_A_TIME]), 2);
        assert_eq!(enough_of(names(), &HashMap::new()).len(), 3);
    }
}
