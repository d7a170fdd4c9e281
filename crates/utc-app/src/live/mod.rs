//! What is new, told to whoever looks at a page at this moment.
//!
//! One bulletin for everybody: the ticking thread, which reads the log's head anyway, reads what was added since and
//! hands it to all who listen. Nobody polls, nobody holds a connection to the database, and while nobody listens nothing
//! is read. What another server wrote comes in the same way.

mod bulletin;
mod topic;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::broadcast::{self, Receiver, Sender};
use utc_storage::Store;
use utc_storage::rows::news;

use crate::AppError;
use crate::console::Console;

pub use bulletin::{Bulletin, Told};
pub use topic::Topic;

/// How many bulletins a slow listener may be behind.
const BEHIND: usize = 32;

/// How many receipts one bulletin looks at. Where there are more, it says so instead of telling which.
const MOST: i64 = 5_000;

/// Tells what is new.
pub(crate) struct Live {
    state: Mutex<State>,
    /// How many replays and exports run.
    working: Arc<AtomicUsize>,
}

struct State {
    /// None when nothing more is told: the process is about to stop.
    sender: Option<Sender<Arc<Bulletin>>>,
    /// Everything before this position was told.
    told: u64,
    /// Whether something ran when was told last.
    worked: bool,
}

/// Somebody who listens.
pub struct Listening {
    receiver: Receiver<Arc<Bulletin>>,
    from: u64,
}

/// What a listener hears next.
#[derive(Debug, Clone)]
pub enum Heard {
    /// Something is new.
    News(Arc<Bulletin>),
    /// The listener was too slow, and missed some.
    Missed,
    /// Nothing more comes.
    Over,
}

impl Listening {
    /// The position from which on everything is told.
    pub fn from(&self) -> u64 {
        self.from
    }

    /// Waits for the next.
    pub async fn next(&mut self) -> Heard {
        match self.receiver.recv().await {
            Ok(bulletin) => Heard::News(bulletin),
            Err(broadcast::error::RecvError::Lagged(_)) => Heard::Missed,
            Err(broadcast::error::RecvError::Closed) => Heard::Over,
        }
    }
}

/// Something runs for as long as this is held.
pub(crate) struct Running(Arc<AtomicUsize>);

impl Running {
    pub(crate) fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Live {
    pub(crate) fn new() -> Self {
        let state = State {
            sender: Some(broadcast::channel(BEHIND).0),
            told: 0,
            worked: false,
        };
        Self {
            state: Mutex::new(state),
            working: Arc::default(),
        }
    }

    /// Counts what runs in the background.
    pub(crate) fn working(&self) -> &Arc<AtomicUsize> {
        &self.working
    }

    /// Tells what came up to this size of the log.
    pub(crate) fn look(&self, store: &Store, size: u64) {
        let mut state = self.locked();
        let Some(sender) = state.sender.clone() else {
            return;
        };
        if sender.receiver_count() == 0 {
            state.told = size;
            return;
        }
        let works = self.working.load(Ordering::Relaxed) > 0;
        if size <= state.told && !works && !state.worked {
            return;
        }
        // A database that cannot be asked is asked again at the next tick; the journal reports the trouble.
        let Ok(mut bulletin) = read(store, state.told, size) else {
            return;
        };
        bulletin.progress = works || state.worked;
        state.told = state.told.max(size);
        state.worked = works;
        // Where nobody listens any more there is nobody to tell.
        let _ = sender.send(Arc::new(bulletin));
    }

    fn listen(&self) -> Option<Listening> {
        let state = self.locked();
        let sender = state.sender.as_ref()?;
        Some(Listening {
            receiver: sender.subscribe(),
            from: state.told,
        })
    }

    /// Tells nothing more: everybody who listens hears that it is over.
    pub(crate) fn stop(&self) {
        self.locked().sender = None;
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, State> {
        // Nothing panics while it is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads what stands at `[from, size)`.
fn read(store: &Store, from: u64, size: u64) -> Result<Bulletin, AppError> {
    if size.saturating_sub(from) > MOST.unsigned_abs() {
        return Ok(Bulletin::too_much(from, size));
    }
    let (low, high) = (signed(from), signed(size));
    let rows = store.read(|db| news::between(db, low, high, MOST))?;
    Ok(Bulletin::of(&rows, from, size))
}

fn signed(position: u64) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}

impl Console {
    /// Listens to what is new from now on.
    ///
    /// # Errors
    /// [`AppError::Stopping`] when nothing is told any more.
    pub fn listen(&self) -> Result<Listening, AppError> {
        self.live().listen().ok_or(AppError::Stopping)
    }

    /// What somebody missed who heard everything before `from`, up to the position `until` from which on they listen. Blocks.
    pub fn missed(&self, from: u64, until: u64) -> Result<Bulletin, AppError> {
        read(self.store(), from.min(until), until)
    }
}
