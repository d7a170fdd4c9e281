//! What was taken already.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::StorageError;
use crate::connection::Db;
use crate::schema::event_keys;

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
    match db {
        // One by one: a statement for each number of keys would be prepared anew each time.
        Db::Sqlite(inner) => {
            let mut known = HashMap::new();
            for key in keys {
                let content: Option<Vec<u8>> = event_keys::table
                    .find(key)
                    .select(event_keys::content)
                    .get_result(inner)
                    .optional()?;
                known.extend(content.map(|content| ((*key).to_owned(), content)));
            }
            Ok(known)
        }
        Db::Postgres(inner) => {
            let rows: Vec<(String, Vec<u8>)> = event_keys::table
                .filter(event_keys::key.eq_any(keys))
                .select((event_keys::key, event_keys::content))
                .load(inner)?;
            Ok(rows.into_iter().collect())
        }
    }
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
