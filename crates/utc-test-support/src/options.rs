//! One installation: its folder, its database, its environment.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};

use crate::TempDir;
use crate::postgres::{PostgresDatabase, fresh_database};
use crate::program::admin;

/// The secret that installations sign with unless told otherwise.
pub const SECRET: &str = "only-for-tests-0123456789abcdef0123456789abcdef";

/// One installation. It outlives its servers: start, kill and start again with the same options. Its folder and
/// database go with the last clone.
#[derive(Clone)]
pub struct ServerOptions {
    folder: Arc<TempDir>,
    /// Where the keys and the log's guard are: servers of one database share them.
    keys: Arc<TempDir>,
    database: Option<Arc<PostgresDatabase>>,
    token: Arc<Mutex<Option<String>>>,
    environment: BTreeMap<String, String>,
}

impl ServerOptions {
    /// An installation on a new SQLite file.
    pub fn sqlite() -> Self {
        let folder = TempDir::new();
        let file = folder.path().join("data").join("utc.db");
        let url = format!("sqlite://{}", file.display());
        Self::new(folder, None).env("DATABASE_URL", &url)
    }

    /// An installation on a new PostgreSQL database.
    pub fn postgres() -> Self {
        let database = fresh_database();
        let url = database.url().to_owned();
        Self::new(TempDir::new(), Some(Arc::new(database))).env("DATABASE_URL", &url)
    }

    fn new(folder: TempDir, database: Option<Arc<PostgresDatabase>>) -> Self {
        let data = folder.path().join("data").display().to_string();
        let keys = TempDir::new();
        let kept = |name: &str| keys.path().join(name).display().to_string();
        let key_file = kept("data.key");
        let (log_key, guard) = (kept("log.key"), kept("guard.json"));
        let options = Self {
            folder: Arc::new(folder),
            keys: Arc::new(keys),
            database,
            token: Arc::default(),
            environment: BTreeMap::new(),
        };
        options
            .env("UTC_DATA_KEY_FILE", &key_file)
            .env("UTC_LOG_KEY_FILE", &log_key)
            .env("UTC_GUARD_FILE", &guard)
            .env("APP_HOST", "127.0.0.1")
            .env("APP_PORT", "0")
            .env("GATEWAY_PORT", "0")
            .env("HMAC_SECRET", SECRET)
            .env("LOG_FORMAT", "json")
            .env("UTC_DATA_DIR", &data)
    }

    /// Another machine's installation on the same database, with the same secret and data keys.
    #[must_use]
    pub fn beside(&self) -> Self {
        let folder = TempDir::new();
        let data = folder.path().join("data").display().to_string();
        let mut other = self.clone();
        other.folder = Arc::new(folder);
        other.env("UTC_DATA_DIR", &data)
    }

    /// The token of an administrator, made once for each database; none where the installation is such that none can
    /// be made.
    pub fn token(&self) -> Option<String> {
        let mut known = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_none() {
            let made = admin(self, &["token", "create", "tests", "--role", "admin"]);
            let made = made.status.success().then_some(made.stdout);
            *known = made.map(|text| text.trim().to_owned());
        }
        known.clone()
    }

    /// What remembers the log's head.
    pub fn guard_file(&self) -> PathBuf {
        self.keys.path().join("guard.json")
    }

    /// The key that signs the log's checkpoints.
    pub fn log_key_file(&self) -> PathBuf {
        self.keys.path().join("log.key")
    }

    /// Where the data keys are.
    pub fn key_file(&self) -> PathBuf {
        self.keys.path().join("data.key")
    }

    /// The same installation with this variable set.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        if name == "DATABASE_URL" {
            self.token = Arc::default();
        }
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The same installation without this variable.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.environment.remove(name);
        self
    }

    /// Its working directory; `data` is below it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The value of `DATABASE_URL`.
    pub fn database_url(&self) -> &str {
        self.environment.get("DATABASE_URL").map_or("", |url| url)
    }

    /// Whether it has a PostgreSQL database of its own.
    pub fn is_postgres(&self) -> bool {
        self.database.is_some()
    }

    /// A command that sees this environment and nothing else.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(&self.environment)
            .current_dir(self.folder());
        command
    }
}

impl fmt::Debug for ServerOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerOptions")
            .field("folder", &self.folder())
            .field("environment", &self.environment)
            .finish_non_exhaustive()
    }
}
