//! Receipts: inserted by the journal only, never updated, never deleted.

use std::collections::HashMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use utc_domain::{Decision, ReceiptKind};

use crate::StorageError;
use crate::connection::Db;
use crate::schema::receipts;

/// How many entries of an index one page looks at. A page of a search whose filters rarely meet ends
/// there and says where to go on, so that no page takes long.
pub const WINDOW: i64 = 2_000;

/// A receipt as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct ReceiptRow {
    /// The position.
    pub seq: i64,
    /// The id.
    pub id: String,
    /// The time.
    pub ts: i64,
    /// The unit it is about, where there is one.
    pub unit: Option<String>,
    /// The exact bytes: a compact JWS.
    pub jws: String,
}

/// A receipt to insert; the columns beside `jws` repeat claims for searching.
#[derive(Debug, Insertable)]
#[diesel(table_name = receipts)]
pub(crate) struct NewReceipt<'a> {
    pub(crate) seq: i64,
    pub(crate) id: String,
    pub(crate) ts: i64,
    pub(crate) kind: &'static str,
    pub(crate) subject: &'a str,
    pub(crate) action: Option<&'a str>,
    pub(crate) unit: Option<&'a str>,
    pub(crate) decision: Option<&'static str>,
    pub(crate) code: &'static str,
    pub(crate) jws: &'a str,
}

/// What to search for; all given conditions must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Exactly this subject.
    pub subject: Option<String>,
    /// Exactly this action.
    pub action: Option<String>,
    /// Exactly this unit.
    pub unit: Option<String>,
    /// Exactly this decision.
    pub decision: Option<String>,
    /// Exactly this kind.
    pub kind: Option<String>,
    /// At this time or later.
    pub from: Option<i64>,
    /// Before this time.
    pub to: Option<i64>,
    /// Below this position.
    pub before: Option<i64>,
}

/// One page of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What was found, newest first.
    pub rows: Vec<ReceiptRow>,
    /// Where to go on: search again below this position. None at the end.
    pub next: Option<i64>,
}

/// Inserts receipts. One statement on PostgreSQL; on SQLite one prepared statement for each row.
pub(crate) fn insert(db: &mut Db, rows: &[NewReceipt<'_>]) -> QueryResult<()> {
    match db {
        Db::Sqlite(inner) => {
            for row in rows {
                diesel::insert_into(receipts::table)
                    .values(row)
                    .execute(inner)?;
            }
        }
        Db::Postgres(inner) => {
            const INTO: &[&str] = &[
                "INSERT INTO receipts (seq, id, ts, kind, subject, action, unit, decision, code, jws) ",
            ];
            const NOTHING: &[&str] = &[];
            unnest!(
                inner,
                receipts,
                rows,
                [
                    seq, id, ts, kind, subject, action, unit, decision, code, jws
                ],
                INTO,
                NOTHING
            );
        }
    }
    Ok(())
}

pub(super) type Columns = (
    receipts::seq,
    receipts::id,
    receipts::ts,
    receipts::unit,
    receipts::jws,
);

pub(super) const COLUMNS: Columns = (
    receipts::seq,
    receipts::id,
    receipts::ts,
    receipts::unit,
    receipts::jws,
);

/// The receipt with this id.
pub fn by_id(db: &mut Db, id: &str) -> Result<Option<ReceiptRow>, StorageError> {
    Ok(receipts::table
        .filter(receipts::id.eq(id))
        .select(COLUMNS)
        .get_result(db)
        .optional()?)
}

/// The receipt at this position.
pub fn by_seq(db: &mut Db, seq: i64) -> Result<Option<ReceiptRow>, StorageError> {
    Ok(receipts::table
        .find(seq)
        .select(COLUMNS)
        .get_result(db)
        .optional()?)
}

/// The positions of receipts, by id. What is not there is left out.
pub fn positions(db: &mut Db, ids: &[String]) -> Result<HashMap<String, i64>, StorageError> {
    let found: Vec<(String, i64)> = receipts::table
        .filter(receipts::id.eq_any(ids))
        .select((receipts::id, receipts::seq))
        .load(db)?;
    Ok(found.into_iter().collect())
}

/// Receipts from position `from` on, oldest first: for walking the whole log page by page.
pub fn from_seq(db: &mut Db, from: i64, limit: i64) -> Result<Vec<ReceiptRow>, StorageError> {
    let query = receipts::table
        .filter(receipts::seq.ge(from))
        .order(receipts::seq.asc())
        .limit(limit);
    Ok(query.select(COLUMNS).load(db)?)
}

/// The exact bytes of the receipts at `[from, to)`, in order.
pub(crate) fn bytes(db: &mut Db, from: i64, to: i64) -> Result<Vec<String>, StorageError> {
    let query = receipts::table
        .filter(receipts::seq.ge(from))
        .filter(receipts::seq.lt(to))
        .order(receipts::seq.asc());
    Ok(query.select(receipts::jws).load(db)?)
}

/// How many receipts are younger than `ts`.
pub fn count_since(db: &mut Db, ts: i64) -> Result<i64, StorageError> {
    let oldest = first_at_or_after(db, ts)?;
    let newest: Option<i64> = receipts::table
        .select(diesel::dsl::max(receipts::seq))
        .first(db)?;
    Ok(match (oldest, newest) {
        (Some(oldest), Some(newest)) => newest - oldest + 1,
        _ => 0,
    })
}

/// Times of receipts of some kinds by some subjects, from `ts` on: about one unit, or of the policy, which is about all. What
/// else is about no unit (a webhook, an erased input) changes no unit.
pub fn acts_since(
    db: &mut Db,
    ts: i64,
    subjects: &[String],
    kinds: &[&str],
    unit: &str,
) -> Result<Vec<i64>, StorageError> {
    let Some(low) = first_at_or_after(db, ts)? else {
        return Ok(Vec::new());
    };
    let about = receipts::unit
        .eq(unit)
        .or(receipts::kind.eq("policy_change"));
    Ok(receipts::table
        .filter(receipts::subject.eq_any(subjects))
        .filter(receipts::seq.ge(low))
        .filter(receipts::kind.eq_any(kinds))
        .filter(about)
        .select(receipts::ts)
        .load(db)?)
}

/// The first position at or after a time. Times rise with positions, so halving the positions finds it in some twenty
/// steps, and no index of times has to be kept.
pub(super) fn first_at_or_after(db: &mut Db, ts: i64) -> Result<Option<i64>, StorageError> {
    let newest: Option<i64> = receipts::table
        .select(diesel::dsl::max(receipts::seq))
        .first(db)?;
    // Invariant: every receipt below `low` is older than `ts`, none from `high` on is.
    let (mut low, mut high) = (0, newest.map_or(0, |newest| newest + 1));
    while low < high {
        let middle = low + (high - low) / 2;
        match next_from(db, middle, high)? {
            Some((seq, found)) if found < ts => low = seq + 1,
            Some(_) | None => high = middle,
        }
    }
    Ok(newest.filter(|newest| low <= *newest).map(|_| low))
}

/// Position and time of the first receipt in `[from, before)`. In a whole log that is the one at `from`.
fn next_from(db: &mut Db, from: i64, before: i64) -> Result<Option<(i64, i64)>, StorageError> {
    let query = receipts::table
        .filter(receipts::seq.ge(from))
        .filter(receipts::seq.lt(before))
        .order(receipts::seq.asc())
        .select((receipts::seq, receipts::ts));
    Ok(query.first(db).optional()?)
}

/// The columns that a search compares.
type Candidate = (
    i64,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    String,
);

/// One page, newest first. The most selective condition leads through its index; the others are
/// compared on at most [`WINDOW`] entries. `visible` tells by the unit whether whoever searches may see an entry.
pub fn search(
    db: &mut Db,
    filter: &Filter,
    limit: usize,
    visible: &dyn Fn(Option<&str>) -> bool,
) -> Result<Page, StorageError> {
    let Some((low, high)) = bounds(db, filter)? else {
        return Ok(Page {
            rows: Vec::new(),
            next: None,
        });
    };
    let candidates = candidates(db, filter, low, high)?;
    let exhausted = i64::try_from(candidates.len()).unwrap_or(WINDOW) < WINDOW;
    let last = candidates.last().map(|candidate| candidate.0);
    let matching = candidates
        .into_iter()
        .filter(|candidate| matches(filter, candidate) && visible(candidate.3.as_deref()));
    let found: Vec<i64> = matching
        .map(|candidate| candidate.0)
        .take(limit.saturating_add(1))
        .collect();
    let page = found.get(..limit).unwrap_or(&found);
    let next = if found.len() > limit {
        page.last().copied()
    } else if exhausted {
        None
    } else {
        last
    };
    let rows = receipts::table
        .filter(receipts::seq.eq_any(page.to_vec()))
        .order(receipts::seq.desc())
        .select(COLUMNS)
        .load(db)?;
    Ok(Page { rows, next })
}

/// Positions `[low, high)` that the times and the cursor leave; none when nothing can match.
fn bounds(db: &mut Db, filter: &Filter) -> Result<Option<(i64, i64)>, StorageError> {
    let low = match filter.from {
        None => Some(0),
        Some(ts) => first_at_or_after(db, ts)?,
    };
    let before = filter.before.unwrap_or(i64::MAX);
    let high = match filter.to {
        None => before,
        Some(ts) => first_at_or_after(db, ts)?.unwrap_or(i64::MAX).min(before),
    };
    Ok(low.filter(|low| *low < high).map(|low| (low, high)))
}

fn candidates(
    db: &mut Db,
    filter: &Filter,
    low: i64,
    high: i64,
) -> Result<Vec<Candidate>, StorageError> {
    let mut query = receipts::table
        .filter(receipts::seq.ge(low))
        .filter(receipts::seq.lt(high))
        .order(receipts::seq.desc())
        .limit(WINDOW)
        .select((
            receipts::seq,
            receipts::subject,
            receipts::action,
            receipts::unit,
            receipts::decision,
            receipts::kind,
        ))
        .into_boxed();
    if let Some(subject) = &filter.subject {
        query = query.filter(receipts::subject.eq(subject));
    } else if let Some(action) = &filter.action {
        query = query.filter(receipts::action.eq(action));
    } else if let Some(unit) = &filter.unit {
        query = query.filter(receipts::unit.eq(unit));
    } else if let Some(decision) = rare(filter.decision.as_ref(), Decision::Allow.as_str()) {
        query = query
            .filter(receipts::decision.eq(decision))
            .filter(sql::<Bool>(INDEXED_DECISION));
    } else if let Some(kind) = rare(filter.kind.as_ref(), ReceiptKind::Decision.as_str()) {
        query = query
            .filter(receipts::kind.eq(kind))
            .filter(sql::<Bool>(INDEXED_KIND));
    }
    Ok(query.load(db)?)
}

/// What the partial indexes hold, word for word as the migration says it: a database uses such an index only when the
/// query says the same.
pub(super) const INDEXED_DECISION: &str = "decision <> 'ALLOW'";
pub(super) const INDEXED_KIND: &str = "kind <> 'decision'";

/// The wanted value, unless it is the one that most receipts have: that leads nowhere.
fn rare<'a>(wanted: Option<&'a String>, usual: &str) -> Option<&'a String> {
    wanted.filter(|wanted| wanted.as_str() != usual)
}

fn matches(filter: &Filter, candidate: &Candidate) -> bool {
    let (_, subject, action, unit, decision, kind) = candidate;
    let equal = |wanted: &Option<String>, found: Option<&String>| {
        wanted.is_none() || wanted.as_ref() == found
    };
    equal(&filter.subject, Some(subject))
        && equal(&filter.action, action.as_ref())
        && equal(&filter.unit, unit.as_ref())
        && equal(&filter.decision, decision.as_ref())
        && equal(&filter.kind, Some(kind))
}
