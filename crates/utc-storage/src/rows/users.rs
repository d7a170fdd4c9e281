//! People who sign in.

use diesel::prelude::*;

use crate::StorageError;
use crate::connection::Db;
use crate::schema::users;

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = users, treat_none_as_null = true)]
pub struct UserRow {
    /// The id.
    pub id: String,
    /// The name to sign in with.
    pub name: String,
    /// The hash of the password.
    pub password: String,
    /// Names of roles with a space between them.
    pub roles: String,
    /// Patterns of units, one a line; none: every unit.
    pub units: Option<String>,
    /// When it was made.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
    /// Since when the person may not sign in any more.
    pub disabled_at: Option<i64>,
    /// The receipt of the last change.
    pub receipt_id: String,
    /// The state epoch of the last change.
    pub state_epoch: i64,
}

/// Everybody, by name.
pub fn all(db: &mut Db) -> Result<Vec<UserRow>, StorageError> {
    Ok(users::table
        .order(users::name.asc())
        .select(users::all_columns)
        .load(db)?)
}

/// The person of this name.
pub fn by_name(db: &mut Db, name: &str) -> Result<Option<UserRow>, StorageError> {
    Ok(users::table
        .filter(users::name.eq(name))
        .select(users::all_columns)
        .first(db)
        .optional()?)
}

/// The person with this id.
pub fn find(db: &mut Db, id: &str) -> Result<Option<UserRow>, StorageError> {
    Ok(users::table
        .find(id)
        .select(users::all_columns)
        .get_result(db)
        .optional()?)
}

/// People changed after `epoch`.
pub fn changed_after(db: &mut Db, epoch: i64) -> Result<Vec<UserRow>, StorageError> {
    Ok(users::table
        .filter(users::state_epoch.gt(epoch))
        .select(users::all_columns)
        .load(db)?)
}

/// Whether there is anybody, disabled or not.
pub fn any(db: &mut Db) -> Result<bool, StorageError> {
    let one: Option<String> = users::table.select(users::id).first(db).optional()?;
    Ok(one.is_some())
}

/// Adds a person.
pub fn insert(db: &mut Db, row: &UserRow) -> Result<(), StorageError> {
    diesel::insert_into(users::table).values(row).execute(db)?;
    Ok(())
}

/// Sets every column of a person.
pub fn update(db: &mut Db, row: &UserRow) -> Result<(), StorageError> {
    diesel::update(users::table.find(&row.id))
        .set(row)
        .execute(db)?;
    Ok(())
}

/// Stores a person's password anew, where it is still `old`.
pub fn renew_password(db: &mut Db, id: &str, old: &str, new: &str) -> Result<(), StorageError> {
    let same = users::table
        .filter(users::id.eq(id))
        .filter(users::password.eq(old));
    diesel::update(same)
        .set(users::password.eq(new))
        .execute(db)?;
    Ok(())
}
