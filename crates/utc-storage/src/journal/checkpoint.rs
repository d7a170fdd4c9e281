//! Keeps SQLite's write-ahead log short without making commits wait.
//!
//! A second connection copies pages into the database (`PASSIVE`, which waits for nobody). Copying many pages at once
//! holds a processor for tens of milliseconds, inside the kernel, and whoever answers requests waits for it; so the pause
//! between two copies follows the load, and each copy stays small.
//!
//! Under steady load that alone never lets the file start over, because there is always a newer commit; so
//! when the log passes a bound and nearly everything is copied, the writer restarts it between two batches.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::BigInt;

use crate::StorageError;
use crate::connection::{Db, Location, Purpose, connect};

/// The longest and the shortest pause between two copies.
const LONGEST: Duration = Duration::from_millis(100);
const SHORTEST: Duration = Duration::from_millis(2);

/// Pages that one copy should move: about a millisecond of work. Measured at 64 connections: with 256 pages 99 % of the
/// answers came within 5 ms, with half a second's pages at once within 35 ms.
const PAGES: u32 = 256;

/// The part of the write-ahead log in use, in bytes, past which the writer starts it over. The file keeps the size that
/// it once had: overwriting is faster than growing.
pub const WAL_BOUND: u64 = 64 * 1024 * 1024;

/// A page of the database with its header in the log, in bytes (SQLite file format, 4.1).
const FRAME: u64 = 4_096 + 24;

/// Pages that the writer may copy itself: a few milliseconds of work.
const NEARLY_NOTHING: i64 = 1_000;

/// Said by the checkpointer, done by the writer.
#[derive(Default)]
pub(crate) struct Signal {
    restart: AtomicBool,
}

impl Signal {
    pub(crate) fn take(&self) -> bool {
        self.restart.load(Ordering::Relaxed) && self.restart.swap(false, Ordering::Relaxed)
    }
}

#[derive(diesel::QueryableByName)]
struct Checkpoint {
    #[diesel(sql_type = BigInt)]
    log: i64,
    #[diesel(sql_type = BigInt)]
    checkpointed: i64,
}

/// The pause between two copies: shorter after a large copy, longer after a small one.
struct Pace {
    pause: Duration,
    copied: i64,
}

impl Pace {
    fn new() -> Self {
        Self {
            pause: LONGEST,
            copied: 0,
        }
    }

    /// The pause after a copy that left the log like this.
    fn after(&mut self, state: &Checkpoint) -> Duration {
        let before = std::mem::replace(&mut self.copied, state.checkpointed);
        // A log that was started over counts from zero again.
        let moved = match state.checkpointed - before {
            moved @ 0.. => moved,
            _ => state.checkpointed,
        };
        let moved = u32::try_from(moved).unwrap_or(u32::MAX);
        if moved > PAGES {
            self.pause = (self.pause * PAGES / moved).max(SHORTEST);
        } else if moved < PAGES / 2 {
            self.pause = (self.pause * 2).min(LONGEST);
        }
        self.pause
    }
}

impl Checkpoint {
    /// Whether the writer should start the log over now: past the bound once little is left to copy, and far past it in
    /// any case.
    fn wants_restart(&self, bound: u64) -> bool {
        let used = self.log.unsigned_abs() * FRAME;
        let nearly = self.log - self.checkpointed < NEARLY_NOTHING;
        (used > bound && nearly) || used > 2 * bound
    }
}

/// Runs until the sender of `stop` is dropped.
pub(crate) fn run(location: &Location, bound: u64, signal: &Arc<Signal>, stop: &Receiver<()>) {
    let mut db = None;
    let mut pace = Pace::new();
    let mut pause = LONGEST;
    while matches!(stop.recv_timeout(pause), Err(RecvTimeoutError::Timeout)) {
        match step(&mut db, location) {
            Ok(state) => {
                if state.wants_restart(bound) {
                    signal.restart.store(true, Ordering::Relaxed);
                }
                pause = pace.after(&state);
            }
            Err(error) => {
                // The writer meets the same trouble and reports it; here it is only put off.
                tracing::debug!(error = %error, "checkpoint put off");
                db = None;
                pause = LONGEST;
            }
        }
    }
}

fn step(db: &mut Option<Db>, location: &Location) -> Result<Checkpoint, StorageError> {
    let db = match db {
        Some(db) => db,
        None => db.insert(connect(location, Purpose::Maintain)?),
    };
    Ok(diesel::sql_query("PRAGMA wal_checkpoint(PASSIVE)").get_result(db)?)
}

/// Starts the write-ahead log over, on the writer's connection, between two batches. Gives up at once
/// when a reader is in the way: the next signal tries again.
pub(crate) fn restart(db: &mut Db) -> Result<(), StorageError> {
    db.batch_execute(
        "PRAGMA busy_timeout=50; PRAGMA wal_checkpoint(RESTART); PRAGMA busy_timeout=5000;",
    )?;
    Ok(())
}

/// The length of the write-ahead log in bytes; 0 when there is none.
pub fn wal_bytes(database: &Path) -> u64 {
    let mut name = database.as_os_str().to_owned();
    name.push("-wal");
    std::fs::metadata(name).map_or(0, |file| file.len())
}

/// A lock that is still usable after a panic elsewhere: what it guards is replaced whole.
pub(crate) fn lock<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
