//! What was taken already.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::StorageError;
use crate::connection::Db;
use crate::schema::event_keys;

/// Keys of one query.
const CHUNK: usize = 500;

/// What an event is recognised by.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = event_keys)]
pub struct EventKeyRow {
    /// The key; it begins with the source.
    pub key: String,
    /// The digest of what must not change under it, 32 bytes.
    pub content: Vec<u8>,
    /// Until when it is remembered.
    pub until: i64,
}

/// What is known under each of these keys.
pub fn known(db: &mut Db, keys: &[&str]) -> Result<HashMap<String, Vec<u8>>, StorageError> {
    let mut known = HashMap::new();
    for some in keys.chunks(CHUNK) {
        let rows: Vec<(String, Vec<u8>)> = event_keys::table
            .filter(event_keys::key.eq_any(some))
            .select((event_keys::key, event_keys::content))
            .load(db)?;
        known.extend(rows);
    }
    Ok(known)
}

/// Remembers keys.
pub fn insert(db: &mut Db, rows: &[EventKeyRow]) -> Result<(), StorageError> {
    super::events::insert_each!(db, event_keys::table, rows);
    Ok(())
}

/// Forgets keys whose time is over, at most `limit`.
pub fn forget(db: &mut Db, now: i64, limit: i64) -> Result<usize, StorageError> {
    let old: Vec<String> = event_keys::table
        .filter(event_keys::until.lt(now))
        .order(event_keys::until.asc())
        .limit(limit)
        .select(event_keys::key)
        .load(db)?;
    Ok(diesel::delete(event_keys::table.filter(event_keys::key.eq_any(old))).execute(db)?)
}
