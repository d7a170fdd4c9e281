//! Room for a few things at once.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::AppError;

/// Room for a few things at once.
pub(crate) struct Places {
    /// What one is called.
    what: &'static str,
    most: usize,
    taken: AtomicUsize,
}

/// A place, given back when dropped.
pub(crate) struct Taken<'a>(&'a Places);

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Places {
    pub(crate) fn new(what: &'static str, most: usize) -> Self {
        Self {
            what,
            most,
            taken: AtomicUsize::new(0),
        }
    }

    /// Takes a place.
    ///
    /// # Errors
    /// [`AppError::Conflict`] with the code `too_much_work` when there is none.
    pub(crate) fn take(&self) -> Result<Taken<'_>, AppError> {
        let before = self.taken.fetch_add(1, Ordering::Relaxed);
        let place = Taken(self);
        if before < self.most {
            Ok(place)
        } else {
            Err(too_much(self.what, self.most))
        }
    }
}

/// As much runs as may.
pub(super) fn too_much(what: &str, running: usize) -> AppError {
    AppError::Conflict {
        code: "too_much_work",
        message: format!(
            "{running} of these are under way ({what}), and no more may be at once; wait for one, or cancel it"
        ),
    }
}
