//! An opened database: the pool of readers, and how to begin.

use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::time::Duration;

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Text};
use utc_domain::Timestamp;

use crate::connection::{Db, Location, Manager, Purpose, connect};
use crate::{StorageError, migrate};

/// Readers open at once. More would only share the same two cores' time.
const READERS: u32 = 4;

/// A database that is migrated and can be read.
#[derive(Clone)]
pub struct Store {
    location: Location,
    readers: r2d2::Pool<Manager>,
}

impl Store {
    /// Opens the database, makes its folder if needed, brings the schema up to date.
    pub fn open(location: Location) -> Result<Self, StorageError> {
        if let Some(folder) = location.sqlite_path().and_then(Path::parent) {
            make_folder(folder)?;
        }
        refuse_fsync_off(&location)?;
        if !migrate::status(&location)?.pending.is_empty() {
            migrate::run(&location)?;
        }
        // All at once and for good: one that is still being made on a thread of the pool's when the process ends would meet
        // a TLS library that has cleaned up already, and crash.
        let readers = r2d2::Pool::builder()
            .max_size(READERS)
            .idle_timeout(None)
            .max_lifetime(None)
            // A server that was restarted has closed them.
            .test_on_check_out(true)
            .connection_timeout(Duration::from_secs(5))
            .error_handler(Box::new(r2d2::NopErrorHandler))
            .build(Manager {
                location: location.clone(),
            })
            .map_err(StorageError::Pool)?;
        Ok(Self { location, readers })
    }

    /// Where the data is.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Runs a query on a reader's connection. Blocks; not for async code.
    pub fn read<T, E: From<StorageError>>(
        &self,
        query: impl FnOnce(&mut Db) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.readers.get().map_err(StorageError::Pool)?;
        query(&mut connection)
    }
}

/// Makes the folder of a database, readable by its owner only, unless it is there.
pub(crate) fn make_folder(folder: &Path) -> Result<(), StorageError> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let made = fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder);
    made.map_err(|source| StorageError::File {
        path: folder.display().to_string(),
        source,
    })
}

#[derive(diesel::QueryableByName)]
struct Now {
    #[diesel(sql_type = BigInt)]
    now: i64,
}

/// What the clock of the database's server says; none on SQLite, which has none of its own.
pub fn database_clock(db: &mut Db) -> Result<Option<Timestamp>, StorageError> {
    let sql = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT) AS now";
    match db {
        Db::Sqlite(_) => Ok(None),
        Db::Postgres(inner) => {
            let row: Now = diesel::sql_query(sql).get_result(inner)?;
            Ok(Some(Timestamp::from_micros(row.now)))
        }
    }
}

#[derive(diesel::QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    fsync: String,
}

fn refuse_fsync_off(location: &Location) -> Result<(), StorageError> {
    if location.sqlite_path().is_some() {
        return Ok(());
    }
    let mut connection = connect(location, Purpose::Maintain)?;
    let setting: Setting = diesel::sql_query("SHOW fsync").get_result(&mut connection)?;
    if setting.fsync == "off" {
        Err(StorageError::FsyncOff)
    } else {
        Ok(())
    }
}
