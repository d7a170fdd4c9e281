//! Work that is done again and again beside everything else.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use utc_storage::StorageError;

/// A thread that works at an interval; dropping this lets it finish and waits for it.
pub(super) struct Thread {
    stop: Option<Sender<()>>,
    handle: Option<JoinHandle<()>>,
}

impl Thread {
    /// Runs `work` each time `every` has passed since it ended last.
    pub(super) fn every(
        name: &str,
        every: Duration,
        mut work: impl FnMut() + Send + 'static,
    ) -> Result<Self, StorageError> {
        let (stop, stopped) = channel::<()>();
        let run = move || {
            while matches!(stopped.recv_timeout(every), Err(RecvTimeoutError::Timeout)) {
                work();
            }
        };
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(run);
        let handle = thread.map_err(|source| StorageError::File {
            path: format!("thread {name}"),
            source,
        })?;
        Ok(Self {
            stop: Some(stop),
            handle: Some(handle),
        })
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(handle) = self.handle.take() {
            // A thread that panicked has reported itself.
            let _ = handle.join();
        }
    }
}
