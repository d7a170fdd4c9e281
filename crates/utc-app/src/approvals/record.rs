//! How fast people approve, learned inside the transactions that change what waits.

use utc_domain::{Timestamp, VoteChoice};
use utc_queueing::ApproverRecord;
use utc_storage::journal::Tx;
use utc_storage::rows::approvals;
use utc_storage::rows::approver_record::{self, RecordRow};

use super::stored;
use crate::AppError;
use crate::identity::Approvers;

/// The record, and until when it counts the hours.
pub(crate) type Counted = (ApproverRecord, Timestamp);

/// Counts the time until now, in which what waits now waited for those of `people` who may vote on it, and a vote where
/// one was cast. Call it before what waits changes.
pub(super) fn count(
    tx: &mut Tx<'_>,
    people: &Approvers,
    vote: Option<VoteChoice>,
) -> Result<Counted, AppError> {
    let now = tx.now();
    let (record, since) = match approver_record::find(tx.db())? {
        Some(row) => (stored::record(&row)?, Timestamp::from_micros(row.as_of)),
        None => (ApproverRecord::EMPTY, now),
    };
    let units = approvals::pending_units(tx.db())?;
    let pending = u64::try_from(units.len()).unwrap_or(u64::MAX);
    let people = people.on_any(units.iter().map(String::as_str), now);
    let waited = record.after_span(since, now, people, pending);
    let record = vote.map_or(waited, |choice| waited.after_vote(choice));
    let row = RecordRow {
        votes: i64::try_from(record.votes()).unwrap_or(i64::MAX),
        exposure_hours: record.exposure_hours(),
        as_of: now.as_micros(),
    };
    approver_record::put(tx.db(), &row)?;
    Ok((record, now))
}
