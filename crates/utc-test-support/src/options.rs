//! One installation: its folder, its database, its environment.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use crate::TempDir;
use crate::postgres::{PostgresDatabase, fresh_database};

/// The secret that installations sign with unless told otherwise.
pub const SECRET: &str = "only-for-tests-0123456789abcdef0123456789abcdef";

/// One installation. It outlives its servers: start, kill and start again with the same options. Its folder and
/// database go with the last clone.
#[derive(Clone)]
pub struct ServerOptions {
    folder: Arc<TempDir>,
    database: Option<Arc<PostgresDatabase>>,
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
        let options = Self {
            folder: Arc::new(folder),
            database,
            environment: BTreeMap::new(),
        };
        options
            .env("APP_HOST", "127.0.0.1")
            .env("APP_PORT", "0")
            .env("HMAC_SECRET", SECRET)
            .env("LOG_FORMAT", "json")
            .env("UTC_DATA_DIR", &data)
    }

    /// Another machine's installation on the same database, with the same secret.
    #[must_use]
    pub fn beside(&self) -> Self {
        let folder = TempDir::new();
        let data = folder.path().join("data").display().to_string();
        let mut other = self.clone();
        other.folder = Arc::new(folder);
        other.env("UTC_DATA_DIR", &data)
    }

    /// The same installation with this variable set.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
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
