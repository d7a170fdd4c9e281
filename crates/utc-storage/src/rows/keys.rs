//! The log's signing keys and their ranges.

use diesel::prelude::*;

use crate::StorageError;
use crate::connection::Db;
use crate::schema::{key_compromises, log_keys};

/// A signing key and the positions it signed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = log_keys)]
pub struct KeyRow {
    /// The key's name.
    pub kid: String,
    /// The first position it signed.
    pub from_seq: i64,
    /// The last position it signed; none while it is active.
    pub until_seq: Option<i64>,
    /// `active` or `retired`.
    pub state: String,
}

/// Every key, oldest first.
pub fn all(db: &mut Db) -> Result<Vec<KeyRow>, StorageError> {
    let rows = log_keys::table
        .order(log_keys::from_seq.asc())
        .select((
            log_keys::kid,
            log_keys::from_seq,
            log_keys::until_seq,
            log_keys::state,
        ))
        .load(db)?;
    Ok(rows)
}

/// Ends the active key's range at `until_seq` and begins the range of `next` after it.
pub fn rotate(db: &mut Db, next: &str, until_seq: i64) -> Result<(), StorageError> {
    diesel::update(log_keys::table.filter(log_keys::state.eq("active")))
        .set((
            log_keys::state.eq("retired"),
            log_keys::until_seq.eq(Some(until_seq)),
        ))
        .execute(db)?;
    insert(db, next, until_seq + 1)
}

/// Begins the range of an active key.
pub fn insert(db: &mut Db, kid: &str, from_seq: i64) -> Result<(), StorageError> {
    let row = KeyRow {
        kid: kid.to_owned(),
        from_seq,
        until_seq: None,
        state: "active".to_owned(),
    };
    diesel::insert_into(log_keys::table)
        .values(&row)
        .execute(db)?;
    Ok(())
}

/// That others could sign with a key.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = key_compromises)]
pub struct CompromiseRow {
    /// The position of the receipt that says so.
    pub seq: i64,
    /// Which key.
    pub kid: String,
    /// The first position whose tag does not count.
    pub from_seq: i64,
}

/// All that was said, oldest first.
pub fn compromises(db: &mut Db) -> Result<Vec<CompromiseRow>, StorageError> {
    let rows = key_compromises::table.order(key_compromises::seq.asc());
    Ok(rows.load(db)?)
}

/// Keeps that others could sign with a key.
pub fn compromise(db: &mut Db, row: &CompromiseRow) -> Result<(), StorageError> {
    diesel::insert_into(key_compromises::table)
        .values(row)
        .execute(db)?;
    Ok(())
}
