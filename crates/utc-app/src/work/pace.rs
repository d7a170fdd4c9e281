//! How far work is, and whether it should go on.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How far work is, and whether it should go on.
#[derive(Debug, Default)]
pub(crate) struct Pace {
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

    pub(super) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    pub(super) fn so_far(&self) -> (u64, u64) {
        let done = self.done.load(Ordering::Relaxed);
        (done, self.total.load(Ordering::Relaxed))
    }
}
