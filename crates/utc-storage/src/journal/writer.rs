//! The single writer: takes what waits, writes it in one transaction, tells everyone.

use std::sync::Arc;
use std::time::Instant;

use diesel::connection::SimpleConnection as _;

use crate::connection::{Db, Purpose, connect};
use crate::error::chain;
use crate::rows::receipts;
use crate::{JournalError, StorageError};

use super::batch::{self, BatchError, Context, Done};
use super::head::{self, Head};
use super::job::Job;
use super::queue::Batch;
use super::tree::Tail;
use super::{Placed, Shared, checkpoint};

/// Jobs tried one by one after a batch failed: after this many failures in a row the rest fail too,
/// since it is then the database and not a job.
const FAILURES_IN_A_ROW: usize = 3;

pub(crate) struct Writer {
    shared: Arc<Shared>,
    db: Option<Db>,
    remembered: Option<Head>,
    tail: Tail,
    batches: u64,
}

type Jobs = Vec<Box<dyn Job>>;

impl Writer {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            db: None,
            remembered: None,
            tail: Tail::default(),
            batches: 0,
        }
    }

    /// Writes until the queue is closed and empty.
    pub(crate) fn run(mut self) {
        while let Some(batch) = self.shared.queue.take(self.shared.options.max_batch) {
            self.write(batch);
            self.restart_wal();
        }
    }

    fn write(&mut self, batch: Batch) {
        let cut = batch.control.len();
        let mut jobs = batch.control;
        jobs.extend(batch.decisions);
        if let Some(reason) = self.shared.halted.get() {
            let moved = BatchError::HeadMoved(reason.clone());
            return self.fail(jobs, moved);
        }
        match self.attempt_twice(&mut jobs, cut) {
            Ok(done) => self.conclude(done, jobs),
            Err(BatchError::Poisoned(error)) if jobs.len() > 1 => {
                self.one_by_one(jobs, cut, &error);
            }
            Err(BatchError::Unsealed(_)) if jobs.len() > 1 => self.alone(jobs, cut),
            Err(error) => self.fail(jobs, error),
        }
    }

    /// A batch that failed before any job was at fault is tried once more, on a new connection.
    fn attempt_twice(&mut self, jobs: &mut Jobs, cut: usize) -> Result<Done, BatchError> {
        match self.attempt(jobs, cut) {
            Err(BatchError::Begin(error)) => {
                tracing::debug!(error = %chain(&error), "batch could not begin; trying on a new connection");
                self.attempt(jobs, cut)
            }
            Err(BatchError::Commit { source, receipts }) => {
                self.resolve(jobs, cut, source, receipts)
            }
            other => other,
        }
    }

    fn attempt(&mut self, jobs: &mut [Box<dyn Job>], cut: usize) -> Result<Done, BatchError> {
        let shared = Arc::clone(&self.shared);
        self.batches += 1;
        let context = Context {
            sealer: shared.options.sealer.as_ref(),
            clock: shared.options.clock.as_ref(),
            cache: shared.options.cache.as_ref(),
            observer: shared.options.observer.as_ref(),
            configured_key: &shared.options.configured_key,
            remembered: self.remembered.as_ref(),
            tail: &self.tail,
            batch_id: format!("{}-{}", shared.options.writer_id, self.batches),
        };
        let started = Instant::now();
        let mut db = match self.db.take() {
            Some(db) => db,
            None => connect(&shared.location, Purpose::Write).map_err(BatchError::Begin)?,
        };
        // The connection is kept only after a commit: whatever state an error left is dropped with it.
        let result = batch::run(&mut db, &context, jobs, cut);
        if result.is_ok() {
            self.db = Some(db);
            shared
                .options
                .observer
                .committed(jobs.len(), started.elapsed());
        } else if matches!(result, Err(BatchError::HeadMoved(_))) {
            // Best effort: the connection is dropped next.
            let _ = db.batch_execute("ROLLBACK");
        }
        result
    }

    /// The commit's answer was lost. The log itself tells: our batch is its last one, or our first receipt
    /// is in it. If neither, nothing was committed and the batch runs once more.
    fn resolve(
        &mut self,
        jobs: &mut Jobs,
        cut: usize,
        source: StorageError,
        ids: Vec<utc_domain::ReceiptId>,
    ) -> Result<Done, BatchError> {
        tracing::warn!(error = %chain(&source), receipts = ids.len(), "the answer to a commit was lost; asking the log");
        match self.was_committed(ids.first().copied()) {
            Ok(true) => self.recover_or_unknown(jobs, cut, source, ids),
            Ok(false) => self.attempt_after_loss(jobs, cut),
            Err(_) => Err(BatchError::Commit {
                source,
                receipts: ids,
            }),
        }
    }

    /// The second try of a batch that was not committed. When its commit fails too, and the log shows that nothing was
    /// written (a full disk fails at each commit), that is told as it is.
    fn attempt_after_loss(&mut self, jobs: &mut Jobs, cut: usize) -> Result<Done, BatchError> {
        match self.attempt(jobs, cut) {
            Err(BatchError::Commit { source, receipts }) => {
                match self.was_committed(receipts.first().copied()) {
                    Ok(true) => self.recover_or_unknown(jobs, cut, source, receipts),
                    Ok(false) => Err(BatchError::Begin(source)),
                    Err(_) => Err(BatchError::Commit { source, receipts }),
                }
            }
            other => other,
        }
    }

    fn recover_or_unknown(
        &mut self,
        jobs: &Jobs,
        cut: usize,
        source: StorageError,
        receipts: Vec<utc_domain::ReceiptId>,
    ) -> Result<Done, BatchError> {
        self.recover_outcomes(jobs, cut)
            .map_err(|_| BatchError::Commit { source, receipts })
    }

    /// Whether this process's last batch is in the log.
    ///
    /// The head is locked for the question: a COMMIT that the server is still working on holds that lock, and what it
    /// leaves is what counts. The transaction ends with its connection.
    fn was_committed(&self, first: Option<utc_domain::ReceiptId>) -> Result<bool, StorageError> {
        let batch_id = format!("{}-{}", self.shared.options.writer_id, self.batches);
        let mut db = connect(&self.shared.location, Purpose::Write)?;
        db.batch_execute("BEGIN")?;
        let head = head::lock(&mut db, self.shared.options.clock.as_ref())?;
        if head.is_some_and(|(head, _)| head.batch_id == batch_id) {
            return Ok(true);
        }
        match first {
            Some(id) => Ok(receipts::by_id(&mut db, &id.to_string())?.is_some()),
            // A batch without receipts whose id is gone: another one followed, or it never was.
            None => Err(StorageError::NotFound),
        }
    }

    /// Reads back what a batch committed whose answer was lost: a job's receipts are there, or the job failed.
    fn recover_outcomes(&mut self, jobs: &Jobs, cut: usize) -> Result<Done, StorageError> {
        let mut db = connect(&self.shared.location, Purpose::Write)?;
        let head = head::read(&mut db)?.ok_or(StorageError::NotFound)?;
        let mut outcomes = Vec::with_capacity(jobs.len());
        let mut ran = jobs.len();
        for (index, job) in jobs.iter().enumerate() {
            let found = super::find_receipts(&mut db, job.drafts())?;
            if found.is_none() && index >= cut {
                // Left for the next batch, because state had changed, or failed alone: both may run again.
                ran = index;
                break;
            }
            outcomes.push(found.ok_or(JournalError::Refused));
        }
        self.db = Some(db);
        Ok(Done {
            outcomes,
            // Whose receipts there are in between is not known any more.
            before: head.size,
            head,
            tail: Tail::default(),
            ran,
        })
    }

    /// Tells everyone, after the cache is what was committed.
    fn conclude(&mut self, done: Done, mut jobs: Jobs) {
        let waiting = jobs.split_off(done.ran);
        let mut finished: Vec<_> = jobs.into_iter().zip(done.outcomes).collect();
        for (job, outcome) in &mut finished {
            if outcome.is_ok() {
                job.publish();
            }
        }
        self.shared.options.cache.advance(done.head.epoch);
        self.shared.report_head(&done.head);
        self.note_placed(done.before, &done.head);
        self.remembered = Some(done.head);
        self.tail = done.tail;
        self.shared.health.recovered();
        for (job, outcome) in finished {
            job.answer(outcome);
        }
        self.shared.queue.put_back(waiting);
    }

    fn note_placed(&self, before: u64, head: &Head) {
        if before == head.size {
            return;
        }
        let mut placed = checkpoint::lock(&self.shared.placed);
        let from = placed
            .as_ref()
            .filter(|placed| placed.size == before)
            .map_or(before, |placed| placed.from);
        *placed = Some(Placed {
            from,
            size: head.size,
            root: head.frontier.root(),
        });
    }

    /// One of the jobs may have caused the failure: each gets a transaction of its own.
    fn one_by_one(&mut self, jobs: Jobs, cut: usize, error: &StorageError) {
        tracing::warn!(error = %chain(error), jobs = jobs.len(), "a batch failed; trying its jobs one by one");
        self.alone(jobs, cut);
    }

    fn alone(&mut self, jobs: Jobs, cut: usize) {
        let mut failures = 0;
        for (index, job) in jobs.into_iter().enumerate() {
            let mut one = vec![job];
            let result = if failures < FAILURES_IN_A_ROW {
                self.attempt_twice(&mut one, usize::from(index < cut))
            } else {
                Err(BatchError::Begin(StorageError::NotFound))
            };
            match result {
                Ok(done) => {
                    failures = 0;
                    self.conclude(done, one);
                }
                Err(error) => {
                    failures += 1;
                    self.fail(one, error);
                }
            }
        }
    }

    fn fail(&mut self, jobs: Jobs, error: BatchError) {
        let answer = match error {
            BatchError::Begin(error) | BatchError::Poisoned(error) => {
                let message = chain(&error);
                self.shared.health.failed(&message);
                JournalError::Unavailable { message }
            }
            BatchError::Unsealed(error) => batch::seal_failure(&error),
            BatchError::Commit { source, receipts } => {
                self.shared.health.failed(&chain(&source));
                JournalError::OutcomeUnknown { receipts }
            }
            BatchError::HeadMoved(message) => {
                self.shared.health.failed(&message);
                JournalError::HeadMoved { message }
            }
        };
        for job in jobs {
            let own = own_answer(job.as_ref(), &answer);
            job.answer(Err(own));
        }
    }

    fn restart_wal(&mut self) {
        if !self.shared.checkpoints.take() {
            return;
        }
        let Some(db) = &mut self.db else { return };
        if let Err(error) = checkpoint::restart(db) {
            tracing::debug!(error = %chain(&error), "the write-ahead log could not be restarted");
            self.db = None;
        }
    }
}

/// Each job is told of its own receipts only.
fn own_answer(job: &dyn Job, answer: &JournalError) -> JournalError {
    match answer {
        JournalError::OutcomeUnknown { .. } => JournalError::OutcomeUnknown {
            receipts: job.drafts().iter().map(|draft| draft.id).collect(),
        },
        other => other.clone(),
    }
}
