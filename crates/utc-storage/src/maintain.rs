//! Reset, backup, restore: what an administrator does to the whole database.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use diesel::RunQueryDsl;
use diesel::sql_types::{BigInt, Text};

use crate::connection::{Location, Purpose, connect};
use crate::lock::Lock;
use crate::{StorageError, lock, migrate};

/// Deletes everything and makes an empty schema. Refuses while a server uses the database.
pub fn reset(location: &Location) -> Result<(), StorageError> {
    let _lock = lock::exclusive(location)?;
    match location {
        Location::Sqlite(path) => remove(path)?,
        Location::Postgres(_) => migrate::revert_all(location)?,
    }
    migrate::run(location).map(drop)
}

/// Writes a copy of a SQLite database to a file that does not exist yet. Works beside a running server: the copy
/// is the state of one moment.
pub fn backup(location: &Location, to: &Path) -> Result<(), StorageError> {
    if to.exists() {
        let source = io::Error::new(
            io::ErrorKind::AlreadyExists,
            "there is a file of this name already",
        );
        return Err(StorageError::File {
            path: to.display().to_string(),
            source,
        });
    }
    let mut db = connect(location, Purpose::Maintain)?;
    let query = diesel::sql_query("VACUUM INTO $1");
    query
        .bind::<Text, _>(to.to_string_lossy().into_owned())
        .execute(&mut db)?;
    let synced = fs::File::open(to).and_then(|file| file.sync_all());
    synced.map_err(|source| StorageError::File {
        path: to.display().to_string(),
        source,
    })
}

/// Puts a backup in the place of a SQLite database, for whoever holds its lock. Refuses a backup that is not one of this
/// program, is damaged, or is newer than this program, and one that `judge` refuses, who sees a copy; then nothing is
/// changed. What was there before is kept, its name followed by `.before-restore`.
pub fn restore<E: From<StorageError>>(
    location: &Location,
    from: &Path,
    _alone: &Lock,
    judge: impl FnOnce(&Location) -> Result<(), E>,
) -> Result<(), E> {
    let Location::Sqlite(path) = location else {
        let reason = "only SQLite is restored by this program".to_owned();
        return Err(StorageError::Address { reason }.into());
    };
    let failed = |source| StorageError::File {
        path: from.display().to_string(),
        source,
    };
    let copy = named(path, ".restoring");
    remove(&copy)?;
    fs::copy(from, &copy).map_err(failed)?;
    let as_location = Location::Sqlite(copy.clone());
    let judged = check_backup(&as_location)
        .map_err(E::from)
        .and_then(|()| judge(&as_location))
        .and_then(|()| close_up(&as_location).map_err(E::from));
    if let Err(error) = judged {
        remove(&copy)?;
        return Err(error);
    }
    put_aside(path)?;
    fs::rename(&copy, path).map_err(failed)?;
    remove(&copy)?;
    Ok(sync_folder(path)?)
}

/// Keeps the files of the database under another name.
fn put_aside(path: &Path) -> Result<(), StorageError> {
    let kept = named(path, ".before-restore");
    remove(&kept)?;
    for suffix in ["", "-wal", "-shm"] {
        let (file, kept) = (named(path, suffix), named(&kept, suffix));
        match fs::rename(&file, kept) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(StorageError::File {
                    path: file.display().to_string(),
                    source,
                });
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

fn named(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// A damaged or foreign file must be found before it takes the database's place.
fn check_backup(copy: &Location) -> Result<(), StorageError> {
    let status = migrate::status(copy)?;
    if status.applied.is_empty() {
        return Err(corrupt("it is not a database of this program"));
    }
    let mut db = connect(copy, Purpose::Maintain)?;
    let check: Check = diesel::sql_query("SELECT quick_check AS result FROM pragma_quick_check")
        .get_result(&mut db)?;
    if check.result == "ok" {
        Ok(())
    } else {
        Err(corrupt("it is damaged"))
    }
}

/// Everything into the file itself, so that the rename takes it all along.
fn close_up(copy: &Location) -> Result<(), StorageError> {
    #[derive(diesel::QueryableByName)]
    struct Copied {
        #[diesel(sql_type = BigInt)]
        busy: i64,
    }
    let mut db = connect(copy, Purpose::Maintain)?;
    let copied: Copied =
        diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(&mut db)?;
    if copied.busy == 0 {
        Ok(())
    } else {
        Err(corrupt("its write-ahead log could not be taken in"))
    }
}

#[derive(diesel::QueryableByName)]
struct Check {
    #[diesel(sql_type = Text)]
    result: String,
}

fn corrupt(reason: &'static str) -> StorageError {
    StorageError::Corrupt {
        column: "backup",
        source: reason.into(),
    }
}

fn remove(path: &Path) -> Result<(), StorageError> {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        match fs::remove_file(&name) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(StorageError::File {
                    path: PathBuf::from(name).display().to_string(),
                    source,
                });
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

fn sync_folder(path: &Path) -> Result<(), StorageError> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."));
    let synced = fs::File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|source| StorageError::File {
        path: folder.display().to_string(),
        source,
    })
}

/// The size of the database in bytes.
pub fn size_bytes(location: &Location) -> Result<u64, StorageError> {
    #[derive(diesel::QueryableByName)]
    struct Size {
        #[diesel(sql_type = BigInt)]
        bytes: i64,
    }
    let sql = match location {
        Location::Sqlite(_) => {
            "SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()"
        }
        Location::Postgres(_) => "SELECT pg_database_size(current_database()) AS bytes",
    };
    let size: Size =
        diesel::sql_query(sql).get_result(&mut connect(location, Purpose::Maintain)?)?;
    Ok(size.bytes.unsigned_abs())
}
