//! How far work is, and whether it should go on.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// How far work is, and whether it should go on.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    stage: Mutex<Option<&'static str>>,
    done: AtomicU64,
    total: AtomicU64,
    cancelled: AtomicBool,
}

impl Pace {
    /// Tells how much is done, and hears whether to go on.
    pub(crate) fn tell(&self, done: u64, total: u64) -> ControlFlow<()> {
        self.done.store(done, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
        if self.cancelled.load(Ordering::Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    /// The same for one part of the work.
    pub(crate) fn tell_of(&self, stage: &'static str, done: u64, total: u64) -> ControlFlow<()> {
        *self.stage() = Some(stage);
        self.tell(done, total)
    }

    fn stage(&self) -> std::sync::MutexGuard<'_, Option<&'static str>> {
        // Nothing panics while it is held.
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    pub(super) fn so_far(&self) -> (Option<&'static str>, u64, u64) {
        let done = self.done.load(Ordering::Relaxed);
        (*self.stage(), done, self.total.load(Ordering::Relaxed))
    }
}
