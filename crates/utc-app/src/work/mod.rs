//! Work that takes longer than a request: done on a thread of its own, watched and cancelled by its id.
//!
//! It lives in this process only. What it leaves behind for ever is its receipt.

mod id;
mod pace;
mod places;
mod view;

use std::collections::VecDeque;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use utc_domain::{Clock, Subject, Timestamp, UnitName};

use crate::live::Running;
use crate::{AppError, Principal};
use places::too_much;

pub use id::WorkId;
pub(crate) use pace::Pace;
pub(crate) use places::Places;
pub use view::{WorkState, WorkView};

/// The work of one kind, whose result is a `T`: what runs, and what ended last.
pub(crate) struct Works<T> {
    /// What one is called.
    what: &'static str,
    /// How many may run at once.
    places: usize,
    /// How many that have ended are remembered.
    kept: usize,
    /// Counts what runs, for whoever wants to know that something does.
    running: Arc<AtomicUsize>,
    /// Oldest first.
    list: Mutex<VecDeque<Arc<Work<T>>>>,
}

/// Who began a piece of work, and what it is about.
pub(crate) struct Start {
    pub(crate) by: Subject,
    /// Only who sees this unit sees the work; none: only who sees every unit.
    pub(crate) unit: Option<UnitName>,
    pub(crate) clock: Arc<dyn Clock>,
}

struct Work<T> {
    id: WorkId,
    start: Start,
    started_at: Timestamp,
    pace: Arc<Pace>,
    end: Mutex<Option<End<T>>>,
}

struct End<T> {
    at: Timestamp,
    state: WorkState<T>,
}

impl<T: Send + Sync + 'static> Works<T> {
    /// None yet; `what` is what one is called, `places` may run at once, and the last `kept` that have ended are remembered.
    /// `running` counts them while they run.
    pub(crate) fn new(
        what: &'static str,
        places: usize,
        kept: usize,
        running: &Arc<AtomicUsize>,
    ) -> Self {
        Self {
            what,
            places,
            kept,
            running: Arc::clone(running),
            list: Mutex::default(),
        }
    }

    /// Begins `work`, which tells its pace and gives nothing when it was cancelled.
    ///
    /// # Errors
    /// [`AppError::Conflict`] with the code `too_much_work` while as much runs as may.
    pub(crate) fn begin<F>(&self, start: Start, work: F) -> Result<WorkId, AppError>
    where
        F: FnOnce(&Pace) -> Result<Option<T>, AppError> + Send + 'static,
    {
        let begun = Arc::new(Work::new(start));
        self.admit(&begun)?;
        let own = Arc::clone(&begun);
        let name = format!("utc-{}", self.what);
        let running = Running::new(&self.running);
        let spawned = thread::Builder::new().name(name).spawn(move || {
            let _running = running;
            let ending = Ending(&own);
            let result = work(&own.pace);
            ending.with(result);
        });
        match spawned {
            Ok(_) => Ok(begun.id),
            Err(error) => {
                let error = AppError::Internal(Box::new(error));
                begun.end(WorkState::Failed(error.to_string()));
                Err(error)
            }
        }
    }

    /// How it stands.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when this process does not know it, or `by` may not see it.
    pub(crate) fn view(&self, by: &Principal, id: WorkId) -> Result<WorkView<T>, AppError> {
        self.find(by, id).map(|work| work.view())
    }

    /// Ends it as soon as it notices, and says how it stands. One that has ended stays as it is.
    ///
    /// # Errors
    /// As for [`Works::view`].
    pub(crate) fn cancel(&self, by: &Principal, id: WorkId) -> Result<WorkView<T>, AppError> {
        let work = self.find(by, id)?;
        work.pace.cancel();
        Ok(work.view())
    }

    /// Ends everything, because the process ends.
    pub(crate) fn cancel_all(&self) {
        for work in self.locked().iter() {
            work.pace.cancel();
        }
    }

    fn admit(&self, work: &Arc<Work<T>>) -> Result<(), AppError> {
        let mut list = self.locked();
        let running = list.iter().filter(|other| !other.has_ended()).count();
        if running >= self.places {
            return Err(too_much(self.what, running));
        }
        while list.len() >= self.kept + self.places {
            let oldest = list.iter().position(|other| other.has_ended());
            oldest.and_then(|at| list.remove(at));
        }
        list.push_back(Arc::clone(work));
        Ok(())
    }

    fn find(&self, by: &Principal, id: WorkId) -> Result<Arc<Work<T>>, AppError> {
        let list = self.locked();
        let found = list.iter().find(|work| work.id == id && work.is_for(by));
        found.cloned().ok_or_else(|| AppError::NotFound {
            what: self.what,
            name: id.to_string(),
        })
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, VecDeque<Arc<Work<T>>>> {
        // Nothing panics while it is held.
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Work<T> {
    fn new(start: Start) -> Self {
        Self {
            id: WorkId::random(),
            started_at: start.clock.now(),
            start,
            pace: Arc::default(),
            end: Mutex::default(),
        }
    }

    fn is_for(&self, by: &Principal) -> bool {
        by.sees(self.start.unit.as_ref().map(UnitName::as_str))
    }

    fn has_ended(&self) -> bool {
        self.ended().is_some()
    }

    fn view(&self) -> WorkView<T> {
        let ended = self.ended();
        let (stage, done, total) = self.pace.so_far();
        WorkView {
            id: self.id,
            started_by: self.start.by.clone(),
            started_at: self.started_at,
            ended_at: ended.as_ref().map(|end| end.at),
            stage,
            done,
            total,
            state: ended
                .as_ref()
                .map_or(WorkState::Running, |end| end.state.clone()),
        }
    }

    /// The first end counts.
    fn end(&self, state: WorkState<T>) {
        let at = self.start.clock.now();
        self.ended().get_or_insert(End { at, state });
    }

    fn ended(&self) -> std::sync::MutexGuard<'_, Option<End<T>>> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends work also where it panics: a place that is never given back would be lost for this process.
struct Ending<'a, T>(&'a Work<T>);

impl<T> Ending<'_, T> {
    fn with(self, result: Result<Option<T>, AppError>) {
        self.0.end(match result {
            Ok(Some(result)) => WorkState::Done(Arc::new(result)),
            Ok(None) => WorkState::Cancelled,
            Err(error) => {
                let cause: &(dyn std::error::Error + 'static) = &error;
                tracing::error!(work = %self.0.id, error = cause, "work in the background failed");
                WorkState::Failed(error.to_string())
            }
        });
    }
}

impl<T> Drop for Ending<'_, T> {
    fn drop(&mut self) {
        self.0
            .end(WorkState::Failed("an internal fault".to_owned()));
    }
}

#[cfg(test)]
mod tests;
