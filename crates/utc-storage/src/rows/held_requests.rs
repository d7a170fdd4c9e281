//! Requests of the gateway that wait for people, and what upstreams answered to them. Both are sealed.

use diesel::dsl::sum;
use diesel::prelude::*;

use crate::StorageError;
use crate::connection::Db;
use crate::schema::{approvals, held_requests};

#[diesel::declare_sql_function]
extern "SQL" {
    /// How many bytes there are. Reads none of them on SQLite.
    fn length(
        bytes: diesel::sql_types::Nullable<diesel::sql_types::Binary>,
    ) -> diesel::sql_types::Nullable<diesel::sql_types::Integer>;
}

/// A held request.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = held_requests, treat_none_as_null = true)]
pub struct HeldRow {
    /// The approval that it waits for.
    pub approval_id: String,
    /// The sealed request; none once erased.
    pub request: Option<Vec<u8>>,
    /// The earliest time to send it, or to ask again whether it may be sent.
    pub not_before: i64,
    /// The process that sends it.
    pub owner: Option<String>,
    /// Until when that process counts as alive.
    pub lease_until: Option<i64>,
    /// The receipt of the decision that allowed it.
    pub allowed_by: Option<String>,
    /// The sealed answer; none before there is one, and once it is erased.
    pub answer: Option<Vec<u8>>,
    /// When its outcome was recorded.
    pub finished_at: Option<i64>,
}

impl HeldRow {
    /// One that waits.
    pub fn waiting(approval_id: String, request: Vec<u8>, now: i64) -> Self {
        Self {
            approval_id,
            request: Some(request),
            not_before: now,
            owner: None,
            lease_until: None,
            allowed_by: None,
            answer: None,
            finished_at: None,
        }
    }
}

/// Adds one.
pub fn insert(db: &mut Db, row: &HeldRow) -> Result<(), StorageError> {
    diesel::insert_into(held_requests::table)
        .values(row)
        .execute(db)?;
    Ok(())
}

/// The held request of an approval.
pub fn find(db: &mut Db, approval_id: &str) -> Result<Option<HeldRow>, StorageError> {
    Ok(held_requests::table
        .find(approval_id)
        .select(held_requests::all_columns)
        .get_result(db)
        .optional()?)
}

/// Whether a request was held for the approval, also when it is erased by now.
pub fn exists(db: &mut Db, approval_id: &str) -> Result<bool, StorageError> {
    let one: Option<String> = held_requests::table
        .find(approval_id)
        .select(held_requests::approval_id)
        .get_result(db)
        .optional()?;
    Ok(one.is_some())
}

/// Those that still hold something sealed, in the order of their ids, after this one.
pub fn sealed_after(db: &mut Db, after: &str, limit: i64) -> Result<Vec<HeldRow>, StorageError> {
    let sealed = held_requests::request
        .is_not_null()
        .or(held_requests::answer.is_not_null());
    Ok(held_requests::table
        .filter(held_requests::approval_id.gt(after))
        .filter(sealed)
        .order(held_requests::approval_id.asc())
        .limit(limit)
        .select(held_requests::all_columns)
        .load(db)?)
}

/// How many bytes the requests of a token take that wait for people, or for being sent.
pub fn open_bytes(db: &mut Db, token: &str) -> Result<u64, StorageError> {
    let open = approvals::status
        .eq("pending")
        .or(approvals::status.eq("approved"));
    let bytes: Option<i64> = held_requests::table
        .inner_join(approvals::table)
        .filter(open)
        .filter(approvals::token.eq(token))
        .select(sum(length(held_requests::request)))
        .first(db)?;
    Ok(u64::try_from(bytes.unwrap_or(0)).unwrap_or(0))
}

/// Sets every column of the row.
pub fn update(db: &mut Db, row: &HeldRow) -> Result<(), StorageError> {
    diesel::update(held_requests::table.find(&row.approval_id))
        .set(row)
        .execute(db)?;
    Ok(())
}

/// Approved requests that nobody sends and that may be sent at `now`, the longest waiting first: approval and unit.
pub fn ready(db: &mut Db, now: i64, limit: i64) -> Result<Vec<(String, String)>, StorageError> {
    Ok(held_requests::table
        .inner_join(approvals::table)
        .filter(approvals::status.eq("approved"))
        .filter(held_requests::not_before.le(now))
        .order((held_requests::not_before.asc(), approvals::id.asc()))
        .limit(limit)
        .select((approvals::id, approvals::unit))
        .load(db)?)
}

/// Requests that are being sent by a process which does not count as alive at `now`, or by another one than `owner` where
/// only one can be alive.
pub fn abandoned(
    db: &mut Db,
    now: i64,
    only_owner: Option<&str>,
) -> Result<Vec<HeldRow>, StorageError> {
    let mut query = held_requests::table
        .filter(held_requests::lease_until.is_not_null())
        .select(held_requests::all_columns)
        .order(held_requests::approval_id.asc())
        .into_boxed();
    query = match only_owner {
        Some(owner) => query.filter(held_requests::owner.ne(owner.to_owned())),
        None => query.filter(held_requests::lease_until.le(now)),
    };
    Ok(query.load(db)?)
}

/// Whether `owner` sends something and would not count as alive any more at `until`.
pub fn must_renew(db: &mut Db, owner: &str, until: i64) -> Result<bool, StorageError> {
    let one: Option<String> = held_requests::table
        .filter(held_requests::owner.eq(owner))
        .filter(held_requests::lease_until.lt(until))
        .select(held_requests::approval_id)
        .first(db)
        .optional()?;
    Ok(one.is_some())
}

/// Lets everything that `owner` sends count as sent by a living process until then. False when it sends nothing.
pub fn renew(db: &mut Db, owner: &str, until: i64) -> Result<bool, StorageError> {
    let own = held_requests::table.filter(held_requests::owner.eq(owner));
    let count = diesel::update(own)
        .set(held_requests::lease_until.eq(Some(until)))
        .execute(db)?;
    Ok(count > 0)
}

/// Erases the request of an approval.
pub fn erase_request(db: &mut Db, approval_id: &str) -> Result<(), StorageError> {
    diesel::update(held_requests::table.find(approval_id))
        .set(held_requests::request.eq(None::<Vec<u8>>))
        .execute(db)?;
    Ok(())
}

/// Whether an answer was recorded before `before` and is still there.
pub fn any_old_answer(db: &mut Db, before: i64) -> Result<bool, StorageError> {
    let one: Option<String> = held_requests::table
        .filter(held_requests::answer.is_not_null())
        .filter(held_requests::finished_at.lt(before))
        .select(held_requests::approval_id)
        .first(db)
        .optional()?;
    Ok(one.is_some())
}

/// Erases the answers that were recorded before `before`.
pub fn erase_old_answers(db: &mut Db, before: i64) -> Result<(), StorageError> {
    let old = held_requests::table
        .filter(held_requests::answer.is_not_null())
        .filter(held_requests::finished_at.lt(before));
    diesel::update(old)
        .set(held_requests::answer.eq(None::<Vec<u8>>))
        .execute(db)?;
    Ok(())
}
