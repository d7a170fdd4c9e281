//! One batch: one transaction that runs jobs, places and seals their receipts, and moves the head.

use diesel::connection::SimpleConnection as _;
use utc_domain::{
    Action, Clock, Decision, Draft, KeyId, LeafHash, Placement, ReceiptId, SealError, Sealer,
    Timestamp, UnitName,
};

use crate::connection::Db;
use crate::error::chain;
use crate::rows::receipts::{self, NewReceipt};
use crate::{JournalError, StorageError};

use super::Observer;
use super::begin::begin;
use super::head::{self, Head, signed};
use super::job::{Job, JobError, Place, Receipt, StateCache, Tx};
use super::tree::{self, Tail};

/// What a batch needs beside its jobs.
pub(crate) struct Context<'a> {
    pub(crate) sealer: &'a dyn Sealer,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) cache: &'a dyn StateCache,
    pub(crate) observer: &'a dyn Observer,
    pub(crate) configured_key: &'a KeyId,
    /// What this process last wrote or saw, to notice a log that was set back.
    pub(crate) remembered: Option<&'a Head>,
    /// The last leaves, from the batch before.
    pub(crate) tail: &'a Tail,
    pub(crate) batch_id: String,
}

/// What became of each job of a committed batch, in order.
pub(crate) struct Done {
    pub(crate) outcomes: Vec<Result<Vec<Receipt>, JournalError>>,
    /// The size of the log before the batch.
    pub(crate) before: u64,
    pub(crate) head: Head,
    /// The last leaves.
    pub(crate) tail: Tail,
    /// How many of the jobs were run. The rest must wait for the next batch: state has changed.
    pub(crate) ran: usize,
}

/// Why a whole batch failed.
#[derive(Debug)]
pub(crate) enum BatchError {
    /// Before any job ran: the database cannot be reached, or the lock was not given in time.
    Begin(StorageError),
    /// While jobs ran or receipts were inserted: one of the jobs may be the cause.
    Poisoned(StorageError),
    /// While sealing the receipts of a job whose effects were already done.
    Unsealed(SealError),
    /// While committing: it may have been committed.
    Commit {
        source: StorageError,
        receipts: Vec<ReceiptId>,
    },
    /// The log is not the one this process knows.
    HeadMoved(String),
}

/// Runs `jobs` in one transaction. `cut` is the number of jobs at the front that may change state:
/// when they did, the jobs behind them are left for the next batch.
pub(crate) fn run(
    db: &mut Db,
    context: &Context<'_>,
    jobs: &mut [Box<dyn Job>],
    cut: usize,
) -> Result<Done, BatchError> {
    let mut batch = Batch::begin(db, context)?;
    let mut outcomes = Vec::with_capacity(jobs.len());
    let mut ran = 0;
    for (index, job) in jobs.iter_mut().enumerate() {
        if index >= cut && batch.changes_state {
            break;
        }
        outcomes.push(batch.run_job(index, job.as_mut())?);
        ran += 1;
    }
    let before = batch.before.size;
    let (head, tail, receipts) = batch.finish(context, jobs)?;
    Ok(Done {
        outcomes: share_out(outcomes, receipts),
        before,
        head,
        tail,
        ran,
    })
}

/// Gives each job its receipts: they were placed in the order of the jobs.
fn share_out(
    counts: Vec<Result<usize, JournalError>>,
    receipts: Vec<Receipt>,
) -> Vec<Result<Vec<Receipt>, JournalError>> {
    let mut receipts = receipts.into_iter();
    counts
        .into_iter()
        .map(|count| Ok(receipts.by_ref().take(count?).collect()))
        .collect()
}

struct Batch<'a> {
    db: &'a mut Db,
    sealer: &'a dyn Sealer,
    /// As the batch found it.
    before: Head,
    head: Head,
    /// The leaves of the batch's receipts.
    leaves: Vec<LeafHash>,
    now: Timestamp,
    changes_state: bool,
    rows: Vec<Row>,
}

/// A sealed receipt, and whose draft it was.
struct Row {
    job: usize,
    draft: usize,
    receipt: Receipt,
}

impl<'a> Batch<'a> {
    fn begin(db: &'a mut Db, context: &Context<'a>) -> Result<Self, BatchError> {
        let (head, now) = begin(db, context)?;
        Ok(Self {
            db,
            sealer: context.sealer,
            before: head.clone(),
            head,
            leaves: Vec::new(),
            now,
            changes_state: false,
            rows: Vec::new(),
        })
    }
}

impl Batch<'_> {
    /// Runs one job; the inner result is the job's own, the outer one ends the batch.
    fn run_job(&mut self, index: usize, job: &mut dyn Job) -> Result<JobOutcome, BatchError> {
        let mut result = self.attempt(job)?;
        if matches!(result, Err(JobError::LostRace)) {
            result = self.attempt(job)?;
        }
        self.settle(index, job, result)
    }

    /// Runs the job inside a savepoint when it has effects, and undoes them when it did not succeed.
    fn attempt(&mut self, job: &mut dyn Job) -> Result<Result<Ran, JobError>, BatchError> {
        let effects = job.has_effects();
        if effects {
            self.execute("SAVEPOINT job")?;
        }
        let place = Place {
            size: self.head.size,
            epoch: self.head.epoch,
            now: self.now.max(self.head.last_ts.plus_micros(1)),
            clock: self.now,
        };
        let mut tx = Tx::new(self.db, place);
        let result = job.run(&mut tx);
        let (changes_state, rotate_to) = tx.finish();
        // Anything but the job's own refusal or a violated constraint may have ended the whole transaction
        // already (SQLite does so when the disk is full): nothing after it may run on this connection.
        if let Err(JobError::Storage(error)) = result {
            if !matches!(error, StorageError::Constraint { .. }) {
                return Err(BatchError::Poisoned(error));
            }
            self.undo(effects)?;
            return Ok(Err(JobError::Storage(error)));
        }
        if let Err(error) = result {
            self.undo(effects)?;
            return Ok(Err(error));
        }
        if effects {
            self.execute("RELEASE SAVEPOINT job")?;
        }
        Ok(Ok(Ran {
            changes_state,
            rotate_to,
        }))
    }

    fn undo(&mut self, effects: bool) -> Result<(), BatchError> {
        if effects {
            self.execute("ROLLBACK TO SAVEPOINT job; RELEASE SAVEPOINT job")
        } else {
            Ok(())
        }
    }

    fn execute(&mut self, sql: &str) -> Result<(), BatchError> {
        self.db
            .batch_execute(sql)
            .map_err(|error| BatchError::Poisoned(error.into()))
    }

    /// Places and seals the receipts of a job that ran. Positions are given here, after the savepoint is
    /// released, so a job that failed leaves no gap.
    fn settle(
        &mut self,
        index: usize,
        job: &dyn Job,
        result: Result<Ran, JobError>,
    ) -> Result<JobOutcome, BatchError> {
        let ran = match result {
            Ok(ran) => ran,
            Err(JobError::Refused | JobError::LostRace) => return Ok(Err(JournalError::Refused)),
            Err(JobError::Storage(error)) => {
                return Ok(Err(JournalError::Constraint {
                    message: chain(&error),
                }));
            }
        };
        for (draft_index, draft) in job.drafts().iter().enumerate() {
            match self.place(draft) {
                Ok(receipt) => self.rows.push(Row {
                    job: index,
                    draft: draft_index,
                    receipt,
                }),
                Err(error) => return unsealed(job, error).map(Err),
            }
        }
        self.changes_state |= ran.changes_state;
        if let Some(key) = ran.rotate_to {
            self.head.active_kid = key;
        }
        Ok(Ok(job.drafts().len()))
    }

    fn place(&mut self, draft: &Draft) -> Result<Receipt, SealError> {
        let ts = self.now.max(self.head.last_ts.plus_micros(1));
        let place = Placement {
            seq: self.head.size,
            prev: self.head.last_leaf,
            ts,
        };
        let sealed = self.sealer.seal(&self.head.active_kid, draft, &place)?;
        self.head.size += 1;
        self.head.frontier.push(sealed.leaf);
        self.leaves.push(sealed.leaf);
        self.head.last_leaf = sealed.leaf;
        self.head.last_ts = ts;
        Ok(Receipt {
            id: draft.id,
            seq: place.seq,
            ts,
            jws: sealed.jws,
        })
    }

    fn finish(
        mut self,
        context: &Context<'_>,
        jobs: &[Box<dyn Job>],
    ) -> Result<(Head, Tail, Vec<Receipt>), BatchError> {
        let rows: Vec<NewReceipt<'_>> = self
            .rows
            .iter()
            .filter_map(|row| row.columns(jobs))
            .collect();
        receipts::insert(self.db, &rows).map_err(|error| BatchError::Poisoned(error.into()))?;
        let tail = tree::grow(
            self.db,
            self.sealer,
            &self.before,
            context.tail,
            &self.leaves,
        )
        .map_err(BatchError::Poisoned)?;
        if self.changes_state {
            self.head.epoch += 1;
        }
        self.head.batch_id.clone_from(&context.batch_id);
        head::store(self.db, &self.head).map_err(BatchError::Poisoned)?;
        let mut drafts = self.rows.iter().filter_map(|row| row.draft(jobs));
        context.observer.committing(&mut drafts);
        if let Err(source) = self.db.batch_execute("COMMIT") {
            let receipts = self.rows.iter().map(|row| row.receipt.id).collect();
            return Err(BatchError::Commit {
                source: source.into(),
                receipts,
            });
        }
        Ok((
            self.head,
            tail,
            self.rows.into_iter().map(|row| row.receipt).collect(),
        ))
    }
}

/// How many receipts a job got, or why it got none.
type JobOutcome = Result<usize, JournalError>;

/// Sealing failed. A job with effects, or with receipts placed before this one, ends the batch: they must
/// not be committed without this one. A lone decision fails alone.
fn unsealed(job: &dyn Job, error: SealError) -> Result<JournalError, BatchError> {
    if job.has_effects() || job.drafts().len() > 1 {
        return Err(BatchError::Unsealed(error));
    }
    Ok(seal_failure(&error))
}

/// The answer to a job whose receipt could not be sealed.
pub(crate) fn seal_failure(error: &SealError) -> JournalError {
    match error {
        SealError::KeyNotHeld { key } => JournalError::KeyNotActive {
            active: key.clone(),
        },
        other => JournalError::Seal {
            message: chain(other),
        },
    }
}

struct Ran {
    changes_state: bool,
    rotate_to: Option<KeyId>,
}

impl Row {
    fn draft<'a>(&self, jobs: &'a [Box<dyn Job>]) -> Option<&'a Draft> {
        jobs.get(self.job)?.drafts().get(self.draft)
    }

    fn columns<'a>(&'a self, jobs: &'a [Box<dyn Job>]) -> Option<NewReceipt<'a>> {
        let draft = self.draft(jobs)?;
        Some(NewReceipt {
            seq: signed(self.receipt.seq),
            id: self.receipt.id.to_string(),
            ts: self.receipt.ts.as_micros(),
            kind: draft.kind.as_str(),
            subject: draft.subject.as_str(),
            action: draft.action.as_ref().map(Action::as_str),
            unit: draft.unit.as_ref().map(UnitName::as_str),
            decision: draft.decision.map(Decision::as_str),
            code: draft.code.as_str(),
            jws: &self.receipt.jws,
        })
    }
}
