//! Who may use the database: a server among others, or one administrator alone.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use diesel::RunQueryDsl;
use diesel::sql_types::Bool;

use crate::StorageError;
use crate::connection::{Db, Location, Purpose, connect};
use crate::store::make_folder;

/// Advisory lock numbers on PostgreSQL; any fixed numbers would do.
const SERVER: i64 = 0x7574_6301;
const MIGRATION: i64 = 0x7574_6302;

/// A held lock; released when dropped.
pub struct Lock {
    _held: Held,
}

enum Held {
    File(#[expect(dead_code, reason = "the lock lives as long as the open file")] File),
    Session(#[expect(dead_code, reason = "the lock lives as long as the session")] Box<Db>),
}

/// The lock of a running server. On SQLite one server holds the file; on PostgreSQL servers share it.
pub fn server(location: &Location) -> Result<Lock, StorageError> {
    take(location, ".lock", "pg_try_advisory_lock_shared", SERVER)
}

/// The lock of an operation that no server may see happen: reset, restore.
pub fn exclusive(location: &Location) -> Result<Lock, StorageError> {
    take(location, ".lock", "pg_try_advisory_lock", SERVER)
}

/// Waits for the lock of migrations.
pub(crate) fn migration(location: &Location) -> Result<Lock, StorageError> {
    match location {
        Location::Sqlite(path) => {
            let path = beside(path, ".migrate.lock");
            let file = open(&path)?;
            file.lock().map_err(|source| StorageError::File {
                path: path.display().to_string(),
                source,
            })?;
            Ok(Lock {
                _held: Held::File(file),
            })
        }
        Location::Postgres(_) => {
            let mut connection = connect(location, Purpose::Maintain)?;
            diesel::sql_query(format!("SELECT pg_advisory_lock({MIGRATION})"))
                .execute(&mut connection)?;
            Ok(Lock {
                _held: Held::Session(Box::new(connection)),
            })
        }
    }
}

fn take(
    location: &Location,
    suffix: &str,
    function: &str,
    number: i64,
) -> Result<Lock, StorageError> {
    match location {
        Location::Sqlite(path) => {
            let lock = beside(path, suffix);
            let file = open(&lock)?;
            let in_use = StorageError::InUse {
                database: location.to_string(),
                lock: lock.display().to_string(),
            };
            file.try_lock().map_err(|_| in_use)?;
            Ok(Lock {
                _held: Held::File(file),
            })
        }
        Location::Postgres(_) => {
            let mut connection = connect(location, Purpose::Maintain)?;
            let sql = format!("{function}({number})");
            let free: bool =
                diesel::select(diesel::dsl::sql::<Bool>(&sql)).get_result(&mut connection)?;
            if !free {
                return Err(StorageError::InUse {
                    database: location.to_string(),
                    lock: sql,
                });
            }
            Ok(Lock {
                _held: Held::Session(Box::new(connection)),
            })
        }
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn open(path: &Path) -> Result<File, StorageError> {
    path.parent().map_or(Ok(()), make_folder)?;
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path);
    file.map_err(|source| StorageError::File {
        path: path.display().to_string(),
        source,
    })
}
