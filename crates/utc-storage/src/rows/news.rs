//! What is new in the log, without the receipts themselves: for telling people that something changed, and for counting.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use utc_domain::{Decision, ReceiptKind, Timestamp};

use super::receipts::{COLUMNS, INDEXED_DECISION, INDEXED_KIND, ReceiptRow, first_at_or_after};
use crate::StorageError;
use crate::connection::Db;
use crate::schema::receipts;

/// A receipt in a few columns.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct NewsRow {
    /// The position.
    pub seq: i64,
    /// What is recorded.
    pub kind: String,
    /// The unit it is about, where there is one.
    pub unit: Option<String>,
    /// The answer, for decisions.
    pub decision: Option<String>,
}

/// Up to `limit` receipts at `[from, before)`, oldest first.
pub fn between(
    db: &mut Db,
    from: i64,
    before: i64,
    limit: i64,
) -> Result<Vec<NewsRow>, StorageError> {
    let query = receipts::table
        .filter(receipts::seq.ge(from))
        .filter(receipts::seq.lt(before))
        .order(receipts::seq.asc())
        .limit(limit)
        .select((
            receipts::seq,
            receipts::kind,
            receipts::unit,
            receipts::decision,
        ));
    Ok(query.load(db)?)
}

/// The newest receipts of a kind with one of these reason codes, at or after a time. Not for decisions, whose kind has no
/// index.
pub fn newest(
    db: &mut Db,
    kind: ReceiptKind,
    codes: &[&str],
    from: Timestamp,
    limit: i64,
) -> Result<Vec<ReceiptRow>, StorageError> {
    let Some(low) = first_at_or_after(db, from.as_micros())? else {
        return Ok(Vec::new());
    };
    let query = receipts::table
        .filter(receipts::kind.eq(kind.as_str()))
        .filter(sql::<Bool>(INDEXED_KIND))
        .filter(receipts::code.eq_any(codes))
        .filter(receipts::seq.ge(low))
        .order(receipts::seq.desc())
        .limit(limit);
    Ok(query.select(COLUMNS).load(db)?)
}

/// How many decisions of each outcome there are in a part of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outcomes {
    /// `ALLOW`.
    pub allow: u64,
    /// `DENY`.
    pub deny: u64,
    /// `REQUIRE_APPROVAL`.
    pub require_approval: u64,
}

/// The first position at or after a time, or the size of the log.
pub fn position(db: &mut Db, at: Timestamp, size: i64) -> Result<i64, StorageError> {
    Ok(first_at_or_after(db, at.as_micros())?
        .unwrap_or(size)
        .min(size))
}

/// Counts the decisions at `[from, before)`. What is rare is counted through its index, and what is left are those that
/// were allowed: most of the log is not looked at.
pub fn outcomes(db: &mut Db, from: i64, before: i64) -> Result<Outcomes, StorageError> {
    if before <= from {
        return Ok(Outcomes::default());
    }
    let mut of = |decision: Decision| -> Result<i64, StorageError> {
        let query = receipts::table
            .filter(receipts::decision.eq(decision.as_str()))
            .filter(sql::<Bool>(INDEXED_DECISION))
            .filter(receipts::seq.ge(from))
            .filter(receipts::seq.lt(before))
            .count();
        Ok(query.get_result(db)?)
    };
    let deny = of(Decision::Deny)?;
    let require_approval = of(Decision::RequireApproval)?;
    let others = others(db, from, before)?;
    let allow = (before - from) - deny - require_approval - others;
    Ok(Outcomes {
        allow: allow.max(0).unsigned_abs(),
        deny: deny.unsigned_abs(),
        require_approval: require_approval.unsigned_abs(),
    })
}

/// How many receipts there are that record no decision.
fn others(db: &mut Db, from: i64, before: i64) -> Result<i64, StorageError> {
    let kinds = ReceiptKind::ALL.into_iter().map(ReceiptKind::as_str);
    let kinds: Vec<&str> = kinds
        .filter(|kind| *kind != ReceiptKind::Decision.as_str())
        .collect();
    let query = receipts::table
        .filter(receipts::kind.eq_any(kinds))
        .filter(sql::<Bool>(INDEXED_KIND))
        .filter(receipts::seq.ge(from))
        .filter(receipts::seq.lt(before))
        .count();
    Ok(query.get_result(db)?)
}
