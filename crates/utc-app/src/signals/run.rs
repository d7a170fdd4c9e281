//! A run of the scorer: every unit again, a stretch at a time, so that decisions need not wait for it.

use std::collections::BTreeSet;
use std::sync::Arc;

use utc_domain::{RunId, Timestamp};
use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::rows::tdx_runs;
use utc_storage::rows::unit_signals::{self, Closable};
use utc_storage::rows::{event_keys, events, risks};
use utc_tdx::score::Occasion;
use uuid::Uuid;

use super::apply::{Judgement, apply};
use super::book::Book;
use super::flip::{flip_off, risky};
use super::lead::{Lead, Slot, claim};
use super::record::{RunOccasion, add, new_row, note, signed};
use super::rematch::rematch;
use super::score::{Assessed, assess_all, silent};
use super::scorer::{Scorer, newest};
use crate::AppError;
use crate::task::{Plan, Publish};
use crate::units::stored::parse;

/// Units of one stretch.
const STRETCH: usize = 500;

/// Rows that one transaction forgets.
const FORGET_AT_ONCE: i64 = 1_000;

/// How often a unit is assessed again of which something new came in meanwhile, before the next round takes it.
const TRIES: usize = 3;

/// The history of scores is kept for so long, in microseconds: 400 days.
const HISTORY_MICROS: i64 = 400 * 24 * 3_600 * 1_000_000;

/// A run that goes on.
#[derive(Clone)]
struct Running {
    lead: Lead,
    id: RunId,
    at: Timestamp,
}

impl Scorer {
    /// Runs, unless the slot had its run or a run is under way: none then.
    pub(crate) fn run(&self, occasion: RunOccasion) -> Result<Option<RunId>, AppError> {
        let Some(running) = self.begin(occasion)? else {
            return Ok(None);
        };
        self.match_again(&running)?;
        let mut after = String::new();
        while let Some(last) = self.stretch(&running, &after)? {
            after = last;
        }
        self.forget(&running)?;
        self.finish(&running)?;
        Ok(Some(running.id))
    }

    fn begin(&self, occasion: RunOccasion) -> Result<Option<Running>, AppError> {
        let slot = match occasion {
            RunOccasion::Schedule => Slot::Scheduled(self.options.interval),
            RunOccasion::Demand => Slot::Demanded,
        };
        let (owner, lease) = (self.boot.clone(), self.options.lease);
        let (clock, id) = (self.clone(), RunId::new(Uuid::now_v7()));
        self.control(move |tx| {
            let Some(lead) = claim(tx, &owner, slot, lease)? else {
                return Ok(Plan::silent(None));
            };
            let at = clock.scoring_now(tx.now());
            let row = new_row(id, occasion, &owner, tx.now(), at);
            tdx_runs::insert(tx.db(), &row)?;
            Ok(Plan::silent(Some(Running { lead, id, at })))
        })
    }

    /// The next units: their scores from what is there now, written while the lead holds. The last unit; none at the end.
    fn stretch(&self, running: &Running, after: &str) -> Result<Option<String>, AppError> {
        let limit = i64::try_from(STRETCH).unwrap_or(i64::MAX);
        let (names, assessed, as_of) = self.store.read(|db| {
            let as_of = newest(db)?;
            let names = names(db, after, limit)?;
            let assessed = self.assess(db, &names, after, running.at)?;
            Ok::<_, AppError>((names, assessed, as_of))
        })?;
        let Some(last) = names.last().cloned() else {
            return Ok(None);
        };
        let signals = assessed.iter().map(|one| one.signals).sum();
        self.write_stretch(running, assessed, as_of, signals)?;
        Ok(Some(last))
    }

    fn assess(
        &self,
        db: &mut Db,
        names: &[String],
        after: &str,
        at: Timestamp,
    ) -> Result<Vec<Assessed>, StorageError> {
        let Some(last) = names.last() else {
            return Ok(Vec::new());
        };
        let book = Book::load(db)?;
        let rows: Vec<Closable> = unit_signals::between(db, after, last)?;
        let mut assessed = assess_all(&rows, &book, &self.cache, at)?;
        let spoken: BTreeSet<&str> = rows.iter().map(|(row, _)| row.unit.as_str()).collect();
        for name in names.iter().filter(|name| !spoken.contains(name.as_str())) {
            let unit = parse("unit_risks.unit", name)?;
            assessed.push(silent(unit, &book, &self.cache, at));
        }
        Ok(assessed)
    }

    /// Writes a stretch. What something newer was said of meanwhile is assessed again, so that this run counts for it.
    fn write_stretch(
        &self,
        running: &Running,
        assessed: Vec<Assessed>,
        as_of: i64,
        signals: usize,
    ) -> Result<(), AppError> {
        let (mut assessed, mut as_of, mut signals) = (assessed, as_of, signals);
        for _ in 0..TRIES {
            let outdated = self.write_once(running, assessed, as_of, signals)?;
            if outdated.is_empty() {
                return Ok(());
            }
            signals = 0;
            (assessed, as_of) = self.store.read(|db| {
                let as_of = newest(db)?;
                let book = Book::load(db)?;
                let mut again = Vec::new();
                for unit in outdated {
                    let rows = unit_signals::of_unit(db, unit.as_str())?;
                    let one = assess_all(&rows, &book, &self.cache, running.at)?.pop();
                    again.push(one.unwrap_or_else(|| silent(unit, &book, &self.cache, running.at)));
                }
                Ok::<_, AppError>((again, as_of))
            })?;
        }
        Ok(())
    }

    fn write_once(
        &self,
        running: &Running,
        assessed: Vec<Assessed>,
        as_of: i64,
        signals: usize,
    ) -> Result<Vec<utc_domain::UnitName>, AppError> {
        let judgement = Judgement {
            occasion: Occasion::Run,
            run: Some(running.id),
            at: running.at,
            as_of,
            auto_flip: self.options.auto_flip,
        };
        let (running, lease) = (running.clone(), self.options.lease);
        let cache = Arc::clone(&self.cache);
        self.control(move |tx| {
            running.lead.hold(tx, lease)?;
            let mut applied = apply(tx, &cache, &judgement, &assessed)?;
            let units = assessed.len() - applied.outdated.len();
            note(tx, running.id, |run| add(run, &applied, units, signals))?;
            let outdated = std::mem::take(&mut applied.outdated);
            let drafts = std::mem::take(&mut applied.drafts);
            let publish: Publish = Box::new(move |cache| applied.publish(cache));
            Ok(Plan {
                drafts,
                answer: outdated,
                publish: Some(publish),
            })
        })
    }

    /// Events that matched nothing when they came may match what was configured since.
    fn match_again(&self, running: &Running) -> Result<(), AppError> {
        let mut after = -1;
        loop {
            let (lead, lease) = (running.lead.clone(), self.options.lease);
            let cache = Arc::clone(&self.cache);
            let next = self.control(move |tx| {
                lead.hold(tx, lease)?;
                rematch(tx, &cache, after).map(Plan::silent)
            })?;
            match next {
                Some(last) => after = last,
                None => return Ok(()),
            }
        }
    }

    /// Forgets what says nothing any more and need not be recognised any more.
    fn forget(&self, running: &Running) -> Result<(), AppError> {
        loop {
            let (running, lease) = (running.clone(), self.options.lease);
            let forgotten = self.control(move |tx| {
                running.lead.hold(tx, lease)?;
                let now = running.at.as_micros();
                let gone = events::forget(tx.db(), now, FORGET_AT_ONCE)?;
                let keys = event_keys::forget(tx.db(), now, FORGET_AT_ONCE)?;
                let over = unit_signals::forget_closings(tx.db(), now, FORGET_AT_ONCE)?;
                let old = risks::forget_history(tx.db(), now - HISTORY_MICROS, FORGET_AT_ONCE)?;
                note(tx, running.id, |run| run.forgotten += signed(gone))?;
                Ok(Plan::silent(gone.max(keys).max(over).max(old)))
            })?;
            if signed(forgotten) < FORGET_AT_ONCE {
                return Ok(());
            }
        }
    }

    fn finish(&self, running: &Running) -> Result<(), AppError> {
        let (running, auto_flip) = (running.clone(), self.options.auto_flip);
        let cache = Arc::clone(&self.cache);
        self.control(move |tx| {
            running.lead.done(tx)?;
            let flip = flip_off(tx, &cache, running.id, auto_flip)?;
            let risky = risky(tx.db())?.len();
            let finished = tx.now().as_micros();
            note(tx, running.id, |run| {
                run.finished_at = Some(finished.max(run.started_at));
                run.risky = signed(risky);
                if let Some((flipped, _)) = &flip {
                    run.flip = Some(flipped.as_str().to_owned());
                }
            })?;
            Ok(match flip {
                None => Plan::silent(()),
                Some((_, plan)) => Plan {
                    drafts: plan.drafts,
                    answer: (),
                    publish: plan.publish,
                },
            })
        })
    }
}

/// The next units by name that anything is, or was, said of.
fn names(db: &mut Db, after: &str, limit: i64) -> Result<Vec<String>, StorageError> {
    let mut names: BTreeSet<String> = unit_signals::units_after(db, after, limit)?
        .into_iter()
        .collect();
    names.extend(risks::scored_after(db, after, limit)?);
    Ok(names.into_iter().take(STRETCH).collect())
}
