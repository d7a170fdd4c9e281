//! What the journal runs.

use utc_domain::{Draft, KeyId, ReceiptId, Timestamp};

use crate::connection::Db;
use crate::{JournalError, StorageError};

/// Which queue a job waits in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Rules, pins, votes, observations: reserved places, and they go first.
    Control,
    /// Decisions.
    Decision,
}

/// One unit of work: effects on the database and the receipts that record them, all or nothing.
///
/// The journal calls `run` inside its transaction, possibly more than once (a batch that failed is tried
/// again), so `run` must start afresh each time. After the commit it calls `publish`, then `answer`.
pub trait Job: Send {
    /// Which queue it waits in.
    fn class(&self) -> Class;

    /// Whether `run` writes to the database. Such a job gets a savepoint of its own.
    fn has_effects(&self) -> bool;

    /// Does the work and prepares [`Job::drafts`].
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), JobError>;

    /// The receipts to append, in order. Asked for after each successful `run`.
    fn drafts(&self) -> &[Draft];

    /// Brings the cache of policy and units up to what `run` committed. Called before any answer of the batch.
    fn publish(&mut self);

    /// Tells whoever waits.
    fn answer(self: Box<Self>, outcome: Result<Vec<Receipt>, JournalError>);
}

/// A committed receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Its id.
    pub id: ReceiptId,
    /// Its position.
    pub seq: u64,
    /// Its time.
    pub ts: Timestamp,
    /// Its exact bytes.
    pub jws: String,
}

/// Why a job did not run.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The job refused by itself and keeps the reason; nothing of it is written.
    #[error("refused")]
    Refused,
    /// Another job was first. The journal undoes this one's effects and runs it once more,
    /// so that it can record what is true now.
    #[error("another job was first")]
    LostRace,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What a job sees inside the transaction.
pub struct Tx<'a> {
    db: &'a mut Db,
    place: Place,
    changes_state: bool,
    rotate_to: Option<KeyId>,
}

/// Where in the log and in time a job runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) size: u64,
    pub(crate) epoch: u64,
    pub(crate) now: Timestamp,
    pub(crate) clock: Timestamp,
}

impl<'a> Tx<'a> {
    pub(crate) fn new(db: &'a mut Db, place: Place) -> Self {
        Self {
            db,
            place,
            changes_state: false,
            rotate_to: None,
        }
    }

    /// The connection; everything done with it belongs to the transaction.
    pub fn db(&mut self) -> &mut Db {
        self.db
    }

    /// How many receipts are in the log before this job's.
    pub fn size(&self) -> u64 {
        self.place.size
    }

    /// The epoch of the state that the transaction began with.
    pub fn epoch(&self) -> u64 {
        self.place.epoch
    }

    /// The batch's time. On PostgreSQL it is the database's, so that all servers share one clock.
    pub fn now(&self) -> Timestamp {
        self.place.now
    }

    /// What the same clock shows, also while the log's newest receipt is dated ahead of it, because it was set back. For
    /// leases and slots of time, which would otherwise stand still until then; never for what receipts say.
    pub fn clock(&self) -> Timestamp {
        self.place.clock
    }

    /// Declares that rules, levels, pins, risk or configuration change, and returns the epoch that the
    /// changed rows belong to. Drafts that were evaluated before are evaluated again.
    pub fn change_state(&mut self) -> u64 {
        self.changes_state = true;
        self.place.epoch + 1
    }

    /// Makes `key` the log's active key, from the receipt after this job's on.
    pub fn rotate_key(&mut self, key: KeyId) {
        self.rotate_to = Some(key);
    }

    pub(crate) fn finish(self) -> (bool, Option<KeyId>) {
        (self.changes_state, self.rotate_to)
    }
}

/// The cache of policy and units that callers evaluate against.
///
/// Only the writer's thread changes it: it calls `reload` when the database is ahead (another process
/// wrote), and `advance` after each commit, so the cache never mixes two states.
pub trait StateCache: Send + Sync {
    /// The epoch of the cached state.
    fn epoch(&self) -> u64;

    /// Loads what changed after the cached epoch, inside the writer's transaction.
    fn reload(&self, db: &mut Db, epoch: u64) -> Result<(), StorageError>;

    /// Everything published so far is the state of `epoch`.
    fn advance(&self, epoch: u64);
}
