//! Notices that wait to be sent, and what became of those that do not wait any more.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::StorageError;
use crate::connection::Db;
use crate::schema::outbox;

/// What the partial index holds, word for word as the migration says it: a database uses such an index only when the
/// query says the same.
const PENDING: &str = "state = 'pending'";

/// The same for the other index.
const ENDED: &str = "state <> 'pending'";

/// One notice to one webhook.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = outbox, treat_none_as_null = true)]
pub struct OutboxRow {
    /// The id: it rises with time, and goes out with each attempt.
    pub id: String,
    /// Whom it goes to.
    pub webhook_id: String,
    /// What it tells of.
    pub kind: String,
    /// What is sent, byte for byte.
    pub body: String,
    /// `pending`, `delivered` or `dead`.
    pub state: String,
    /// How often it was tried since it was put here, or put here again.
    pub attempts: i64,
    /// When what it tells of happened.
    pub created_at: i64,
    /// When it is tried next, while it waits.
    pub next_at: Option<i64>,
    /// When it was taken or given up.
    pub ended_at: Option<i64>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// Which server sends it now.
    pub lease_owner: Option<String>,
    /// Until when the others leave it alone.
    pub lease_until: Option<i64>,
}

/// One page of deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What was found, newest first.
    pub rows: Vec<OutboxRow>,
    /// Where to go on: list again before this id. None at the end.
    pub next: Option<String>,
}

/// Adds notices.
pub fn insert(db: &mut Db, row: &OutboxRow) -> Result<(), StorageError> {
    diesel::insert_into(outbox::table).values(row).execute(db)?;
    Ok(())
}

/// The notice with this id.
pub fn find(db: &mut Db, id: &str) -> Result<Option<OutboxRow>, StorageError> {
    Ok(outbox::table
        .find(id)
        .select(outbox::all_columns)
        .get_result(db)
        .optional()?)
}

/// Sets every column of a notice.
pub fn update(db: &mut Db, row: &OutboxRow) -> Result<(), StorageError> {
    diesel::update(outbox::table.find(&row.id))
        .set(row)
        .execute(db)?;
    Ok(())
}

/// What waits for a webhook, is due at `now` and is not being sent, the longest due first.
pub fn due(
    db: &mut Db,
    webhook: &str,
    now: i64,
    limit: i64,
) -> Result<Vec<OutboxRow>, StorageError> {
    let free = outbox::lease_until
        .is_null()
        .or(outbox::lease_until.le(now));
    Ok(outbox::table
        .filter(sql::<Bool>(PENDING))
        .filter(outbox::webhook_id.eq(webhook))
        .filter(outbox::next_at.le(now))
        .filter(free)
        .order((outbox::next_at.asc(), outbox::id.asc()))
        .limit(limit)
        .select(outbox::all_columns)
        .load(db)?)
}

/// Whether anything is due at `now` and is not being sent.
pub fn any_due(db: &mut Db, now: i64) -> Result<bool, StorageError> {
    let free = outbox::lease_until
        .is_null()
        .or(outbox::lease_until.le(now));
    let one: Option<String> = outbox::table
        .filter(sql::<Bool>(PENDING))
        .filter(outbox::next_at.le(now))
        .filter(free)
        .select(outbox::id)
        .first(db)
        .optional()?;
    Ok(one.is_some())
}

/// How many notices to a webhook are being sent at `now`.
pub fn count_leased(db: &mut Db, webhook: &str, now: i64) -> Result<i64, StorageError> {
    Ok(outbox::table
        .filter(sql::<Bool>(PENDING))
        .filter(outbox::webhook_id.eq(webhook))
        .filter(outbox::lease_until.gt(now))
        .count()
        .get_result(db)?)
}

/// How many wait.
pub fn count_pending(db: &mut Db) -> Result<u64, StorageError> {
    let count: i64 = outbox::table
        .filter(sql::<Bool>(PENDING))
        .count()
        .get_result(db)?;
    Ok(count.unsigned_abs())
}

/// One page of what is kept of a webhook, in one state or in any, newest first.
pub fn page(
    db: &mut Db,
    webhook: &str,
    state: Option<&str>,
    before: Option<&str>,
    limit: usize,
) -> Result<Page, StorageError> {
    let one_more = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
    let mut query = outbox::table
        .filter(outbox::webhook_id.eq(webhook.to_owned()))
        .order(outbox::id.desc())
        .limit(one_more)
        .select(outbox::all_columns)
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(outbox::state.eq(state.to_owned()));
    }
    if let Some(before) = before {
        query = query.filter(outbox::id.lt(before.to_owned()));
    }
    let mut rows: Vec<OutboxRow> = query.load(db)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| row.id.clone());
    Ok(Page { rows, next })
}

/// Gives up everything that waits for a webhook.
pub fn give_up(db: &mut Db, webhook: &str, why: &str, now: i64) -> Result<usize, StorageError> {
    let none: Option<i64> = None;
    let waiting = outbox::table
        .filter(sql::<Bool>(PENDING))
        .filter(outbox::webhook_id.eq(webhook));
    Ok(diesel::update(waiting)
        .set((
            outbox::state.eq("dead"),
            outbox::next_at.eq(none),
            outbox::ended_at.eq(Some(now)),
            outbox::last_error.eq(Some(why)),
            outbox::lease_owner.eq(None::<String>),
            outbox::lease_until.eq(none),
        ))
        .execute(db)?)
}

/// Forgets everything about a webhook.
pub fn remove_of(db: &mut Db, webhook: &str) -> Result<usize, StorageError> {
    let of = outbox::table.filter(outbox::webhook_id.eq(webhook));
    Ok(diesel::delete(of).execute(db)?)
}

/// Forgets everything.
pub fn remove_all(db: &mut Db) -> Result<usize, StorageError> {
    Ok(diesel::delete(outbox::table).execute(db)?)
}

/// Whether something was taken before `delivered` or given up before `dead`.
pub fn any_ended(db: &mut Db, delivered: i64, dead: i64) -> Result<bool, StorageError> {
    let one: Option<String> = outbox::table
        .filter(sql::<Bool>(ENDED))
        .filter(outbox::ended_at.le(delivered))
        .filter(outbox::state.eq("delivered").or(outbox::ended_at.le(dead)))
        .select(outbox::id)
        .first(db)
        .optional()?;
    Ok(one.is_some())
}

/// Forgets what was taken before `delivered` or given up before `dead`.
pub fn remove_ended(db: &mut Db, delivered: i64, dead: i64) -> Result<usize, StorageError> {
    let ended = outbox::table
        .filter(sql::<Bool>(ENDED))
        .filter(outbox::ended_at.le(delivered))
        .filter(outbox::state.eq("delivered").or(outbox::ended_at.le(dead)));
    Ok(diesel::delete(ended).execute(db)?)
}
