//! Whom notices are sent to.

use diesel::prelude::*;

use crate::StorageError;
use crate::connection::Db;
use crate::schema::webhooks;

/// A webhook.
#[derive(Clone, PartialEq, Eq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = webhooks, treat_none_as_null = true)]
pub struct WebhookRow {
    /// The id: it rises with time.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Where notices go. It may be a secret.
    pub url: String,
    /// `standard` or `slack`.
    pub format: String,
    /// What signs, sealed; none where nothing is signed.
    pub secret: Option<String>,
    /// Names of kinds with a space between them.
    pub events: String,
    /// Patterns of units, one a line; none: every unit.
    pub units: Option<String>,
    /// Whether it gets notices.
    pub enabled: bool,
    /// When it was made.
    pub created_at: i64,
    /// Who made it.
    pub created_by: String,
    /// When it was last changed.
    pub updated_at: i64,
    /// The receipt of the last change.
    pub receipt_id: String,
    /// What signed before, sealed, and signs beside the new one for a while.
    pub previous_secret: Option<String>,
    /// Until when it does.
    pub previous_until: Option<i64>,
}

/// Every webhook, oldest first.
pub fn all(db: &mut Db) -> Result<Vec<WebhookRow>, StorageError> {
    Ok(webhooks::table
        .order(webhooks::id.asc())
        .select(webhooks::all_columns)
        .load(db)?)
}

/// Every webhook that gets notices, oldest first.
pub fn enabled(db: &mut Db) -> Result<Vec<WebhookRow>, StorageError> {
    Ok(webhooks::table
        .filter(webhooks::enabled.eq(true))
        .order(webhooks::id.asc())
        .select(webhooks::all_columns)
        .load(db)?)
}

/// The webhook with this id.
pub fn find(db: &mut Db, id: &str) -> Result<Option<WebhookRow>, StorageError> {
    Ok(webhooks::table
        .find(id)
        .select(webhooks::all_columns)
        .get_result(db)
        .optional()?)
}

/// The webhook of this name.
pub fn by_name(db: &mut Db, name: &str) -> Result<Option<WebhookRow>, StorageError> {
    Ok(webhooks::table
        .filter(webhooks::name.eq(name))
        .select(webhooks::all_columns)
        .first(db)
        .optional()?)
}

/// Adds a webhook.
pub fn insert(db: &mut Db, row: &WebhookRow) -> Result<(), StorageError> {
    diesel::insert_into(webhooks::table)
        .values(row)
        .execute(db)?;
    Ok(())
}

/// Sets every column of a webhook.
pub fn update(db: &mut Db, row: &WebhookRow) -> Result<(), StorageError> {
    diesel::update(webhooks::table.find(&row.id))
        .set(row)
        .execute(db)?;
    Ok(())
}

/// Removes a webhook. What waits for it must be gone before.
pub fn remove(db: &mut Db, id: &str) -> Result<(), StorageError> {
    diesel::delete(webhooks::table.find(id)).execute(db)?;
    Ok(())
}
