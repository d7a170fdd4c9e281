//! API tokens. The secret itself is nowhere; rows hold a keyed hash of it.

use diesel::prelude::*;

use crate::StorageError;
use crate::connection::Db;
use crate::schema::tokens;

/// A token.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = tokens, treat_none_as_null = true)]
pub struct TokenRow {
    /// The public half, which stands in the token.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The keyed hash of the secret half.
    pub secret_hash: String,
    /// Names of roles with a space between them.
    pub roles: String,
    /// Patterns of subjects it speaks for, one a line; none: every subject.
    pub subjects: Option<String>,
    /// Patterns of units, one a line; none: every unit.
    pub units: Option<String>,
    /// The person it belongs to.
    pub owner: Option<String>,
    /// When it was made.
    pub created_at: i64,
    /// Who made it.
    pub created_by: String,
    /// Until when it is accepted.
    pub expires_at: Option<i64>,
    /// Since when it is not accepted until somebody resumes it.
    pub suspended_at: Option<i64>,
    /// Since when it is not accepted any more.
    pub revoked_at: Option<i64>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<i64>,
    /// The receipt of the last change.
    pub receipt_id: String,
    /// The state epoch of the last change.
    pub state_epoch: i64,
}

/// Every token, newest first.
pub fn all(db: &mut Db) -> Result<Vec<TokenRow>, StorageError> {
    Ok(tokens::table
        .order((tokens::created_at.desc(), tokens::id.asc()))
        .select(tokens::all_columns)
        .load(db)?)
}

/// The token with this id.
pub fn find(db: &mut Db, id: &str) -> Result<Option<TokenRow>, StorageError> {
    Ok(tokens::table
        .find(id)
        .select(tokens::all_columns)
        .get_result(db)
        .optional()?)
}

/// The token of this name that is not revoked.
pub fn by_name(db: &mut Db, name: &str) -> Result<Option<TokenRow>, StorageError> {
    Ok(tokens::table
        .filter(tokens::name.eq(name))
        .filter(tokens::revoked_at.is_null())
        .select(tokens::all_columns)
        .first(db)
        .optional()?)
}

/// Names of the tokens that belong to a person, revoked ones too.
pub fn names_of(db: &mut Db, owner: &str) -> Result<Vec<String>, StorageError> {
    Ok(tokens::table
        .filter(tokens::owner.eq(owner))
        .select(tokens::name)
        .load(db)?)
}

/// Tokens changed after `epoch`.
pub fn changed_after(db: &mut Db, epoch: i64) -> Result<Vec<TokenRow>, StorageError> {
    Ok(tokens::table
        .filter(tokens::state_epoch.gt(epoch))
        .select(tokens::all_columns)
        .load(db)?)
}

/// Whether there is any token, revoked or not.
pub fn any(db: &mut Db) -> Result<bool, StorageError> {
    let one: Option<String> = tokens::table.select(tokens::id).first(db).optional()?;
    Ok(one.is_some())
}

/// Adds a token.
pub fn insert(db: &mut Db, row: &TokenRow) -> Result<(), StorageError> {
    diesel::insert_into(tokens::table).values(row).execute(db)?;
    Ok(())
}

/// Sets every column of a token but its last use.
pub fn update(db: &mut Db, row: &TokenRow) -> Result<(), StorageError> {
    let last_used_at: Option<i64> = tokens::table
        .find(&row.id)
        .select(tokens::last_used_at)
        .get_result(db)?;
    let row = TokenRow {
        last_used_at,
        ..row.clone()
    };
    diesel::update(tokens::table.find(&row.id))
        .set(&row)
        .execute(db)?;
    Ok(())
}

/// Remembers when a token was last used; never moves it back.
pub fn used(db: &mut Db, id: &str, at: i64) -> Result<(), StorageError> {
    let earlier = tokens::table.filter(tokens::id.eq(id)).filter(
        tokens::last_used_at
            .is_null()
            .or(tokens::last_used_at.lt(at)),
    );
    diesel::update(earlier)
        .set(tokens::last_used_at.eq(Some(at)))
        .execute(db)?;
    Ok(())
}

/// Stores the hash of a token anew, where it is still `old`.
pub fn renew_hash(db: &mut Db, id: &str, old: &str, new: &str) -> Result<(), StorageError> {
    let same = tokens::table
        .filter(tokens::id.eq(id))
        .filter(tokens::secret_hash.eq(old));
    diesel::update(same)
        .set(tokens::secret_hash.eq(new))
        .execute(db)?;
    Ok(())
}
