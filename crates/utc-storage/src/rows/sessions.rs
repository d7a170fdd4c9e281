//! Sessions of people in browsers.

use diesel::prelude::*;

use crate::StorageError;
use crate::connection::Db;
use crate::schema::sessions;

/// A session.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = sessions)]
pub struct SessionRow {
    /// The id.
    pub id: String,
    /// Whose it is.
    pub user_id: String,
    /// The keyed hash of the secret in the cookie.
    pub secret_hash: String,
    /// When it began.
    pub created_at: i64,
    /// When it was last used, to the minute.
    pub last_seen_at: i64,
    /// When it ends at the latest.
    pub expires_at: i64,
}

/// The session with this id.
pub fn find(db: &mut Db, id: &str) -> Result<Option<SessionRow>, StorageError> {
    Ok(sessions::table
        .find(id)
        .select(sessions::all_columns)
        .get_result(db)
        .optional()?)
}

/// Every session, newest first; of one person where `user` is given.
pub fn all(db: &mut Db, user: Option<&str>) -> Result<Vec<SessionRow>, StorageError> {
    let mut query = sessions::table
        .order((sessions::created_at.desc(), sessions::id.asc()))
        .select(sessions::all_columns)
        .into_boxed();
    if let Some(user) = user {
        query = query.filter(sessions::user_id.eq(user.to_owned()));
    }
    Ok(query.load(db)?)
}

/// Adds a session.
pub fn insert(db: &mut Db, row: &SessionRow) -> Result<(), StorageError> {
    diesel::insert_into(sessions::table)
        .values(row)
        .execute(db)?;
    Ok(())
}

/// Ends a session; false when there is none.
pub fn remove(db: &mut Db, id: &str) -> Result<bool, StorageError> {
    Ok(diesel::delete(sessions::table.find(id)).execute(db)? == 1)
}

/// Ends every session of one person.
pub fn remove_of(db: &mut Db, user: &str) -> Result<usize, StorageError> {
    Ok(diesel::delete(sessions::table.filter(sessions::user_id.eq(user))).execute(db)?)
}

/// Ends every session of one person but one.
pub fn remove_others(db: &mut Db, user: &str, kept: &str) -> Result<usize, StorageError> {
    let others = sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::id.ne(kept));
    Ok(diesel::delete(others).execute(db)?)
}

/// Ends every session.
pub fn remove_all(db: &mut Db) -> Result<usize, StorageError> {
    Ok(diesel::delete(sessions::table).execute(db)?)
}

/// Forgets sessions that ended before `now`, or were last used before `idle_since`.
pub fn remove_ended(db: &mut Db, now: i64, idle_since: i64) -> Result<usize, StorageError> {
    let ended = sessions::table.filter(
        sessions::expires_at
            .le(now)
            .or(sessions::last_seen_at.le(idle_since)),
    );
    Ok(diesel::delete(ended).execute(db)?)
}

/// Remembers when a session was last used; never moves it back.
pub fn seen(db: &mut Db, id: &str, at: i64) -> Result<(), StorageError> {
    let earlier = sessions::table
        .filter(sessions::id.eq(id))
        .filter(sessions::last_seen_at.lt(at));
    diesel::update(earlier)
        .set(sessions::last_seen_at.eq(at))
        .execute(db)?;
    Ok(())
}

/// Stores the hash of a session anew, where it is still `old`.
pub fn renew_hash(db: &mut Db, id: &str, old: &str, new: &str) -> Result<(), StorageError> {
    let same = sessions::table
        .filter(sessions::id.eq(id))
        .filter(sessions::secret_hash.eq(old));
    diesel::update(same)
        .set(sessions::secret_hash.eq(new))
        .execute(db)?;
    Ok(())
}
