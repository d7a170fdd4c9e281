//! The journal: the only thing that writes receipts.
//!
//! Callers put [`Job`]s into a bounded queue. One thread takes whatever waits (up to
//! [`Options::max_batch`]), and in one transaction locks the head of the log, runs each job, gives each
//! receipt its position, seals it, inserts it, and stores the new head. After the commit, which returns when the
//! data is on disk, it answers everyone. No timer: the next batch is whatever arrived meanwhile.
//!
//! - Invariant: a receipt was decided under exactly the state that the receipts before it left. The cached
//!   state has an epoch; when the head's is newer, the cache is reloaded inside the transaction, and jobs compare
//!   the epoch they were prepared under. Jobs that change state go first, and when they did, the decisions
//!   behind them wait for the next batch.
//! - Invariant: positions have no gaps. They are given after a job's savepoint is released.
//! - Invariant: nothing is answered before it is committed.

mod batch;
mod begin;
mod checkpoint;
mod head;
mod health;
mod job;
mod queue;
mod tree;
mod writer;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use utc_attestation::log::TreeHash;
use utc_domain::{Clock, Draft, KeyId, Sealer, Timestamp};

use crate::StorageError;
use crate::connection::{Db, Location};
use crate::rows::receipts;

pub use checkpoint::{WAL_BOUND, wal_bytes};
pub use head::{Head, read as read_head};
pub(crate) use head::{lock_only as lock_head, signed, store as store_head};
pub use health::Health;
pub use job::{Class, Job, JobError, Receipt, StateCache, Tx};
pub(crate) use tree::{store as store_leaves, stored_leaves};

/// Sees every batch: for metrics, and for tests that end the process at one of these points.
pub trait Observer: Send + Sync {
    /// A batch that has these receipts is about to be committed. Nobody is told of them before it is.
    fn committing(&self, receipts: &mut dyn Iterator<Item = &Draft>) {
        let _ = receipts;
    }

    /// A batch of `jobs` jobs was committed in `took`, from its begin to its commit. Nobody has an answer yet.
    fn committed(&self, jobs: usize, took: Duration);
}

/// How a journal works.
pub struct Options {
    /// Signs.
    pub sealer: Arc<dyn Sealer>,
    /// Tells the time on SQLite.
    pub clock: Arc<dyn Clock>,
    /// The cache of policy and units.
    pub cache: Arc<dyn StateCache>,
    /// Sees committed batches.
    pub observer: Arc<dyn Observer>,
    /// The key that signs the first receipt of an empty log.
    pub configured_key: KeyId,
    /// A text that no other writer has.
    pub writer_id: String,
    /// The most jobs in one transaction.
    pub max_batch: usize,
    /// Places for decisions in the queue.
    pub decision_places: usize,
    /// Places for control jobs in the queue.
    pub control_places: usize,
    /// The size of SQLite's write-ahead log, in bytes, past which it is started over.
    pub wal_bound: u64,
}

pub(crate) struct Shared {
    pub(crate) location: Location,
    pub(crate) options: Options,
    pub(crate) queue: queue::Queue,
    pub(crate) checkpoints: Arc<checkpoint::Signal>,
    pub(crate) health: Health,
    /// Why nothing is written any more.
    pub(crate) halted: OnceLock<String>,
    /// What this process wrote last, without anybody else's in between.
    pub(crate) placed: Mutex<Option<Placed>>,
    size: AtomicU64,
}

/// A stretch of the log that this process wrote, and the root over the whole log at its end, as this process computed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The position of its first receipt.
    pub from: u64,
    /// The size of the log at its end.
    pub size: u64,
    /// The root at that size.
    pub root: TreeHash,
}

impl Shared {
    pub(crate) fn report_head(&self, head: &Head) {
        self.size.store(head.size, Ordering::Relaxed);
    }
}

/// A handle on the writer. Dropping it writes what waits and stops.
pub struct Journal {
    shared: Arc<Shared>,
    threads: Mutex<Threads>,
}

#[derive(Default)]
struct Threads {
    writer: Option<JoinHandle<()>>,
    checkpointer: Option<JoinHandle<()>>,
    stop: Option<Sender<()>>,
}

impl Journal {
    /// Starts the writer, and on SQLite the checkpointer.
    pub fn start(location: Location, options: Options) -> Result<Self, StorageError> {
        let limits = queue::Limits {
            control: options.control_places,
            decisions: options.decision_places,
        };
        let shared = Arc::new(Shared {
            location,
            queue: queue::Queue::new(limits),
            checkpoints: Arc::default(),
            health: Health::default(),
            halted: OnceLock::new(),
            placed: Mutex::default(),
            size: AtomicU64::new(0),
            options,
        });
        let writer = writer::Writer::new(Arc::clone(&shared));
        let mut threads = Threads {
            writer: Some(spawn("utc-journal", move || writer.run())?),
            ..Threads::default()
        };
        if shared.location.sqlite_path().is_some() {
            let (stop, stopped) = channel();
            let own = Arc::clone(&shared);
            let work = move || {
                checkpoint::run(
                    &own.location,
                    own.options.wal_bound,
                    &own.checkpoints,
                    &stopped,
                );
            };
            threads.checkpointer = Some(spawn("utc-checkpoint", work)?);
            threads.stop = Some(stop);
        }
        Ok(Self {
            shared,
            threads: Mutex::new(threads),
        })
    }

    /// Puts a job into the queue. A job that finds no place is answered at once.
    pub fn submit(&self, job: Box<dyn Job>) {
        if let Err((job, error)) = self.shared.queue.push(job) {
            job.answer(Err(error));
        }
    }

    /// How many jobs wait.
    pub fn depth(&self) -> usize {
        self.shared.queue.depth()
    }

    /// How many receipts there were after the last batch of this process.
    pub fn size(&self) -> u64 {
        self.shared.size.load(Ordering::Relaxed)
    }

    /// Whether the last batch could be written.
    pub fn health(&self) -> &Health {
        &self.shared.health
    }

    /// What this process wrote last, up to its last committed batch.
    pub fn placed(&self) -> Option<Placed> {
        checkpoint::lock(&self.shared.placed).clone()
    }

    /// Writes nothing more, for this reason: the log in the database is not the one that was acknowledged.
    pub fn halt(&self, reason: String) {
        self.shared.health.failed(&reason);
        // The first reason is the one to look at.
        let _ = self.shared.halted.set(reason);
    }

    /// Refuses new jobs, writes what waits, stops the threads.
    pub fn close(&self) {
        self.shared.queue.close();
        let mut threads = checkpoint::lock(&self.threads);
        drop(threads.stop.take());
        for thread in [threads.writer.take(), threads.checkpointer.take()]
            .into_iter()
            .flatten()
        {
            // A thread that panicked has reported itself; there is nothing left to wait for.
            let _ = thread.join();
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.close();
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StorageError> {
    let thread = thread::Builder::new().name(name.to_owned()).spawn(work);
    thread.map_err(|source| StorageError::File {
        path: format!("thread {name}"),
        source,
    })
}

/// The receipts of `drafts`, if all of them are in the log.
pub(crate) fn find_receipts(
    db: &mut Db,
    drafts: &[Draft],
) -> Result<Option<Vec<Receipt>>, StorageError> {
    let mut found = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let Some(row) = receipts::by_id(db, &draft.id.to_string())? else {
            return Ok(None);
        };
        found.push(Receipt {
            id: draft.id,
            seq: row.seq.unsigned_abs(),
            ts: Timestamp::from_micros(row.ts),
            jws: row.jws,
        });
    }
    Ok(Some(found))
}
