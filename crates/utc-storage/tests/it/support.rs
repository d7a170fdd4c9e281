//! A journal with a sealer that hashes instead of signing, and jobs that tests describe in a line.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sha2::{Digest, Sha256};
use utc_domain::{
    Clock, Code, Draft, GroundSet, KeyId, LeafHash, Meta, Placement, PolicyRef, ReceiptId,
    ReceiptKind, SealError, Sealed, Sealer, Timestamp,
};
use utc_storage::connection::{Db, Location};
use utc_storage::journal::{
    self, Class, Job, JobError, Journal, Observer, Receipt, StateCache, Tx,
};
use utc_storage::rows::{receipts, units};
use utc_storage::{JournalError, StorageError, Store};
use utc_test_support::postgres::PostgresDatabase;
use utc_test_support::{TempDir, postgres};

/// A database of its own for one test, and what keeps it alive.
pub(crate) struct Database {
    pub(crate) location: Location,
    _folder: Option<TempDir>,
    _cluster: Option<PostgresDatabase>,
}

pub(crate) fn sqlite() -> Database {
    let folder = TempDir::new();
    let location = Location::Sqlite(folder.path().join("test.db"));
    Database {
        location,
        _folder: Some(folder),
        _cluster: None,
    }
}

pub(crate) fn postgres() -> Database {
    let cluster = postgres::fresh_database();
    let location = Location::Postgres(cluster.url().to_owned());
    Database {
        location,
        _folder: None,
        _cluster: Some(cluster),
    }
}

/// Makes a unit behind every journal's back.
pub(crate) fn add_unit(db: &mut Db, name: &str) {
    units::insert(db, &units::UnitRow::new(name, 0, 0)).unwrap();
}

pub(crate) fn key() -> KeyId {
    "0123456789abcdef".parse().unwrap()
}

/// Writes `seq:id:reason` and hashes it; refuses reasons that say so.
pub(crate) struct PlainSealer;

impl Sealer for PlainSealer {
    fn seal(&self, key: &KeyId, draft: &Draft, place: &Placement) -> Result<Sealed, SealError> {
        if draft.reason == "cannot be sealed" {
            return Err(SealError::KeyNotHeld { key: key.clone() });
        }
        let jws = format!("{}:{}:{}", place.seq, draft.id, draft.reason);
        let leaf = self.leaf(&jws);
        Ok(Sealed { jws, leaf })
    }

    fn leaf(&self, jws: &str) -> LeafHash {
        LeafHash::new(Sha256::digest(jws.as_bytes()).into())
    }
}

struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_800_000_000_000_000)
    }
}

/// A cache that only knows its epoch.
pub(crate) struct EpochCache {
    pub(crate) epoch: AtomicU64,
    pub(crate) reloads: AtomicU64,
}

impl StateCache for EpochCache {
    fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::SeqCst)
    }
    fn reload(&self, _db: &mut Db, epoch: u64) -> Result<(), StorageError> {
        self.reloads.fetch_add(1, Ordering::SeqCst);
        self.epoch.store(epoch, Ordering::SeqCst);
        Ok(())
    }
    fn advance(&self, epoch: u64) {
        self.epoch.store(epoch, Ordering::SeqCst);
    }
}

/// Remembers the sizes of committed batches, and of which receipts it was told before.
#[derive(Default)]
pub(crate) struct Batches(
    pub(crate) Mutex<Vec<usize>>,
    pub(crate) Mutex<Vec<Vec<String>>>,
);

impl Observer for Batches {
    fn committing(&self, receipts: &mut dyn Iterator<Item = &Draft>) {
        let reasons = receipts.map(|draft| draft.reason.clone()).collect();
        self.1.lock().unwrap().push(reasons);
    }

    fn committed(&self, jobs: usize, _took: Duration) {
        self.0.lock().unwrap().push(jobs);
    }
}

pub(crate) struct Running {
    pub(crate) journal: Journal,
    pub(crate) store: Store,
    pub(crate) cache: Arc<EpochCache>,
    pub(crate) batches: Arc<Batches>,
}

pub(crate) fn start(location: &Location) -> Running {
    start_with(location, 64)
}

pub(crate) fn start_with(location: &Location, places: usize) -> Running {
    start_bounded(location, places, journal::WAL_BOUND)
}

pub(crate) fn start_bounded(location: &Location, places: usize, wal_bound: u64) -> Running {
    let store = Store::open(location.clone()).unwrap();
    let cache = Arc::new(EpochCache {
        epoch: AtomicU64::new(0),
        reloads: AtomicU64::new(0),
    });
    let batches = Arc::new(Batches::default());
    let options = journal::Options {
        sealer: Arc::new(PlainSealer),
        clock: Arc::new(FixedClock),
        cache: cache.clone(),
        observer: batches.clone(),
        configured_key: key(),
        writer_id: uuid::Uuid::now_v7().to_string(),
        max_batch: 1_024,
        decision_places: places,
        control_places: places,
        wal_bound,
    };
    Running {
        journal: Journal::start(location.clone(), options).unwrap(),
        store,
        cache,
        batches,
    }
}

type Work = Box<dyn FnMut(&mut Tx<'_>) -> Result<(), JobError> + Send>;
pub(crate) type Outcome = Result<Vec<Receipt>, JournalError>;

/// A job that a test describes.
pub(crate) struct TestJob {
    class: Class,
    work: Option<Work>,
    drafts: Vec<Draft>,
    reply: Sender<Outcome>,
}

pub(crate) fn draft(reason: &str) -> Draft {
    Draft {
        id: ReceiptId::new(uuid::Uuid::now_v7()),
        kind: ReceiptKind::Decision,
        subject: "tester".parse().unwrap(),
        action: None,
        unit: None,
        decision: None,
        grounds: GroundSet::EMPTY,
        reason: reason.to_owned(),
        code: Code::NoRestriction,
        payload_hash: None,
        meta: Meta::default(),
        policy: PolicyRef {
            digest: "sha256:0".to_owned(),
            version: 1,
        },
    }
}

/// A decision without effects.
pub(crate) fn decision(reason: &str) -> (Box<dyn Job>, Receiver<Outcome>) {
    job(Class::Decision, vec![draft(reason)], None)
}

/// A job with effects.
pub(crate) fn effects(
    class: Class,
    reason: &str,
    work: impl FnMut(&mut Tx<'_>) -> Result<(), JobError> + Send + 'static,
) -> (Box<dyn Job>, Receiver<Outcome>) {
    job(class, vec![draft(reason)], Some(Box::new(work)))
}

pub(crate) fn job(
    class: Class,
    drafts: Vec<Draft>,
    work: Option<Work>,
) -> (Box<dyn Job>, Receiver<Outcome>) {
    let (reply, answer) = channel();
    (
        Box::new(TestJob {
            class,
            work,
            drafts,
            reply,
        }),
        answer,
    )
}

impl Job for TestJob {
    fn class(&self) -> Class {
        self.class
    }
    fn has_effects(&self) -> bool {
        self.work.is_some()
    }
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), JobError> {
        self.work.as_mut().map_or(Ok(()), |work| work(tx))
    }
    fn drafts(&self) -> &[Draft] {
        &self.drafts
    }
    fn publish(&mut self) {}
    fn answer(self: Box<Self>, outcome: Outcome) {
        let _ = self.reply.send(outcome);
    }
}

impl Running {
    /// Submits jobs while the writer is held, so that they meet in one batch, and gives their outcomes.
    pub(crate) fn together(&self, jobs: Vec<(Box<dyn Job>, Receiver<Outcome>)>) -> Vec<Outcome> {
        let (release, held) = channel::<()>();
        let (entered, inside) = channel::<()>();
        let (holder, done) = job(
            Class::Control,
            Vec::new(),
            Some(Box::new(move |_| {
                let _ = entered.send(());
                let _ = held.recv();
                Ok(())
            })),
        );
        self.journal.submit(holder);
        inside.recv().unwrap();
        let answers: Vec<_> = jobs
            .into_iter()
            .map(|(job, answer)| (self.journal.submit(job), answer).1)
            .collect();
        drop(release);
        done.recv().unwrap().unwrap();
        answers
            .into_iter()
            .map(|answer| answer.recv().unwrap())
            .collect()
    }

    pub(crate) fn one(&self, job: (Box<dyn Job>, Receiver<Outcome>)) -> Outcome {
        self.journal.submit(job.0);
        job.1.recv().unwrap()
    }

    /// The reasons in the log, in order; also checks that positions have no gap and times rise.
    pub(crate) fn log(&self) -> Vec<String> {
        let rows = self
            .store
            .read(|db| receipts::from_seq(db, 0, 10_000))
            .unwrap();
        for (index, row) in rows.iter().enumerate() {
            assert_eq!(row.seq, i64::try_from(index).unwrap(), "a gap in the log");
        }
        assert!(
            rows.windows(2).all(|pair| pair[0].ts < pair[1].ts),
            "times must rise"
        );
        rows.iter()
            .map(|row| row.jws.rsplit(':').next().unwrap().to_owned())
            .collect()
    }
}
