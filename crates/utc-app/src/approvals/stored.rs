//! Between rows and what use cases work with.

use utc_domain::{ApprovalId, ApprovalStatus, Quorum, Timestamp};
use utc_policy::Vote;
use utc_queueing::ApproverRecord;
use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::rows::approvals::{self, ApprovalRow};
use utc_storage::rows::approver_record::RecordRow;
use utc_storage::rows::votes::VoteRow;

use super::queue::Pending;
use crate::AppError;
use crate::units::stored::parse;

/// A stored number that the domain does not know is a fault of the data, named by its column.
fn number<T, E>(column: &'static str, value: Result<T, E>) -> Result<T, StorageError>
where
    E: std::error::Error + Send + Sync + 'static,
{
    value.map_err(|source| StorageError::Corrupt {
        column,
        source: Box::new(source),
    })
}

/// The approval that must be there.
pub(super) fn row(db: &mut Db, id: ApprovalId) -> Result<ApprovalRow, AppError> {
    approvals::find(db, &id.to_string())?.ok_or_else(|| not_found(id))
}

/// The answer for one that is not there, and for one that the caller may not know of.
pub(crate) fn not_found(id: ApprovalId) -> AppError {
    AppError::NotFound {
        what: "approval",
        name: id.to_string(),
    }
}

pub(super) fn id(row: &ApprovalRow) -> Result<ApprovalId, StorageError> {
    parse("approvals.id", &row.id)
}

pub(super) fn status(row: &ApprovalRow) -> Result<ApprovalStatus, StorageError> {
    parse("approvals.status", &row.status)
}

pub(super) fn quorum(row: &ApprovalRow) -> Result<Quorum, StorageError> {
    let people = u32::try_from(row.quorum).unwrap_or(u32::MAX);
    number("approvals.quorum", Quorum::new(people))
}

pub(super) fn expires_at(row: &ApprovalRow) -> Timestamp {
    Timestamp::from_micros(row.expires_at)
}

/// What of it a new request is judged by.
pub(super) fn pending(row: &ApprovalRow) -> Result<Pending, StorageError> {
    Ok(Pending {
        id: id(row)?,
        subject: parse("approvals.subject", &row.subject)?,
        token: row.token.clone(),
        unit: parse("approvals.unit", &row.unit)?,
        digest: parse("approvals.request_digest", &row.request_digest)?,
        quorum: quorum(row)?,
    })
}

/// Votes as they are counted.
pub(super) fn votes(rows: &[VoteRow]) -> Result<Vec<Vote>, StorageError> {
    let votes = rows.iter().map(|row| {
        Ok(Vote {
            person: parse("votes.person", &row.person)?,
            choice: parse("votes.choice", &row.choice)?,
        })
    });
    votes.collect()
}

/// What the people who approve did so far.
pub(super) fn record(row: &RecordRow) -> Result<ApproverRecord, StorageError> {
    let record = ApproverRecord::new(row.votes.unsigned_abs(), row.exposure_hours);
    number("approver_record.exposure_hours", record)
}
