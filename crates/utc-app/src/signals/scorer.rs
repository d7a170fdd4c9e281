//! The scorer: computes again what waits, and runs once in each interval.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use utc_domain::{Clock, Timestamp};
use utc_storage::connection::Db;
use utc_storage::journal::{Journal, Tx};
use utc_storage::rows::{events, rematches, risks};
use utc_storage::{StorageError, Store, chain};
use utc_tdx::score::Occasion;

use super::apply::{Applied, Judgement, apply};
use super::heavy::Heavy;
use super::lead::{Slot, may_be_free};
use super::rematch::rematch;
use super::score::assess_each;
use super::wake::{Wake, Woken};
use super::{RunOccasion, SignalOptions};
use crate::cache::StateCache;
use crate::options::Options;
use crate::task::{Plan, Publish, Task};
use crate::{AppError, Ticket};

/// How often it looks whether a run is due, or a score waits that another server left behind.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How many scores are computed at once, where less than many signals are said of each.
const AT_ONCE: i64 = 200;

/// For so long a score is left to the server that took the event, in microseconds.
const LEFT_TO_OTHERS: i64 = 2_000_000;

/// Between two rounds, so that a flood of events costs a few rounds a second and not one for each.
const PAUSE: Duration = Duration::from_millis(50);

/// What computes scores. Cheap to clone; the thread has one of its own.
#[derive(Clone)]
pub(crate) struct Scorer {
    pub(super) store: Store,
    pub(super) journal: Arc<Journal>,
    pub(super) cache: Arc<StateCache>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) boot: String,
    pub(super) options: SignalOptions,
    pub(crate) wake: Arc<Wake>,
    heavy: Arc<Heavy>,
}

/// The scorer's own thread; dropping this lets it finish and waits for it.
pub(crate) struct ScorerThread {
    wake: Arc<Wake>,
    handle: Option<JoinHandle<()>>,
}

impl Drop for ScorerThread {
    fn drop(&mut self) {
        self.wake.stop();
        if let Some(handle) = self.handle.take() {
            // A thread that panicked has reported itself.
            let _ = handle.join();
        }
    }
}

impl Scorer {
    pub(crate) fn new(
        store: &Store,
        journal: &Arc<Journal>,
        cache: &Arc<StateCache>,
        boot: &str,
        options: &Options,
    ) -> Self {
        Self {
            store: store.clone(),
            journal: Arc::clone(journal),
            cache: Arc::clone(cache),
            clock: Arc::clone(&options.clock),
            boot: boot.to_owned(),
            options: options.signals.clone(),
            wake: Arc::default(),
            heavy: Arc::default(),
        }
    }

    /// Starts the thread.
    pub(crate) fn start(self) -> Result<ScorerThread, StorageError> {
        let wake = Arc::clone(&self.wake);
        let work = move || self.work();
        let thread = std::thread::Builder::new()
            .name("utc-tdx".to_owned())
            .spawn(work);
        let handle = thread.map_err(|source| StorageError::File {
            path: "thread utc-tdx".to_owned(),
            source,
        })?;
        Ok(ScorerThread {
            wake,
            handle: Some(handle),
        })
    }

    fn work(&self) {
        loop {
            self.look();
            self.match_some();
            match self.wake.wait(LOOK_EVERY) {
                Woken::Stop => return,
                Woken::Time => self.round(Some(LEFT_TO_OTHERS)),
                Woken::Due => {
                    self.round(None);
                    std::thread::sleep(PAUSE);
                }
            }
        }
    }

    /// Runs when the present interval has had no run yet.
    fn look(&self) {
        let slot = Slot::Scheduled(self.options.interval);
        let now = self.clock.now();
        let free = self.store.read(|db| may_be_free(db, slot.number(now), now));
        // Where the database cannot be read, the journal reports the trouble.
        if !free.unwrap_or(false) {
            return;
        }
        if let Err(error) = self.run(RunOccasion::Schedule) {
            tracing::warn!(error = %chain(&error), "a run of the scorer broke off; the next one, of whichever server, goes on");
        }
    }

    /// Matches some of what waits for that again, and comes back soon where more does.
    fn match_some(&self) {
        // Asked outside of any transaction first: most often nothing waits.
        let waits = self.store.read(rematches::any);
        if !waits.unwrap_or(false) {
            return;
        }
        let cache = Arc::clone(&self.cache);
        match self.control(move |tx| rematch(tx, &cache).map(Plan::silent)) {
            Ok(true) => self.wake.due(),
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(error = %chain(&error), "events could not be matched again; they wait");
            }
        }
    }

    pub(super) fn round(&self, older_than: Option<i64>) {
        if let Err(error) = self.score_ready(older_than) {
            tracing::warn!(error = %chain(&error), "scores could not be computed; they wait");
        }
    }

    /// Computes again what waits. How many scores.
    pub(crate) fn score_due(&self) -> Result<usize, AppError> {
        self.score_those(|_, _| true)
    }

    /// Computes again what has waited for so long, and does not rest.
    fn score_ready(&self, older_than: Option<i64>) -> Result<usize, AppError> {
        let latest = older_than.map(|span| self.clock.now().as_micros() - span);
        let began = Instant::now();
        self.score_those(|unit, stamp| {
            latest.is_none_or(|latest| stamp <= latest) && !self.heavy.rests(unit, began)
        })
    }

    fn score_those(&self, which: impl Fn(&str, i64) -> bool) -> Result<usize, AppError> {
        let mut scored = 0;
        loop {
            // Those that rest must not take the places of others.
            let places = AT_ONCE + i64::try_from(self.heavy.count()).unwrap_or(0);
            let due = self.store.read(|db| risks::due(db, places))?;
            let all = i64::try_from(due.len()).unwrap_or(places) < places;
            let mut due = due;
            due.retain(|(unit, stamp)| which(unit, *stamp));
            if due.is_empty() || self.wake.is_stopping() {
                return Ok(scored);
            }
            scored += due.len();
            let (heavy, light): (Vec<_>, Vec<_>) =
                due.into_iter().partition(|(unit, _)| self.heavy.has(unit));
            let light = std::iter::once(light).filter(|light| !light.is_empty());
            for some in light.chain(heavy.into_iter().map(|one| vec![one])) {
                self.score(some)?;
            }
            if all {
                return Ok(scored);
            }
        }
    }

    fn score(&self, due: Vec<(String, i64)>) -> Result<(), AppError> {
        let at = self.scoring_now(self.clock.now());
        let (assessed, as_of) = self.store.read(|db| {
            let as_of = newest(db)?;
            let units = due.iter().map(|(unit, _)| unit.as_str());
            Ok::<_, AppError>((assess_each(db, units, &self.cache, at)?, as_of))
        })?;
        let now = Instant::now();
        for one in &assessed {
            self.heavy.note(one.unit.as_str(), one.signals, now);
        }
        let judgement = Judgement {
            occasion: Occasion::Event,
            run: None,
            at,
            as_of,
            auto_flip: self.options.auto_flip,
        };
        self.write(move |tx, cache| {
            let applied = apply(tx, cache, &judgement, &assessed)?;
            for (unit, stamp) in &due {
                if !applied.outdated.iter().any(|old| old.as_str() == unit) {
                    risks::settle_due(tx.db(), unit, *stamp)?;
                }
            }
            Ok(applied)
        })
    }

    /// Runs a control job that applies assessments, and waits for it.
    pub(super) fn write(
        &self,
        mut work: impl FnMut(&mut Tx<'_>, &StateCache) -> Result<Applied, AppError> + Send + 'static,
    ) -> Result<(), AppError> {
        let cache = Arc::clone(&self.cache);
        self.control(move |tx| {
            let mut applied = work(tx, &cache)?;
            let drafts = std::mem::take(&mut applied.drafts);
            let publish: Publish = Box::new(move |cache| applied.publish(cache));
            Ok(Plan {
                drafts,
                answer: (),
                publish: Some(publish),
            })
        })
    }

    /// Runs a control job, and waits for it.
    pub(super) fn control<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Tx<'_>) -> Result<Plan<T>, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        self.submit(work).wait()
    }

    /// Hands a control job in.
    pub(super) fn submit<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Tx<'_>) -> Result<Plan<T>, AppError> + Send + 'static,
    ) -> Ticket<T> {
        let (job, ticket) = Task::boxed(Arc::clone(&self.cache), work);
        self.journal.submit(job);
        ticket.map(|(answer, _)| answer)
    }

    /// What the clock of scores shows when the real one shows `now`.
    pub(super) fn scoring_now(&self, now: Timestamp) -> Timestamp {
        let clock = self.options.clock.as_ref();
        clock.map_or(now, |clock| clock.at(now))
    }
}

/// The number of the newest event.
pub(super) fn newest(db: &mut Db) -> Result<i64, StorageError> {
    Ok(events::next_seq(db)? - 1)
}
