//! A decision that asks for approval makes the request that waits for it.

use std::sync::Arc;
use std::time::Duration;

use utc_domain::{ApprovalId, ApprovalStatus, ExecutionStatus, Quorum, RequestDigest, Timestamp};
use utc_storage::journal::Tx;
use utc_storage::rows::approvals::{self, ApprovalRow};
use uuid::Uuid;

use super::queue::{Pending, Room};
use super::record;
use super::transition::Change;
use crate::AppError;
use crate::cache::{StateCache, UnitState};
use crate::decide::Request;
use crate::identity::Requester;
use crate::options::after;

/// A request that waits, as the answer to whoever asked names it.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// The approval's id.
    pub id: ApprovalId,
    /// Until when people can decide.
    pub expires_at: Timestamp,
    /// How long it will probably take them, in minutes.
    pub expected_wait_minutes: Option<f64>,
    /// A request that asks for exactly the same and waits already.
    pub identical_to: Option<ApprovalId>,
}

/// A request that will wait once its decision is recorded.
#[derive(Debug, Clone)]
pub(crate) struct Hold {
    pub(crate) id: ApprovalId,
    pub(crate) digest: RequestDigest,
    pub(crate) config_version: u64,
    pub(crate) quorum: Quorum,
    pub(crate) room: Room,
    ttl: Duration,
}

impl Hold {
    pub(crate) fn new(digest: RequestDigest, unit: &UnitState, room: Room, ttl: Duration) -> Self {
        Self {
            id: ApprovalId::new(Uuid::now_v7()),
            digest,
            config_version: unit.config_version,
            quorum: unit.quorum,
            room,
            ttl,
        }
    }

    /// When it expires if it is asked at `now`.
    pub(crate) fn expires_at(&self, now: Timestamp) -> Timestamp {
        after(now, self.ttl)
    }

    /// What the answer says of it.
    pub(crate) fn held(&self, now: Timestamp) -> Held {
        Held {
            id: self.id,
            expires_at: self.expires_at(now),
            expected_wait_minutes: Some(self.room.expected_wait_minutes),
            identical_to: self.room.identical_to,
        }
    }

    /// Stores it; what waits has changed from then on.
    pub(crate) fn store(
        &self,
        tx: &mut Tx<'_>,
        cache: &StateCache,
        request: &Request,
        requester: &Requester,
        draft: &utc_domain::Draft,
    ) -> Result<Change, AppError> {
        tx.change_state();
        let people = cache.identities().approvers();
        let counted = record::count(tx, &people, None)?;
        let row = self.row(request, requester, draft, tx.now());
        approvals::insert(tx.db(), &row)?;
        let pending = Pending {
            id: self.id,
            subject: request.subject.clone(),
            token: requester.token.clone(),
            unit: request.unit.clone(),
            digest: self.digest.clone(),
            quorum: self.quorum,
        };
        Ok(Change {
            added: Some(Arc::new(pending)),
            removed: Vec::new(),
            counted: Some(counted),
        })
    }

    fn row(
        &self,
        request: &Request,
        requester: &Requester,
        draft: &utc_domain::Draft,
        now: Timestamp,
    ) -> ApprovalRow {
        let level = draft.meta.protection_level;
        ApprovalRow {
            id: self.id.to_string(),
            status: ApprovalStatus::Pending.to_string(),
            execution: ExecutionStatus::None.to_string(),
            subject: request.subject.to_string(),
            action: request.action.to_string(),
            unit: request.unit.to_string(),
            config_version: i64::try_from(self.config_version).unwrap_or(i64::MAX),
            payload_hash: request.payload_hash.as_ref().map(ToString::to_string),
            request_digest: self.digest.to_string(),
            policy_version: i64::try_from(draft.policy.version).unwrap_or(i64::MAX),
            policy_digest: draft.policy.digest.clone(),
            protection_level: level
                .unwrap_or(utc_domain::ProtectionLevel::Permissive)
                .to_string(),
            requester: requester.name.to_string(),
            token: requester.token.clone(),
            owner: requester.person.to_string(),
            quorum: i64::from(self.quorum.people()),
            identical_to: self.room.identical_to.map(|id| id.to_string()),
            created_at: now.as_micros(),
            expires_at: self.expires_at(now).as_micros(),
            decided_at: None,
            ended_at: None,
            receipt_id: draft.id.to_string(),
            last_receipt_id: draft.id.to_string(),
        }
    }
}
