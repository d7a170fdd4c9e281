//! Everything that waits for people, in memory: what a new request is judged by.

use std::collections::BTreeSet;
use std::sync::Arc;

use utc_domain::{ApprovalId, ApprovalQueue, Quorum, RequestDigest, Subject, Timestamp, UnitName};
use utc_queueing::{ApproverRecord, Approvers as Model};
use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::rows::{approvals, approver_record};

use super::stored;
use crate::identity::{Approvers, Requester};
use crate::options::ApprovalOptions;

/// The most requests of one token that may wait at a time.
const MAX_PENDING_PER_TOKEN: u32 = 10;

/// A request that waits for votes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pending {
    pub(crate) id: ApprovalId,
    pub(crate) subject: Subject,
    pub(crate) token: String,
    pub(crate) unit: UnitName,
    pub(crate) digest: RequestDigest,
    pub(crate) quorum: Quorum,
}

/// Everything that waits, and what the people who approve did so far. Replaced whole, by the journal's thread only.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    /// Oldest first.
    pub(super) pending: Vec<Arc<Pending>>,
    pub(super) record: ApproverRecord,
    /// Until when the record counts the hours.
    pub(super) as_of: Timestamp,
}

/// A request that might have to wait.
pub(crate) struct Newcomer<'a> {
    pub(crate) subject: &'a Subject,
    pub(crate) unit: &'a UnitName,
    pub(crate) requester: &'a Requester,
    pub(crate) digest: &'a RequestDigest,
    pub(crate) quorum: Quorum,
}

/// Whether there is room for a request, and what it would find.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Room {
    pub(crate) queue: ApprovalQueue,
    /// How many wait before it for the same people.
    pub(crate) ahead: u64,
    pub(crate) expected_wait_minutes: f64,
    /// One that asks for exactly the same.
    pub(crate) identical_to: Option<ApprovalId>,
}

impl Waiting {
    /// Nothing waits and nothing is known.
    pub(crate) const EMPTY: Self = Self {
        pending: Vec::new(),
        record: ApproverRecord::EMPTY,
        as_of: Timestamp::EPOCH,
    };

    /// What the database says.
    pub(crate) fn load(db: &mut Db) -> Result<Self, StorageError> {
        let pending = approvals::pending(db)?;
        let pending = pending
            .iter()
            .map(|row| stored::pending(row).map(Arc::new))
            .collect::<Result<_, _>>()?;
        let record = approver_record::find(db)?;
        Ok(match record {
            Some(row) => Self {
                pending,
                record: stored::record(&row)?,
                as_of: Timestamp::from_micros(row.as_of),
            },
            None => Self {
                pending,
                ..Self::EMPTY
            },
        })
    }

    /// What waits.
    pub(crate) fn ids(&self) -> impl Iterator<Item = ApprovalId> {
        self.pending.iter().map(|waiting| waiting.id)
    }

    /// The unit of each that waits.
    pub(crate) fn units(&self) -> impl Iterator<Item = &UnitName> {
        self.pending.iter().map(|waiting| &waiting.unit)
    }

    /// Whether this one waits for votes.
    pub(crate) fn holds(&self, id: ApprovalId) -> bool {
        self.pending.iter().any(|waiting| waiting.id == id)
    }

    /// Whether there is room for a request at `now`.
    pub(crate) fn room(
        &self,
        newcomer: &Newcomer<'_>,
        people: &Approvers,
        options: &ApprovalOptions,
        now: Timestamp,
    ) -> Room {
        let unit = newcomer.unit.as_str();
        let model = self.model(unit, people, options, now);
        let ahead = self.ahead(unit, None, people, now);
        let queue = self
            .limit(newcomer, options)
            .unwrap_or_else(|| model.room_for(ahead, newcomer.quorum, options.ttl_minutes()));
        let same = |waiting: &&Arc<Pending>| waiting.digest == *newcomer.digest;
        Room {
            queue,
            ahead,
            expected_wait_minutes: model.expected_wait_minutes(ahead, newcomer.quorum),
            identical_to: self.pending.iter().find(same).map(|waiting| waiting.id),
        }
    }

    /// Whether there is room for a request on a unit, whoever makes it.
    pub(crate) fn room_for_anybody(
        &self,
        unit: &UnitName,
        quorum: u32,
        people: &Approvers,
        options: &ApprovalOptions,
        now: Timestamp,
    ) -> ApprovalQueue {
        let unit = unit.as_str();
        let model = self.model(unit, people, options, now);
        let ahead = self.ahead(unit, None, people, now);
        let quorum = Quorum::new(quorum);
        quorum.map_or(ApprovalQueue::Open, |quorum| {
            model.room_for(ahead, quorum, options.ttl_minutes())
        })
    }

    /// How long one that waits still waits, in minutes; none when it does not.
    pub(crate) fn expected_wait(
        &self,
        id: ApprovalId,
        people: &Approvers,
        options: &ApprovalOptions,
        now: Timestamp,
    ) -> Option<f64> {
        let waiting = self.pending.iter().find(|waiting| waiting.id == id)?;
        let unit = waiting.unit.as_str();
        let ahead = self.ahead(unit, Some(id), people, now);
        let model = self.model(unit, people, options, now);
        Some(model.expected_wait_minutes(ahead, waiting.quorum))
    }

    pub(super) fn model(
        &self,
        unit: &str,
        people: &Approvers,
        options: &ApprovalOptions,
        now: Timestamp,
    ) -> Model {
        Model::new(
            people.count(unit, now),
            options.prior,
            self.record_at(people, now),
        )
    }

    /// The record with the hours since it was last changed.
    pub(super) fn record_at(&self, people: &Approvers, now: Timestamp) -> ApproverRecord {
        let pending = u64::try_from(self.pending.len()).unwrap_or(u64::MAX);
        let units: BTreeSet<&str> = self.pending.iter().map(|one| one.unit.as_str()).collect();
        let people = people.on_any(units, now);
        self.record.after_span(self.as_of, now, people, pending)
    }

    /// How many wait for the same people, before `id` or in all.
    pub(super) fn ahead(
        &self,
        unit: &str,
        id: Option<ApprovalId>,
        people: &Approvers,
        now: Timestamp,
    ) -> u64 {
        let before = |waiting: &&Arc<Pending>| id.is_none_or(|id| waiting.id < id);
        let same = |waiting: &&Arc<Pending>| people.share(unit, waiting.unit.as_str(), now);
        let ahead = self.pending.iter().filter(before).filter(same).count();
        u64::try_from(ahead).unwrap_or(u64::MAX)
    }

    fn limit(&self, newcomer: &Newcomer<'_>, options: &ApprovalOptions) -> Option<ApprovalQueue> {
        let open = self.count(|waiting| waiting.subject == *newcomer.subject);
        let limit = options.max_pending_per_subject;
        if open >= limit {
            return Some(ApprovalQueue::SubjectLimit { open, limit });
        }
        let requester = newcomer.requester;
        let open = self.count(|waiting| waiting.token == requester.token);
        let limit = MAX_PENDING_PER_TOKEN;
        let full = requester.is_limited() && open >= limit;
        full.then_some(ApprovalQueue::TokenLimit { open, limit })
    }

    fn count(&self, fits: impl Fn(&Pending) -> bool) -> u32 {
        let count = self.pending.iter().filter(|waiting| fits(waiting)).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }
}
