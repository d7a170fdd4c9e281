//! What events name by which they may come to match further units.

use diesel::prelude::*;

use super::fixed::{Fixed, Value};
use crate::StorageError;
use crate::connection::Db;
use crate::schema::open_entities;

/// An entity that an event names.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = open_entities)]
pub struct OpenEntityRow {
    /// The entity, in the source's words.
    pub entity: String,
    /// The event's number.
    pub event: i64,
}

/// Adds those of new events.
pub fn insert(db: &mut Db, rows: &[OpenEntityRow]) -> Result<(), StorageError> {
    super::events::insert_each!(db, open_entities::table, rows);
    Ok(())
}

/// Adds one, unless it is there.
pub fn put(db: &mut Db, entity: &str, event: i64) -> Result<(), StorageError> {
    let put = Fixed {
        text: &[
            "INSERT INTO open_entities (entity, event) VALUES (",
            ", ",
            ") ON CONFLICT (entity, event) DO NOTHING",
        ],
        values: [Value::Text(entity), Value::Int(event)],
    };
    put.run(db)?;
    Ok(())
}

/// Takes one out, if it is there.
pub fn remove(db: &mut Db, entity: &str, event: i64) -> Result<(), StorageError> {
    diesel::delete(open_entities::table.find((entity, event))).execute(db)?;
    Ok(())
}

/// Whether any event names it.
pub fn is_open(db: &mut Db, entity: &str) -> Result<bool, StorageError> {
    let one: Option<i64> = open_entities::table
        .filter(open_entities::entity.eq(entity))
        .select(open_entities::event)
        .first(db)
        .optional()?;
    Ok(one.is_some())
}
