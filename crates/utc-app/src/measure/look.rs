//! The leader looks at every unit of which something was counted.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use utc_queueing::Relaxing;
use utc_storage::journal::Tx;
use utc_storage::rows::{arrival_tallies, measured_units};

use super::Measuring;
use super::counts::{Counts, Taken};
use super::flush::{SUBJECTS_AT_A_TIME, add_all};
use super::judge::{Bench, Look};
use super::known::Known;
use super::leader::Lead;
use super::memory::Memory;
use super::outcome::Outcome;
use crate::AppError;
use crate::task::{Plan, Task};
use crate::units::stored::policy_in;

/// So many units are looked at in one transaction: decisions wait for no more than that.
const UNITS_AT_A_TIME: usize = 50;

/// A unit that is to be looked at.
pub(super) struct Due {
    pub(super) name: String,
    /// What this process counted of it.
    pub(super) counts: Option<Arc<Counts>>,
}

impl Measuring {
    /// Looks at what was counted here, in that order, and then at what others counted and at what goes on without anybody
    /// asking.
    pub(super) fn look_at_all(&self, lead: &Lead, mut taken: Taken) -> Result<(), AppError> {
        let mut due = self.due(&taken)?;
        while !due.is_empty() {
            let part: Arc<[Due]> = self.next_part(&mut due)?.into();
            let leads = self.look_at(lead, &part)?;
            taken.stored(part.iter().filter(|one| one.counts.is_some()).count());
            if !leads {
                return self.flush(taken);
            }
        }
        Ok(())
    }

    /// What was counted comes first, in its order.
    fn due(&self, taken: &Taken) -> Result<VecDeque<Due>, AppError> {
        let active = self.store.read(measured_units::active)?;
        let counted: HashSet<&str> = taken.left().map(|one| one.unit.as_str()).collect();
        let rest = active
            .into_iter()
            .filter(|name| !counted.contains(name.as_str()));
        let first = taken.left().map(|one| Due {
            name: one.unit.to_string(),
            counts: Some(Arc::clone(one)),
        });
        Ok(first
            .chain(rest.map(|name| Due { name, counts: None }))
            .collect())
    }

    /// The next units, as many as one transaction takes.
    fn next_part(&self, due: &mut VecDeque<Due>) -> Result<Vec<Due>, AppError> {
        let most = due.len().min(UNITS_AT_A_TIME);
        let subjects = self.subjects(due.range(..most))?;
        let enough = enough_of(due.range(..most), &subjects);
        Ok(due.drain(..enough).collect())
    }

    /// How many subjects these units have, about; units without any are left out.
    fn subjects<'a>(
        &self,
        due: impl Iterator<Item = &'a Due> + Clone,
    ) -> Result<HashMap<String, usize>, AppError> {
        let names = due.map(|one| one.name.as_str());
        let mut subjects = self.memory.subjects(names.clone());
        let unknown: Vec<&str> = names.filter(|&name| !subjects.contains_key(name)).collect();
        if !unknown.is_empty() {
            let stored = self
                .store
                .read(|db| arrival_tallies::counts(db, &unknown))?;
            let stored = stored.into_iter();
            subjects.extend(
                stored.map(|(unit, subjects)| {
                    (unit, usize::try_from(subjects).unwrap_or(usize::MAX))
                }),
            );
        }
        Ok(subjects)
    }

    /// Looks at these units in one transaction. False where another server leads by now: what was counted is stored.
    fn look_at(&self, lead: &Lead, part: &Arc<[Due]>) -> Result<bool, AppError> {
        let (lead, part) = (lead.clone(), Arc::clone(part));
        let (relaxing, memory) = (self.relaxing(), Arc::clone(&self.memory));
        let bench = Bench {
            queueing: self.queueing,
            controller: self.controller,
            every: self.every,
        };
        let (job, ticket) = Task::boxed(Arc::clone(&self.cache), move |tx| {
            if !lead.holds(tx)? {
                add_all(tx, part.iter().filter_map(|one| one.counts.as_deref()))?;
                return Ok(Plan::silent(false));
            }
            look(tx, &bench, relaxing(), &part, &memory)
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

/// How many of them, at least one, do not have too many subjects together.
fn enough_of<'a>(
    due: impl ExactSizeIterator<Item = &'a Due>,
    subjects: &HashMap<String, usize>,
) -> usize {
    let (all, mut sum) = (due.len(), 0);
    let mut due = due;
    let over = due.position(|one| {
        let stored = subjects.get(&one.name).copied().unwrap_or_default();
        let counted = one.counts.as_ref().map_or(0, |counts| counts.asked.len());
        sum += stored + counted;
        sum > SUBJECTS_AT_A_TIME
    });
    over.map_or(all, |over| over.max(1))
}

fn look(
    tx: &mut Tx<'_>,
    bench: &Bench,
    relaxing: Relaxing,
    part: &[Due],
    memory: &Arc<Memory>,
) -> Result<Plan<bool>, AppError> {
    let look = Look {
        bench,
        policy: policy_in(tx)?,
        relaxing,
        now: tx.now(),
    };
    let mut outcome = Outcome::default();
    for known in Known::read(tx.db(), memory, part, look.now)? {
        look.judge(known, &mut outcome)?;
    }
    let stored = outcome.store(tx)?;
    let (states, mut remembered) = (stored.states, stored.remembered);
    let mut subjects = stored.subjects;
    let memory = Arc::clone(memory);
    Ok(Plan {
        answer: true,
        drafts: stored.drafts,
        publish: Some(Box::new(move |cache| {
            for (unit, state) in &states {
                cache.set_unit(unit, state.clone());
            }
            memory.keep(remembered.drain(..));
            memory.keep_subjects(subjects.drain(..));
        })),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_has_few_subjects_and_at_least_one_unit() {
        let due = ["a", "b", "c"].map(|name| Due {
            name: name.to_owned(),
            counts: None,
        });
        let enough = |stored: [usize; 3]| {
            let stored = due
                .iter()
                .zip(stored)
                .map(|(one, stored)| (one.name.clone(), stored));
            enough_of(due.iter(), &stored.collect())
        };
        assert_eq!(enough([3, 3, 3]), 3);
        assert_eq!(enough([SUBJECTS_AT_A_TIME, 1, 1]), 1);
        assert_eq!(enough([SUBJECTS_AT_A_TIME + 1, 1, 1]), 1);
        assert_eq!(enough([1, 1, SUBJECTS_AT_A_TIME]), 2);
        assert_eq!(enough_of(due.iter(), &HashMap::new()), 3);
    }
}
