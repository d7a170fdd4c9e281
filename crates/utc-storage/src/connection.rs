//! Connections: one type for both databases, set up the same way each time.

use std::fmt;
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection as _;
use diesel::{PgConnection, SqliteConnection};

use crate::StorageError;
pub use crate::db::Db;

/// Where the data is.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL address, `postgres://…`.
    Postgres(String),
}

impl Location {
    /// Reads `sqlite://./data/utc.db`, `sqlite:///./data/utc.db`, `sqlite:///absolute/path` or `postgres://…`.
    pub fn parse(text: &str) -> Result<Self, StorageError> {
        let address = |reason: &str| StorageError::Address {
            reason: reason.to_owned(),
        };
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        let path = text
            .strip_prefix("sqlite://")
            .ok_or_else(|| address("the scheme is neither"))?;
        let path = if path.starts_with("/./") {
            path.trim_start_matches('/')
        } else {
            path
        };
        match path {
            "" => Err(address("the path is missing")),
            ":memory:" => Err(address("the journal needs a file, not `:memory:`")),
            _ => Ok(Self::Sqlite(PathBuf::from(path))),
        }
    }

    /// The SQLite file, if it is one.
    pub fn sqlite_path(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }
}

/// Shows the address without a password.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(url) => {
                let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
                match rest.rsplit_once('@') {
                    Some((user, host)) => {
                        let user = user.split(':').next().unwrap_or(user);
                        write!(
                            f,
                            "{scheme}://{user}@{}",
                            host.split('?').next().unwrap_or(host)
                        )
                    }
                    None => write!(f, "{scheme}://{}", rest.split('?').next().unwrap_or(rest)),
                }
            }
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The journal's writer: never checkpoints by itself.
    Write,
    /// Queries only.
    Read,
    /// Migrations, checkpoints, administration.
    Maintain,
}

/// Opens a connection and sets it up.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that opens connections"
)]
pub fn connect(location: &Location, purpose: Purpose) -> Result<Db, StorageError> {
    let failed = |source| StorageError::Connect {
        database: location.to_string(),
        source,
    };
    let mut connection = match location {
        Location::Sqlite(path) => {
            let inner =
                <SqliteConnection as diesel::Connection>::establish(&path.to_string_lossy())
                    .map_err(failed)?;
            Db::Sqlite(inner)
        }
        Location::Postgres(url) => {
            let url = with_bounds(url);
            Db::Postgres(<PgConnection as diesel::Connection>::establish(&url).map_err(failed)?)
        }
    };
    connection.batch_execute(&setup(location, purpose))?;
    Ok(connection)
}

/// A server that went away without a word is noticed within seconds, not hours: libpq waits for ever by default. What
/// the address says itself stays.
const BOUNDS: [(&str, &str); 5] = [
    ("connect_timeout", "5"),
    ("keepalives_idle", "10"),
    ("keepalives_interval", "5"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "15000"),
];

fn with_bounds(url: &str) -> String {
    let missing = BOUNDS.iter().filter(|(name, _)| !url.contains(name));
    missing.fold(url.to_owned(), |url, (name, value)| {
        let separator = if url.contains('?') { '&' } else { '?' };
        format!("{url}{separator}{name}={value}")
    })
}

/// WAL and FULL: a commit is on disk when it returns. The waits on PostgreSQL are bounded, so that a
/// stuck peer turns into an error instead of a hang.
fn setup(location: &Location, purpose: Purpose) -> String {
    match location {
        Location::Sqlite(_) => {
            let own = match purpose {
                // Each job has a savepoint; what it would undo need not go through a file.
                Purpose::Write => {
                    "PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-32768; PRAGMA temp_store=MEMORY;"
                }
                Purpose::Read => "PRAGMA query_only=ON; PRAGMA cache_size=-4096;",
                Purpose::Maintain => "",
            };
            format!(
                "PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; \
                 PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; {own}"
            )
        }
        Location::Postgres(_) => {
            let own = match purpose {
                Purpose::Write => {
                    "SET lock_timeout='2s'; SET statement_timeout='10s'; SET idle_in_transaction_session_timeout='5s';"
                }
                Purpose::Read => {
                    "SET default_transaction_read_only=on; SET statement_timeout='10s';"
                }
                Purpose::Maintain => "SET lock_timeout='30s';",
            };
            format!("SET synchronous_commit=on; SET client_min_messages=warning; {own}")
        }
    }
}

/// Lends connections to readers.
pub(crate) struct Manager {
    pub(crate) location: Location,
}

impl r2d2::ManageConnection for Manager {
    type Connection = Db;
    type Error = StorageError;

    fn connect(&self) -> Result<Db, StorageError> {
        connect(&self.location, Purpose::Read)
    }

    fn is_valid(&self, connection: &mut Db) -> Result<(), StorageError> {
        connection.batch_execute("SELECT 1").map_err(Into::into)
    }

    fn has_broken(&self, connection: &mut Db) -> bool {
        match connection {
            Db::Sqlite(_) => false,
            Db::Postgres(inner) => diesel::r2d2::R2D2Connection::is_broken(inner),
        }
    }
}
