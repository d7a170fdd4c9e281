//! Requests that wait for people.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::StorageError;
use crate::connection::Db;
use crate::schema::approvals;

/// How many entries of an index one page of a search looks at.
pub const WINDOW: i64 = 1_000;

/// What the partial index holds, word for word as the migration says it: a database uses such an index only when the
/// query says the same.
const OPEN: &str = "status IN ('pending', 'approved')";

const PENDING: &str = "pending";

/// An approval.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = approvals, treat_none_as_null = true)]
pub struct ApprovalRow {
    /// The id: it rises with time.
    pub id: String,
    /// Where it stands.
    pub status: String,
    /// What became of the held request that it allowed.
    pub execution: String,
    /// Who asked.
    pub subject: String,
    /// What for.
    pub action: String,
    /// On which unit, by its own name.
    pub unit: String,
    /// The number of the unit's configuration when it was asked; 0 before the first.
    pub config_version: i64,
    /// The digest of the request's body, as the caller computed it.
    pub payload_hash: Option<String>,
    /// The digest of everything that is bound.
    pub request_digest: String,
    /// The number of the policy set when it was asked.
    pub policy_version: i64,
    /// Its digest.
    pub policy_digest: String,
    /// The unit's level in force when it was asked.
    pub protection_level: String,
    /// Who asked, as receipts name whoever acts: `token:ci`, `user:ann`.
    pub requester: String,
    /// With what it was asked: a token's id, `user:` and a user's id, or `local`.
    pub token: String,
    /// The person behind it.
    pub owner: String,
    /// How many different people have to approve.
    pub quorum: i64,
    /// The request that was pending already and asks for exactly the same.
    pub identical_to: Option<String>,
    /// When it was asked.
    pub created_at: i64,
    /// When the present status ends: waiting, or the grant.
    pub expires_at: i64,
    /// When enough people had approved.
    pub decided_at: Option<i64>,
    /// When it reached a status that is final.
    pub ended_at: Option<i64>,
    /// The receipt of the decision that asked for it.
    pub receipt_id: String,
    /// The receipt of the last thing that happened to it.
    pub last_receipt_id: String,
}

/// What to search for; all given conditions must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Exactly this status.
    pub status: Option<String>,
    /// Exactly this unit.
    pub unit: Option<String>,
    /// Exactly this subject.
    pub subject: Option<String>,
    /// Asked with exactly this.
    pub token: Option<String>,
    /// Older than the approval with this id.
    pub before: Option<String>,
}

/// One page of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What was found, newest first.
    pub rows: Vec<ApprovalRow>,
    /// Where to go on: search again before this id. None at the end.
    pub next: Option<String>,
}

/// Adds an approval.
pub fn insert(db: &mut Db, row: &ApprovalRow) -> Result<(), StorageError> {
    diesel::insert_into(approvals::table)
        .values(row)
        .execute(db)?;
    Ok(())
}

/// The approval with this id.
pub fn find(db: &mut Db, id: &str) -> Result<Option<ApprovalRow>, StorageError> {
    Ok(approvals::table
        .find(id)
        .select(approvals::all_columns)
        .get_result(db)
        .optional()?)
}

/// Sets every column of an approval that has the status `from`; false when it has another one: somebody was first.
pub fn update(db: &mut Db, row: &ApprovalRow, from: &str) -> Result<bool, StorageError> {
    let present = approvals::table
        .filter(approvals::id.eq(&row.id))
        .filter(approvals::status.eq(from));
    Ok(diesel::update(present).set(row).execute(db)? == 1)
}

/// Says what became of the held request of an approval that has `from` there; false when it has another value.
pub fn set_execution(db: &mut Db, id: &str, from: &str, to: &str) -> Result<bool, StorageError> {
    let present = approvals::table
        .filter(approvals::id.eq(id))
        .filter(approvals::execution.eq(from));
    let count = diesel::update(present)
        .set(approvals::execution.eq(to))
        .execute(db)?;
    Ok(count == 1)
}

/// Everything that waits for votes, oldest first.
pub fn pending(db: &mut Db) -> Result<Vec<ApprovalRow>, StorageError> {
    Ok(approvals::table
        .filter(approvals::status.eq(PENDING))
        .order(approvals::id.asc())
        .select(approvals::all_columns)
        .load(db)?)
}

/// The units on which something waits for votes, each once.
pub fn pending_units(db: &mut Db) -> Result<Vec<String>, StorageError> {
    Ok(approvals::table
        .filter(approvals::status.eq(PENDING))
        .select(approvals::unit)
        .distinct()
        .load(db)?)
}

/// Of the newest `limit` approvals the unit, the quorum, and when it was asked; newest first.
pub fn newest(db: &mut Db, limit: i64) -> Result<Vec<(String, i64, i64)>, StorageError> {
    Ok(approvals::table
        .order(approvals::id.desc())
        .limit(limit)
        .select((approvals::unit, approvals::quorum, approvals::created_at))
        .load(db)?)
}

/// When an approval was asked for, and when it no longer waited.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct SpanRow {
    /// On which unit.
    pub unit: String,
    /// When it was asked.
    pub created_at: i64,
    /// When enough people had approved.
    pub decided_at: Option<i64>,
    /// When it reached a status that is final.
    pub ended_at: Option<i64>,
}

/// When the newest `limit` approvals waited, newest first.
pub fn spans(db: &mut Db, limit: i64) -> Result<Vec<SpanRow>, StorageError> {
    let columns = (
        approvals::unit,
        approvals::created_at,
        approvals::decided_at,
        approvals::ended_at,
    );
    Ok(approvals::table
        .order(approvals::id.desc())
        .limit(limit)
        .select(columns)
        .load(db)?)
}

/// Everything to which something can still happen, on one unit or on all, oldest first.
pub fn open(db: &mut Db, unit: Option<&str>) -> Result<Vec<ApprovalRow>, StorageError> {
    let mut query = approvals::table
        .filter(sql::<Bool>(OPEN))
        .order(approvals::id.asc())
        .select(approvals::all_columns)
        .into_boxed();
    if let Some(unit) = unit {
        query = query.filter(approvals::unit.eq(unit.to_owned()));
    }
    Ok(query.load(db)?)
}

/// Open approvals whose time was over by `now`, the longest over first.
pub fn ended(db: &mut Db, now: i64, limit: i64) -> Result<Vec<ApprovalRow>, StorageError> {
    Ok(approvals::table
        .filter(sql::<Bool>(OPEN))
        .filter(approvals::expires_at.le(now))
        .order((approvals::expires_at.asc(), approvals::id.asc()))
        .limit(limit)
        .select(approvals::all_columns)
        .load(db)?)
}

/// Whether an open approval's time was over by `now`.
pub fn any_ended(db: &mut Db, now: i64) -> Result<bool, StorageError> {
    let one: Option<String> = approvals::table
        .filter(sql::<Bool>(OPEN))
        .filter(approvals::expires_at.le(now))
        .select(approvals::id)
        .first(db)
        .optional()?;
    Ok(one.is_some())
}

/// One page, newest first. The most selective condition leads through its index, the others are compared on at most
/// [`WINDOW`] entries. `visible` tells whether whoever searches may see an approval.
pub fn search(
    db: &mut Db,
    filter: &Filter,
    limit: usize,
    visible: &dyn Fn(&ApprovalRow) -> bool,
) -> Result<Page, StorageError> {
    let candidates = candidates(db, filter)?;
    let exhausted = i64::try_from(candidates.len()).unwrap_or(WINDOW) < WINDOW;
    let last = candidates.last().map(|row| row.id.clone());
    let mut rows: Vec<ApprovalRow> = candidates
        .into_iter()
        .filter(|row| matches(filter, row) && visible(row))
        .take(limit.saturating_add(1))
        .collect();
    let next = if rows.len() > limit {
        rows.truncate(limit);
        rows.last().map(|row| row.id.clone())
    } else {
        last.filter(|_| !exhausted)
    };
    Ok(Page { rows, next })
}

fn candidates(db: &mut Db, filter: &Filter) -> Result<Vec<ApprovalRow>, StorageError> {
    let mut query = approvals::table
        .order(approvals::id.desc())
        .limit(WINDOW)
        .select(approvals::all_columns)
        .into_boxed();
    if let Some(before) = &filter.before {
        query = query.filter(approvals::id.lt(before));
    }
    if let Some(token) = &filter.token {
        query = query.filter(approvals::token.eq(token));
    } else if let Some(subject) = &filter.subject {
        query = query.filter(approvals::subject.eq(subject));
    } else if let Some(status) = filter.status.as_ref().filter(|status| *status == PENDING) {
        // Few wait at a time, whatever the unit.
        query = query.filter(approvals::status.eq(status));
    } else if let Some(unit) = &filter.unit {
        query = query.filter(approvals::unit.eq(unit));
    } else if let Some(status) = &filter.status {
        query = query.filter(approvals::status.eq(status));
    }
    Ok(query.load(db)?)
}

fn matches(filter: &Filter, row: &ApprovalRow) -> bool {
    let equal = |wanted: &Option<String>, found: &String| {
        wanted.as_ref().is_none_or(|wanted| wanted == found)
    };
    equal(&filter.status, &row.status)
        && equal(&filter.unit, &row.unit)
        && equal(&filter.subject, &row.subject)
        && equal(&filter.token, &row.token)
}
