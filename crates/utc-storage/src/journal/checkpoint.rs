//! Keeps SQLite's write-ahead log short without making commits wait.
//!
//! A second connection copies pages into the database twice a second (`PASSIVE`, which waits for nobody).
//! Under steady load that alone never lets the file start over, because there is always a newer commit; so
//! when the file passes a bound and nearly everything is copied, the writer restarts it between two batches.

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

/// While little is written.
const EVERY: Duration = Duration::from_millis(500);

/// Under load. Copying half a second's pages at once holds up whoever answers requests for tens of milliseconds;
/// the same work in small pieces does not.
const UNDER_LOAD: Duration = Duration::from_millis(40);

/// Pages copied in one step from which on it counts as load.
const MANY_PAGES: i64 = 200;

/// The size of the write-ahead log, in bytes, past which the writer starts it over.
pub const WAL_BOUND: u64 = 256 * 1024 * 1024;

/// Pages that the writer may copy itself: a few milliseconds of work.
const NEARLY_NOTHING: i64 = 2_000;

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

/// Runs until the sender of `stop` is dropped.
pub(crate) fn run(location: &Location, bound: u64, signal: &Arc<Signal>, stop: &Receiver<()>) {
    let Some(path) = location.sqlite_path() else {
        return;
    };
    let mut db = None;
    let mut wait = EVERY;
    let mut before = 0;
    while matches!(stop.recv_timeout(wait), Err(RecvTimeoutError::Timeout)) {
        wait = EVERY;
        match step(&mut db, location) {
            Ok(state) if wal_bytes(path) > bound => {
                // Copy again and again, without a pause, until so little is left that the writer loses no time
                // on it.
                wait = Duration::from_millis(1);
                if state.log - state.checkpointed < NEARLY_NOTHING {
                    signal.restart.store(true, Ordering::Relaxed);
                    wait = EVERY;
                }
            }
            Ok(state) => {
                let copied = state.checkpointed - before;
                before = state.checkpointed;
                // A log that was started over counts from zero again.
                if copied.abs() >= MANY_PAGES {
                    wait = UNDER_LOAD;
                }
            }
            Err(error) => {
                // The writer meets the same trouble and reports it; here it is only put off.
                tracing::debug!(error = %error, "checkpoint put off");
                db = None;
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
