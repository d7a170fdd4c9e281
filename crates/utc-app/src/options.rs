//! How a console works.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use utc_domain::{Clock, Timestamp};
use utc_policy::UnknownUnits;
use utc_queueing::{RatePrior, Settings};
use utc_storage::connection::Location;
use utc_storage::journal::{Observer, WAL_BOUND};

use crate::clock::SystemClock;
use crate::log::LogOptions;
use crate::signals::SignalOptions;

/// What turns load into a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Controller {
    /// What is measured, by two thresholds and a window.
    Classic,
    /// The same thresholds, and forecasts that must earn their right to act.
    Predictive,
}

/// A word that names no controller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be `classic` or `predictive`")]
pub struct UnknownController;

impl fmt::Display for Controller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Classic => "classic",
            Self::Predictive => "predictive",
        })
    }
}

impl FromStr for Controller {
    type Err = UnknownController;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "classic" => Ok(Self::Classic),
            "predictive" => Ok(Self::Predictive),
            _ => Err(UnknownController),
        }
    }
}

/// How long approvals live, how many may wait, how fast people are thought to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ApprovalOptions {
    /// How long a request waits before it expires; more than nothing.
    pub ttl: Duration,
    /// How long an approval can be used; more than nothing.
    pub grant_ttl: Duration,
    /// How many requests of one subject may wait at a time.
    pub max_pending_per_subject: u32,
    /// How many bytes the open requests of one token may take that the gateway holds.
    pub held_bytes_per_token: u64,
    /// How fast one person is assumed to approve before anything is known.
    pub prior: RatePrior,
}

impl ApprovalOptions {
    /// A day, a quarter of an hour, three, 32 MiB, 0.4 an hour.
    pub const STANDARD: Self = Self {
        ttl: Duration::from_hours(24),
        grant_ttl: Duration::from_mins(15),
        max_pending_per_subject: 3,
        held_bytes_per_token: 32 << 20,
        prior: RatePrior::STANDARD,
    };

    /// How long a request waits, in whole minutes, begun ones too.
    pub(crate) fn ttl_minutes(&self) -> u32 {
        u32::try_from(self.ttl.as_millis().div_ceil(60_000)).unwrap_or(u32::MAX)
    }
}

/// So much later.
pub(crate) fn after(now: Timestamp, span: Duration) -> Timestamp {
    now.plus_micros(i64::try_from(span.as_micros()).unwrap_or(i64::MAX))
}

/// How a [`Console`](crate::Console) works. Start from [`Options::new`] and change what differs.
#[derive(Clone)]
pub struct Options {
    /// Where the data is.
    pub location: Location,
    /// The folder for generated files; the secret is made there when none is given.
    pub data_dir: PathBuf,
    /// The file of the data keys, which hash and seal secrets in the database; made when it is not there. None:
    /// `data.key` in `data_dir`.
    pub data_key_file: Option<PathBuf>,
    /// The signing secret, at least 32 characters; none: one is generated once and kept in `data_dir`.
    pub secret: Option<String>,
    /// The secret that the next key rotation makes active; verifies only until then.
    pub next_secret: Option<String>,
    /// Earlier secrets, which still verify.
    pub previous_secrets: Vec<String>,
    /// The `iss` of receipts.
    pub issuer: String,
    /// How the log is signed and guarded.
    pub log: LogOptions,
    /// What turns load into a level, on units that have no controller of their own. Another one goes on from the level
    /// that it finds.
    pub controller: Controller,
    /// Its settings; the predictive one has windows of its own.
    pub queueing: Settings,
    /// How often what was counted becomes an observation; none: never, as for tools that work beside a server.
    pub queue_tick: Option<Duration>,
    /// How approvals work.
    pub approvals: ApprovalOptions,
    /// How trust signals are taken and scored.
    pub signals: SignalOptions,
    /// Where people reach this installation: scheme, host and port, without a slash at the end. Notices link there.
    pub public_url: Option<String>,
    /// The most units there may be.
    pub max_units: usize,
    /// What happens to writes on units that nobody configured. Set at the start; a change is a receipt.
    pub unknown_units: UnknownUnits,
    /// Whether `unknown_units` becomes part of the policy at the start. Tools that work beside a server leave the
    /// policy as it is.
    pub adopt_settings: bool,
    /// Sees committed batches.
    pub observer: Arc<dyn Observer>,
    /// The most jobs in one transaction.
    pub max_batch: usize,
    /// Places for decisions in front of the journal.
    pub decision_places: usize,
    /// Places for control jobs in front of the journal.
    pub control_places: usize,
    /// The size of SQLite's write-ahead log, in bytes, past which it is started over.
    pub wal_bound: u64,
    /// Tells the time on SQLite, and what this machine's clock says on PostgreSQL.
    pub clock: Arc<dyn Clock>,
    /// How often pins and marks are ended and the state is compared with the database.
    pub tick: Duration,
    /// How long a process counts as alive that has begun to send a held request, unless it says so again; more than two
    /// seconds where it goes on.
    pub execution_lease: Duration,
}

struct Unobserved;

impl Observer for Unobserved {
    fn committed(&self, _jobs: usize, _took: Duration) {}
}

impl Options {
    /// The usual [`Options::execution_lease`]: half a minute.
    pub const EXECUTION_LEASE: Duration = Duration::from_secs(30);

    /// The defaults, for the database at `location`. The data folder is the one of the SQLite file, else `./data`.
    pub fn new(location: Location) -> Self {
        let folder = location
            .sqlite_path()
            .and_then(std::path::Path::parent)
            .map(PathBuf::from);
        Self {
            data_dir: folder.unwrap_or_else(|| PathBuf::from("./data")),
            location,
            data_key_file: None,
            secret: None,
            next_secret: None,
            previous_secrets: Vec::new(),
            issuer: "utc".to_owned(),
            log: LogOptions::default(),
            controller: Controller::Predictive,
            queueing: Settings::classic(),
            queue_tick: None,
            approvals: ApprovalOptions::STANDARD,
            signals: SignalOptions::STANDARD,
            public_url: None,
            max_units: 10_000,
            unknown_units: UnknownUnits::Allow,
            adopt_settings: true,
            observer: Arc::new(Unobserved),
            max_batch: 1_024,
            decision_places: 8_192,
            control_places: 1_024,
            wal_bound: WAL_BOUND,
            clock: Arc::new(SystemClock),
            tick: Duration::from_millis(250),
            execution_lease: Self::EXECUTION_LEASE,
        }
    }
}
