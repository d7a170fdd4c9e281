//! The console: a store, a journal and the state between them.

mod fault;
mod keys;
mod parts;
mod thread;
mod ticker;

use std::sync::Arc;
use std::time::{Duration, Instant};

use utc_attestation::KeyRing;
use utc_domain::Clock;
use utc_policy::PolicySet;
use utc_queueing::Relaxing;
use utc_storage::connection::Location;
use utc_storage::journal::{Head, Journal, Tx, read_head};
use utc_storage::{Store, chain};

pub use self::fault::OpenError;
use self::keys::{key_ring, open_vault, refuse_other_key};
use self::parts::{journal, sealer};
use self::thread::Thread;
use self::ticker::Ticker;
use crate::cache::StateCache;
use crate::clock::new_receipt_id;
use crate::clock_watch::ClockWatch;
use crate::evidence::KeptBundle;
use crate::identity::{Renewals, Seen, SetupSecret, Vault, flush};
use crate::live::Live;
use crate::log::{self, Closed, Keeper, LogFault, Opened};
use crate::measure::{Measuring, Memory, Retention};
use crate::options::Options;
use crate::replay::Replayed;
use crate::signals::{Scorer, ScorerThread, Wake};
use crate::situation::Minutes;
use crate::task::{Done, Plan, Task};
use crate::webhooks::Links;
use crate::work::{Places, Works};
use crate::{AppError, Ticket, genesis, units};

/// How many replays run at once: each takes a processor for as long as it runs.
const REPLAYS: usize = 2;

/// How many replays that have ended are remembered.
const REPLAYS_KEPT: usize = 32;

/// How many exports run at once.
const EXPORTS: usize = 1;

/// How many bundles wait to be fetched: each takes room on the disk.
const BUNDLES_KEPT: usize = 4;

/// How many simulations run at once.
const SIMULATIONS: usize = 2;

/// The engine: decides, records, remembers. Cheap to share behind an [`Arc`]; dropping the last one writes
/// what waits and stops.
pub struct Console {
    store: Store,
    journal: Arc<Journal>,
    cache: Arc<StateCache>,
    ring: Arc<KeyRing>,
    vault: Arc<Vault>,
    boot: String,
    setup: SetupSecret,
    seen: Arc<Seen>,
    queues: Arc<Memory>,
    retention: Arc<Retention>,
    renewals: Arc<Renewals>,
    clock: Arc<dyn Clock>,
    watch: Arc<ClockWatch>,
    options: Options,
    live: Arc<Live>,
    minutes: Minutes,
    keeper: Arc<Keeper>,
    log_fault: Option<LogFault>,
    closed: Option<Closed>,
    replays: Works<Replayed>,
    exports: Works<KeptBundle>,
    simulating: Places,
    threads: Vec<Thread>,
    scorer: Scorer,
    scoring: Option<ScorerThread>,
}

impl Console {
    /// Opens the database at an address such as `sqlite://./data/utc.db`, with defaults.
    pub fn open(address: &str) -> Result<Self, OpenError> {
        Self::with(Options::new(Location::parse(address)?))
    }

    /// Opens with these options. The schema is brought up to date and an empty log gets its first entry.
    pub fn with(options: Options) -> Result<Self, OpenError> {
        let store = Store::open(options.location.clone())?;
        let ring = Arc::new(key_ring(&options)?);
        refuse_other_key(&store, &ring)?;
        let vault = Arc::new(open_vault(&options)?);
        let setup = SetupSecret::new(&vault).map_err(OpenError::Begin)?;
        let links = Links::below(options.public_url.as_deref());
        let cache = Arc::new(StateCache::new(links));
        let clock = Arc::clone(&options.clock);
        let sealer = sealer(&ring, &options);
        let log = log::open(&store, &sealer, &options)?;
        let journal = Arc::new(journal(&options, &sealer, &cache, &ring)?);
        let keeper = Keeper::new(&store, &sealer, &ring, &journal, &options);
        let keeper = Arc::new(keeper);
        let live = Arc::new(Live::new());
        let boot = new_receipt_id().to_string();
        let scorer = Scorer::new(&store, &journal, &cache, &boot, &options);
        let mut console = Self {
            store,
            journal,
            cache,
            ring,
            vault,
            boot,
            setup,
            seen: Arc::default(),
            queues: Arc::default(),
            retention: Arc::default(),
            renewals: Arc::default(),
            clock,
            watch: Arc::new(ClockWatch::new()),
            options,
            keeper,
            log_fault: None,
            closed: None,
            replays: Works::new("replay", REPLAYS, REPLAYS_KEPT, live.working()),
            exports: Works::new("export", EXPORTS, BUNDLES_KEPT, live.working()),
            live,
            minutes: Minutes::default(),
            simulating: Places::new("simulation", SIMULATIONS),
            threads: Vec::new(),
            scorer,
            scoring: None,
        };
        if let Some(fault) = log.fault {
            // Opened to look at it: nothing is written, nothing is signed.
            console.journal.halt(chain(&fault));
            console.log_fault = Some(fault);
            return Ok(console);
        }
        console.closed = console.begin(&log).map_err(OpenError::Begin)?;
        console.threads = vec![console.start_ticking()?, console.start_keeping()?];
        console.threads.extend(console.start_measuring()?);
        if console.scores_by_itself() {
            console.scoring = Some(console.scorer.clone().start()?);
        }
        Ok(console)
    }

    /// Writes the first entry of an empty log, takes over the configured policy settings, ends what has ended.
    fn begin(&self, log: &Opened) -> Result<Option<Closed>, AppError> {
        genesis::create_log(self, log.vkey.clone()).wait()?;
        let closed = log::settle(self, log)?;
        if self.options.adopt_settings {
            genesis::adopt_settings(self).wait()?;
        }
        units::expire(self).wait()?;
        Ok(closed)
    }

    fn start_ticking(&self) -> Result<Thread, OpenError> {
        let ticker = Ticker {
            store: self.store.clone(),
            journal: Arc::clone(&self.journal),
            cache: Arc::clone(&self.cache),
            seen: Arc::clone(&self.seen),
            renewals: Arc::clone(&self.renewals),
            live: Arc::clone(&self.live),
            clock: Arc::clone(&self.clock),
            watch: Arc::clone(&self.watch),
            flushed: Instant::now(),
        };
        Ok(Thread::every("utc-tick", self.options.tick, ticker.work())?)
    }

    /// The head is signed once at the start, so that there is a checkpoint from the first answer on.
    fn start_keeping(&self) -> Result<Thread, OpenError> {
        self.keeper.step();
        let keeper = Arc::clone(&self.keeper);
        let every = self.options.log.every;
        Ok(Thread::every("utc-log", every, move || keeper.step())?)
    }

    fn start_measuring(&self) -> Result<Option<Thread>, OpenError> {
        let Some(every) = self.options.queue_tick else {
            return Ok(None);
        };
        let measuring = self.measuring();
        let thread = Thread::every("utc-measure", every, move || measuring.step_or_warn())?;
        Ok(Some(thread))
    }

    /// What looks at the measured queues.
    pub(crate) fn measuring(&self) -> Measuring {
        Measuring {
            store: self.store.clone(),
            journal: Arc::clone(&self.journal),
            cache: Arc::clone(&self.cache),
            clock: Arc::clone(&self.clock),
            watch: Arc::clone(&self.watch),
            server: self.boot.clone(),
            queueing: self.options.queueing,
            controller: self.options.controller,
            every: self.options.queue_tick.unwrap_or(Duration::from_mins(1)),
            retention: Arc::clone(&self.retention),
            memory: Arc::clone(&self.queues),
        }
    }

    /// How it was opened.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The keys that receipts are verified with.
    pub fn key_ring(&self) -> &KeyRing {
        &self.ring
    }

    /// The unit that a name means: aliases are resolved, as far as this process knows.
    pub fn resolve(&self, name: &utc_domain::UnitName) -> utc_domain::UnitName {
        self.cache.resolve(name)
    }

    /// The rules in force, as far as this process knows.
    pub fn policy(&self) -> Arc<PolicySet> {
        self.cache.policy()
    }

    /// Configured units with their level in force: what metrics show.
    pub fn configured_levels(&self) -> Vec<(utc_domain::UnitName, utc_domain::ProtectionLevel)> {
        self.cache.configured_levels(self.clock.now())
    }

    /// The state of the journal.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The head of the log in the database. Blocks.
    pub fn head(&self) -> Result<Option<Head>, AppError> {
        self.store.read(read_head).map_err(Into::into)
    }

    /// Why the clock cannot be trusted now, in words; none when it can. Until it settles levels do not relax,
    /// and no approval is used.
    pub fn clock_trouble(&self) -> Option<String> {
        self.watch.look(self.clock.now());
        self.watch.trouble()
    }

    /// Ends what runs in the background, refuses new work, writes what waits, stops.
    pub fn close(&self) {
        self.replays.cancel_all();
        self.exports.cancel_all();
        if (self.options.queue_tick.is_some() || self.queues.is_leading())
            && let Err(error) = self.measuring().end()
        {
            tracing::debug!(error = chain(&error), "what was counted last is lost");
        }
        drop(flush(
            &self.cache,
            &self.journal,
            &self.seen,
            &self.renewals,
        ));
        self.journal.close();
        if self.log_fault.is_none() {
            // What was committed last is remembered too.
            self.keeper.depart();
        }
    }

    /// What is wrong with the log, where it was opened to look at it ([`Accepted::Looking`](crate::log::Accepted)).
    pub fn log_fault(&self) -> Option<&LogFault> {
        self.log_fault.as_ref()
    }

    /// What was closed because the log was set back and that was accepted.
    pub fn closed(&self) -> Option<Closed> {
        self.closed
    }

    pub(crate) fn keeper(&self) -> &Arc<Keeper> {
        &self.keeper
    }

    pub(crate) fn vault(&self) -> &Arc<Vault> {
        &self.vault
    }

    pub(crate) fn scorer(&self) -> &Scorer {
        &self.scorer
    }

    /// Wakes the scorer.
    pub(crate) fn wake(&self) -> &Arc<Wake> {
        &self.scorer.wake
    }

    /// The name of this process, which no other has or had.
    pub(crate) fn boot(&self) -> &str {
        &self.boot
    }

    pub(crate) fn setup_secret(&self) -> &SetupSecret {
        &self.setup
    }

    pub(crate) fn seen(&self) -> &Seen {
        &self.seen
    }

    pub(crate) fn replays(&self) -> &Works<Replayed> {
        &self.replays
    }

    pub(crate) fn exports(&self) -> &Works<KeptBundle> {
        &self.exports
    }

    pub(crate) fn live(&self) -> &Live {
        &self.live
    }

    pub(crate) fn minutes(&self) -> &Minutes {
        &self.minutes
    }

    pub(crate) fn simulating(&self) -> &Places {
        &self.simulating
    }

    pub(crate) fn renewals(&self) -> &Renewals {
        &self.renewals
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn cache(&self) -> &Arc<StateCache> {
        &self.cache
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Whether the clock can be trusted, asked when an approval is used.
    pub(crate) fn clock_settled(&self) -> impl Fn() -> bool + Send + 'static {
        let (clock, watch) = (Arc::clone(&self.clock), Arc::clone(&self.watch));
        move || {
            watch.look(clock.now());
            watch.trouble().is_none()
        }
    }

    /// Whether levels may relax, asked when an observation is taken.
    pub(crate) fn relaxing(&self) -> impl Fn() -> Relaxing + Send + 'static {
        let (clock, watch) = (Arc::clone(&self.clock), Arc::clone(&self.watch));
        move || {
            watch.look(clock.now());
            match watch.trouble() {
                None => Relaxing::Allowed,
                Some(_) => Relaxing::Held,
            }
        }
    }

    /// Runs a control job and gives its answer.
    pub(crate) fn control<T, F>(&self, work: F) -> Ticket<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<Plan<T>, AppError> + Send + 'static,
    {
        self.control_with_receipts(work).map(|(answer, _)| answer)
    }

    /// The same with the receipts as they were committed.
    pub(crate) fn control_with_receipts<T, F>(&self, work: F) -> Ticket<Done<T>>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<Plan<T>, AppError> + Send + 'static,
    {
        let (job, ticket) = Task::boxed(Arc::clone(&self.cache), work);
        self.journal.submit(job);
        ticket
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.threads.clear();
        self.scoring = None;
        self.close();
    }
}
