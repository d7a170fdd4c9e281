//! The schema's versions.

use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::connection::{Db, Location, Purpose, connect};
use crate::{StorageError, lock};

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

type Boxed = Box<dyn std::error::Error + Send + Sync>;

/// What the database has and what this program would add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaStatus {
    /// The migrations that have run, oldest first.
    pub applied: Vec<String>,
    /// The migrations that this program knows and that have not run.
    pub pending: Vec<String>,
}

/// Compares the database with this program; an error when the database is newer. Takes the migration lock, for even
/// to ask makes the table of migrations where there is none.
pub fn status(location: &Location) -> Result<SchemaStatus, StorageError> {
    let _lock = lock::migration(location)?;
    status_of(&mut connect(location, Purpose::Maintain)?)
}

fn status_of(connection: &mut Db) -> Result<SchemaStatus, StorageError> {
    let (applied, known) = match connection {
        Db::Sqlite(inner) => (inner.applied_migrations(), names::<Sqlite>(&SQLITE)),
        Db::Postgres(inner) => (inner.applied_migrations(), names::<Pg>(&POSTGRES)),
    };
    let mut applied: Vec<String> = applied
        .map_err(StorageError::Migrate)?
        .iter()
        .map(ToString::to_string)
        .collect();
    applied.sort();
    let known = known.map_err(StorageError::Migrate)?;
    if let Some(unknown) = applied.iter().find(|version| !known.contains(version)) {
        return Err(StorageError::SchemaTooNew {
            unknown: unknown.clone(),
        });
    }
    let pending = known
        .into_iter()
        .filter(|version| !applied.contains(version))
        .collect();
    Ok(SchemaStatus { applied, pending })
}

fn names<D: diesel::backend::Backend>(source: &EmbeddedMigrations) -> Result<Vec<String>, Boxed> {
    let migrations: Vec<Box<dyn Migration<D>>> = source.migrations()?;
    Ok(migrations
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect())
}

/// Brings the schema up to date. Takes the migration lock, so that two processes never migrate at once.
pub fn run(location: &Location) -> Result<SchemaStatus, StorageError> {
    let _lock = lock::migration(location)?;
    let mut connection = connect(location, Purpose::Maintain)?;
    let before = status_of(&mut connection)?;
    match &mut connection {
        Db::Sqlite(inner) => inner.run_pending_migrations(SQLITE).map(drop),
        Db::Postgres(inner) => inner.run_pending_migrations(POSTGRES).map(drop),
    }
    .map_err(StorageError::Migrate)?;
    Ok(before)
}

/// Takes every migration back, newest first: nothing of this program is left in the database.
pub fn revert_all(location: &Location) -> Result<(), StorageError> {
    let _lock = lock::migration(location)?;
    let mut connection = connect(location, Purpose::Maintain)?;
    match &mut connection {
        Db::Sqlite(inner) => inner.revert_all_migrations(SQLITE).map(drop),
        Db::Postgres(inner) => inner.revert_all_migrations(POSTGRES).map(drop),
    }
    .map_err(StorageError::Migrate)
}
