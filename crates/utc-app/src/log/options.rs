//! How the log is signed and guarded.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use utc_domain::Subject;

/// Takes checkpoints away from this machine, to where whoever owns the database cannot change them.
pub trait CheckpointSink: Send + Sync {
    /// Takes one. Must not block for long; a failure is the sink's to report.
    fn take(&self, checkpoint: &str);

    /// Waits until what was taken is carried away or has failed. Nothing is taken after this.
    fn finish(&self);
}

/// What is accepted at the start that otherwise stops it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// Whatever is wrong, to look at it: nothing can be written, nothing is signed.
    Looking,
    /// Nothing outside the database remembers the log any more.
    LostGuard {
        /// Who accepts it.
        actor: Subject,
    },
    /// The database was set back, or receipts were changed: the log goes on under a new name.
    Rollback {
        /// Who accepts it.
        actor: Subject,
        /// Why.
        reason: String,
    },
}

/// How the log is signed and guarded.
#[derive(Clone)]
pub struct LogOptions {
    /// The name of a log that begins: a schemeless address such as `trust.example.org/log`.
    pub origin: String,
    /// The file of the key that signs checkpoints. None: `log.key` in the data folder.
    pub key_file: Option<PathBuf>,
    /// The file that remembers the log's head. None: `guard.json` in the data folder.
    pub guard_file: Option<PathBuf>,
    /// How often the head is looked at, and when it has moved, remembered and signed.
    pub every: Duration,
    /// How often those who may not read the log's fresh head get a newer one: the rate of decisions is nobody's business.
    pub public_every: Duration,
    /// Where checkpoints are copied to.
    pub sink: Option<Arc<dyn CheckpointSink>>,
    /// What is accepted that otherwise stops the start.
    pub accepted: Option<Accepted>,
}

impl Default for LogOptions {
    fn default() -> Self {
        Self {
            origin: "utc.local/log".to_owned(),
            key_file: None,
            guard_file: None,
            every: Duration::from_secs(1),
            public_every: Duration::from_mins(1),
            sink: None,
            accepted: None,
        }
    }
}

impl LogOptions {
    pub(crate) fn key_path(&self, data_dir: &Path) -> PathBuf {
        let given = self.key_file.clone();
        given.unwrap_or_else(|| data_dir.join("log.key"))
    }

    pub(crate) fn guard_path(&self, data_dir: &Path) -> PathBuf {
        let given = self.guard_file.clone();
        given.unwrap_or_else(|| data_dir.join("guard.json"))
    }
}
