//! Who sends trust signals.

use diesel::prelude::*;

use super::fixed::{Fixed, Value};
use crate::StorageError;
use crate::connection::Db;
use crate::schema::sources;

/// A source.
#[derive(Clone, PartialEq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = sources, primary_key(name), treat_none_as_null = true)]
pub struct SourceRow {
    /// Its name.
    pub name: String,
    /// `appeared`, `registered` or `authoritative`.
    pub standing: String,
    /// How far it is believed, from 0 to 1.
    pub trust: f64,
    /// How it proves itself: `token`, `standard_webhooks`, `github` or `ssf`.
    pub signature: String,
    /// What it signs with, sealed.
    pub secret: Option<String>,
    /// What it signed with before, sealed, and may for a while.
    pub previous_secret: Option<String>,
    /// Until when it may.
    pub previous_until: Option<i64>,
    /// Where its keys are: a file or a URL.
    pub jwks: Option<String>,
    /// Its `iss`.
    pub issuer: Option<String>,
    /// What `aud` may name, one a line.
    pub audience: Option<String>,
    /// The id of its stream.
    pub stream_id: Option<String>,
    /// What it last said of its stream: `enabled`, `paused` or `disabled`.
    pub stream_status: Option<String>,
    /// Why, in its words.
    pub stream_reason: Option<String>,
    /// States of verifications that wait to be answered, one a line.
    pub expected_states: Option<String>,
    /// When it last answered a verification.
    pub verified_at: Option<i64>,
    /// Patterns of units, one a line; none: every unit, by name only.
    pub units: Option<String>,
    /// When it was first heard of.
    pub created_at: i64,
    /// When a person last changed it.
    pub updated_at: i64,
    /// Who did.
    pub updated_by: String,
    /// The receipt of that; none for a source that only appeared.
    pub receipt_id: Option<String>,
    /// When it last said anything.
    pub last_seen_at: Option<i64>,
    /// How many events were taken from it.
    pub events: i64,
    /// How many came again.
    pub repeats: i64,
    /// The day of `quota_used`, counted since 1970.
    pub quota_day: i64,
    /// How many events were taken on that day.
    pub quota_used: i64,
}

/// The source of this name.
pub fn find(db: &mut Db, name: &str) -> Result<Option<SourceRow>, StorageError> {
    Ok(sources::table
        .find(name)
        .select(sources::all_columns)
        .get_result(db)
        .optional()?)
}

/// Every source, by name.
pub fn all(db: &mut Db) -> Result<Vec<SourceRow>, StorageError> {
    Ok(sources::table
        .order(sources::name.asc())
        .select(sources::all_columns)
        .load(db)?)
}

/// How many sources there are that nobody registered.
pub fn count_appeared(db: &mut Db) -> Result<i64, StorageError> {
    Ok(sources::table
        .filter(sources::standing.eq("appeared"))
        .count()
        .get_result(db)?)
}

/// Adds a source.
pub fn insert(db: &mut Db, row: &SourceRow) -> Result<(), StorageError> {
    diesel::insert_into(sources::table)
        .values(row)
        .execute(db)?;
    Ok(())
}

/// Sets every column of a source.
pub fn update(db: &mut Db, row: &SourceRow) -> Result<(), StorageError> {
    diesel::update(sources::table.find(&row.name))
        .set(row)
        .execute(db)?;
    Ok(())
}

/// Sets what was counted of a source: what it sent, and when.
pub fn count(db: &mut Db, row: &SourceRow) -> Result<(), StorageError> {
    let counted = Fixed {
        text: &[
            "UPDATE sources SET last_seen_at = ",
            ", events = ",
            ", repeats = ",
            ", quota_day = ",
            ", quota_used = ",
            " WHERE name = ",
            "",
        ],
        values: [
            Value::MaybeInt(row.last_seen_at),
            Value::Int(row.events),
            Value::Int(row.repeats),
            Value::Int(row.quota_day),
            Value::Int(row.quota_used),
            Value::Text(&row.name),
        ],
    };
    counted.run(db)?;
    Ok(())
}
