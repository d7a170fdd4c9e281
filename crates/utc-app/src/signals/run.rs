//! A run of the scorer: every unit again, a stretch at a time, so that decisions need not wait for it.

use std::collections::BTreeSet;
use std::sync::Arc;

use utc_domain::{RunId, Timestamp, UnitName};
use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::rows::tdx_runs;
use utc_storage::rows::{event_keys, events, risks, unit_signals};
use utc_tdx::score::Occasion;
use uuid::Uuid;

use super::Scoring;
use super::apply::{Judgement, apply};
use super::flip::{flip_off, risky};
use super::lead::{Lead, Slot, claim};
use super::record::{RunOccasion, add, new_row, note, signed};
use super::rematch::rematch;
use super::score::{Assessed, assess_each, assess_stretch};
use super::scorer::{Scorer, newest};
use crate::task::{Plan, Publish};
use crate::{AppError, Ticket};

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
pub(super) struct Running {
    lead: Lead,
    id: RunId,
    at: Timestamp,
}

/// Units that stand next to each other, assessed.
pub(super) struct Stretch {
    last: String,
    /// The number of the newest event that was there.
    pub(super) as_of: i64,
    pub(super) assessed: Vec<Assessed>,
}

impl Scorer {
    /// Runs, unless the slot had its run or a run is under way: none then.
    pub(crate) fn run(&self, occasion: RunOccasion) -> Result<Option<RunId>, AppError> {
        let Some(running) = self.begin(occasion)? else {
            return Ok(None);
        };
        self.match_again(&running)?;
        self.score_all(&running)?;
        self.forget(&running)?;
        self.finish(&running)?;
        Ok(Some(running.id))
    }

    pub(super) fn begin(&self, occasion: RunOccasion) -> Result<Option<Running>, AppError> {
        let slot = match occasion {
            RunOccasion::Schedule => Slot::Scheduled(self.options.interval),
            RunOccasion::Demand => Slot::Demanded,
        };
        let (owner, lease) = (self.boot.clone(), self.options.lease);
        let (clock, id) = (self.clone(), RunId::new(Uuid::now_v7()));
        // The same process may come back to a slot: each run is another holder.
        let holder = format!("{owner}/{id}");
        self.control(move |tx| {
            let Some(lead) = claim(tx, &holder, slot, lease)? else {
                return Ok(Plan::silent(None));
            };
            let at = clock.scoring_now(tx.now());
            let row = new_row(id, occasion, &owner, tx.now(), at);
            tdx_runs::insert(tx.db(), &row)?;
            Ok(Plan::silent(Some(Running { lead, id, at })))
        })
    }

    /// All units, a stretch at a time; while one is written, the next one is read.
    fn score_all(&self, running: &Running) -> Result<(), AppError> {
        let mut next = self.read_stretch(running, "")?;
        while let Some(stretch) = next {
            let (last, as_of) = (stretch.last, stretch.as_of);
            let signals = stretch.assessed.iter().map(|one| one.signals).sum();
            let written = self.write_stretch(running, stretch.assessed, as_of, signals);
            next = self.read_stretch(running, &last)?;
            self.again(running, written.wait()?)?;
            self.meanwhile();
        }
        Ok(())
    }

    /// The next units, with scores from what is there now; none at the end.
    pub(super) fn read_stretch(
        &self,
        running: &Running,
        after: &str,
    ) -> Result<Option<Stretch>, AppError> {
        let limit = i64::try_from(STRETCH).unwrap_or(i64::MAX);
        self.store.read(|db| {
            let as_of = newest(db)?;
            let names = names(db, after, limit)?;
            let assessed = assess_stretch(db, &names, after, &self.cache, running.at)?;
            let stretch = names.into_iter().next_back().map(|last| Stretch {
                last,
                as_of,
                assessed,
            });
            Ok(stretch)
        })
    }

    /// What something changed of meanwhile is assessed again, so that this run counts for it.
    fn again(&self, running: &Running, outdated: Vec<UnitName>) -> Result<(), AppError> {
        let mut outdated = outdated;
        for _ in 0..TRIES {
            if outdated.is_empty() {
                break;
            }
            let (assessed, as_of) = self.store.read(|db| {
                let as_of = newest(db)?;
                let units = outdated.iter().map(UnitName::as_str);
                let assessed = assess_each(db, units, &self.cache, running.at)?;
                Ok::<_, AppError>((assessed, as_of))
            })?;
            outdated = self.write_stretch(running, assessed, as_of, 0).wait()?;
        }
        Ok(())
    }

    /// A run is no reason to let an alarm wait.
    fn meanwhile(&self) {
        if self.options.scoring == Scoring::Background {
            self.round(None);
        }
    }

    /// Writes a stretch while the lead holds; which units something changed of meanwhile.
    pub(super) fn write_stretch(
        &self,
        running: &Running,
        assessed: Vec<Assessed>,
        as_of: i64,
        signals: usize,
    ) -> Ticket<Vec<UnitName>> {
        let judgement = Judgement {
            occasion: Occasion::Run,
            run: Some(running.id),
            at: running.at,
            as_of,
            auto_flip: self.options.auto_flip,
        };
        let (running, lease) = (running.clone(), self.options.lease);
        let cache = Arc::clone(&self.cache);
        self.submit(move |tx| {
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

    /// Matches everything again that waits for it.
    fn match_again(&self, running: &Running) -> Result<(), AppError> {
        loop {
            let (lead, lease) = (running.lead.clone(), self.options.lease);
            let cache = Arc::clone(&self.cache);
            let more = self.control(move |tx| {
                lead.hold(tx, lease)?;
                rematch(tx, &cache).map(Plan::silent)
            })?;
            if !more {
                return Ok(());
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

    pub(super) fn finish(&self, running: &Running) -> Result<(), AppError> {
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
