//! Wakes the scorer.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Tells the scorer's thread that a score waits, or that it is time to end.
#[derive(Debug, Default)]
pub(crate) struct Wake {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    due: bool,
    stop: bool,
}

/// Why the scorer woke up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Woken {
    /// A score waits.
    Due,
    /// The time is over.
    Time,
    /// It is time to end.
    Stop,
}

impl Wake {
    /// A score waits.
    pub(crate) fn due(&self) {
        self.lock().due = true;
        self.changed.notify_all();
    }

    /// It is time to end.
    pub(crate) fn stop(&self) {
        self.lock().stop = true;
        self.changed.notify_all();
    }

    /// Whether it is time to end.
    pub(super) fn is_stopping(&self) -> bool {
        self.lock().stop
    }

    /// Waits for one of these, at most for `span`.
    pub(super) fn wait(&self, span: Duration) -> Woken {
        let quiet = |state: &mut State| !state.due && !state.stop;
        let waited = self.changed.wait_timeout_while(self.lock(), span, quiet);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let due = std::mem::take(&mut state.due);
        match (state.stop, due) {
            (true, _) => Woken::Stop,
            (false, true) => Woken::Due,
            (false, false) => Woken::Time,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
