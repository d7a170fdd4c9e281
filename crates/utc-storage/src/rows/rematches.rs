//! Whose events wait to be matched again.

use diesel::prelude::*;

use super::events::EventRow;
use super::fixed::{Fixed, Value};
use crate::StorageError;
use crate::connection::Db;
use crate::schema::{events, open_entities, rematches, unit_signals};

/// Events that name this entity.
pub const ENTITY: &str = "entity";
/// Events that match this unit.
pub const UNIT: &str = "unit";
/// Events of this source.
pub const SOURCE: &str = "source";

/// Events that wait to be matched again.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct RematchRow {
    /// [`ENTITY`], [`UNIT`] or [`SOURCE`].
    pub kind: String,
    /// Which one.
    pub name: String,
    /// The number of the last event that was looked at; -1 before the first.
    pub after: i64,
    /// The moment of the transaction that asked for it.
    pub asked: i64,
}

/// Whose events are to be matched again, from the first one on.
pub fn put(db: &mut Db, kind: &str, name: &str, asked: i64) -> Result<(), StorageError> {
    let put = Fixed {
        text: &[
            "INSERT INTO rematches (kind, name, after, asked) VALUES (",
            ", ",
            ", -1, ",
            ") ON CONFLICT (kind, name) DO UPDATE SET after = -1, asked = excluded.asked",
        ],
        values: [Value::Text(kind), Value::Text(name), Value::Int(asked)],
    };
    put.run(db)?;
    Ok(())
}

/// Whether any wait.
pub fn any(db: &mut Db) -> Result<bool, StorageError> {
    let one: Option<String> = rematches::table
        .select(rematches::name)
        .first(db)
        .optional()?;
    Ok(one.is_some())
}

/// One of those that wait; none where nothing does. What was asked for at `now`, so in the same batch, is left out: the names
/// that it is about are not known yet.
pub fn next(db: &mut Db, now: i64) -> Result<Option<RematchRow>, StorageError> {
    Ok(rematches::table
        .filter(rematches::asked.ne(now))
        .order((rematches::kind.asc(), rematches::name.asc()))
        .select(rematches::all_columns)
        .first(db)
        .optional()?)
}

/// The next events of it, oldest first, at most `limit`.
pub fn events(db: &mut Db, of: &RematchRow, limit: i64) -> Result<Vec<EventRow>, StorageError> {
    let query = events::table
        .filter(events::seq.gt(of.after))
        .order(events::seq.asc())
        .limit(limit)
        .select(events::all_columns)
        .into_boxed();
    let query = match of.kind.as_str() {
        ENTITY => {
            let named = open_entities::table
                .filter(open_entities::entity.eq(&of.name))
                .filter(open_entities::event.gt(of.after))
                .order(open_entities::event.asc())
                .limit(limit)
                .select(open_entities::event);
            query.filter(events::seq.eq_any(named))
        }
        UNIT => {
            let matched = unit_signals::table
                .filter(unit_signals::unit.eq(&of.name))
                .filter(unit_signals::event.gt(of.after))
                .order(unit_signals::event.asc())
                .limit(limit)
                .select(unit_signals::event);
            query.filter(events::seq.eq_any(matched))
        }
        _ => query.filter(events::source.eq(&of.name)),
    };
    Ok(query.load(db)?)
}

/// Notes up to where its events were looked at; with none, that all were.
pub fn settle(db: &mut Db, of: &RematchRow, last: Option<i64>) -> Result<(), StorageError> {
    let row = rematches::table.find((&of.kind, &of.name));
    match last {
        Some(last) => diesel::update(row)
            .set(rematches::after.eq(last))
            .execute(db)?,
        None => diesel::delete(row).execute(db)?,
    };
    Ok(())
}
