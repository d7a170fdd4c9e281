//! What people said to requests: one vote of each person on each.

use diesel::prelude::*;

use crate::StorageError;
use crate::connection::Db;
use crate::schema::votes;

/// A vote.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = votes)]
pub struct VoteRow {
    /// On which approval.
    pub approval_id: String,
    /// Whose vote it is, whichever session or token it came with.
    pub person: String,
    /// Who cast it, as receipts name whoever acts.
    pub voter: String,
    /// `approve` or `reject`.
    pub choice: String,
    /// Why, in their words.
    pub comment: Option<String>,
    /// When.
    pub at: i64,
    /// The receipt.
    pub receipt_id: String,
}

/// Adds a vote; a second one of the same person violates a constraint.
pub fn insert(db: &mut Db, row: &VoteRow) -> Result<(), StorageError> {
    diesel::insert_into(votes::table).values(row).execute(db)?;
    Ok(())
}

/// The votes on an approval, oldest first.
pub fn of(db: &mut Db, approval_id: &str) -> Result<Vec<VoteRow>, StorageError> {
    Ok(votes::table
        .filter(votes::approval_id.eq(approval_id))
        .order((votes::at.asc(), votes::person.asc()))
        .select(votes::all_columns)
        .load(db)?)
}

/// The votes on several approvals, oldest first.
pub fn of_all(db: &mut Db, approval_ids: &[String]) -> Result<Vec<VoteRow>, StorageError> {
    Ok(votes::table
        .filter(votes::approval_id.eq_any(approval_ids))
        .order((votes::at.asc(), votes::person.asc()))
        .select(votes::all_columns)
        .load(db)?)
}
