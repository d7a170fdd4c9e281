//! What makes a repeated request the same one: the caller's key, and which receipt answered it.

use diesel::prelude::*;

use crate::StorageError;
use crate::connection::Db;
use crate::schema::idempotency_keys;

/// An answered request.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = idempotency_keys)]
pub struct KeyRow {
    /// With what it was asked, as in [`super::approvals::ApprovalRow::token`].
    pub token: String,
    /// The caller's key.
    pub key: String,
    /// The digest of the request as it was sent.
    pub digest: String,
    /// The decision that answered it.
    pub decision: String,
    /// The receipt that answered it.
    pub receipt_id: String,
    /// When.
    pub created_at: i64,
    /// Until when it is remembered.
    pub expires_at: i64,
}

/// What a key stands for, unless it was forgotten by `now`.
pub fn find(db: &mut Db, token: &str, key: &str, now: i64) -> Result<Option<KeyRow>, StorageError> {
    Ok(idempotency_keys::table
        .find((token, key))
        .filter(idempotency_keys::expires_at.gt(now))
        .select(idempotency_keys::all_columns)
        .get_result(db)
        .optional()?)
}

/// Remembers what a key stands for, in place of what has ended.
pub fn put(db: &mut Db, row: &KeyRow) -> Result<(), StorageError> {
    let ended = idempotency_keys::table
        .find((&row.token, &row.key))
        .filter(idempotency_keys::expires_at.le(row.created_at));
    diesel::delete(ended).execute(db)?;
    diesel::insert_into(idempotency_keys::table)
        .values(row)
        .execute(db)?;
    Ok(())
}

/// Whether something has ended by `now`.
pub fn any_ended(db: &mut Db, now: i64) -> Result<bool, StorageError> {
    let one: Option<String> = idempotency_keys::table
        .filter(idempotency_keys::expires_at.le(now))
        .select(idempotency_keys::key)
        .first(db)
        .optional()?;
    Ok(one.is_some())
}

/// Forgets what has ended by `now`.
pub fn remove_ended(db: &mut Db, now: i64) -> Result<usize, StorageError> {
    let ended = idempotency_keys::table.filter(idempotency_keys::expires_at.le(now));
    Ok(diesel::delete(ended).execute(db)?)
}
