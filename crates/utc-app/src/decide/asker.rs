//! Who asks: let through when the question comes, and again when its receipt is sealed.

use std::sync::Arc;

use utc_storage::journal::Tx;

use super::Request;
use crate::cache::StateCache;
use crate::console::Console;
use crate::identity::Place;
use crate::{AppError, Principal};

/// Who asks, and the place that the question takes in front of the journal.
pub(super) struct Asker {
    principal: Arc<Principal>,
    /// The epoch under which they were found to be allowed to ask.
    epoch: u64,
    _place: Place,
}

impl Asker {
    /// Lets a question through.
    pub(super) fn admit(
        console: &Console,
        by: &Arc<Principal>,
        request: &Request,
    ) -> Result<Self, AppError> {
        // Before the state, see `StateCache::epoch`.
        let epoch = console.cache().epoch();
        let now = console.clock().now();
        let principal = console.cache().identities().still(by, now);
        let principal = principal.ok_or(AppError::Unauthenticated)?;
        principal.may_ask(&request.subject, &request.unit)?;
        Ok(Self {
            _place: principal.take_place(console.options().decision_places / 4)?,
            principal,
            epoch,
        })
    }

    /// Who it is, as they were let through.
    pub(super) fn principal(&self) -> &Arc<Principal> {
        &self.principal
    }

    /// Nothing is sealed for somebody whose token ended or was revoked since they asked.
    pub(super) fn check(
        &self,
        cache: &StateCache,
        request: &Request,
        tx: &Tx<'_>,
    ) -> Result<(), AppError> {
        let ended = self.principal.expires_at().is_some_and(|at| at <= tx.now());
        if self.epoch == tx.epoch() && !ended {
            return Ok(());
        }
        let now = cache.identities().still(&self.principal, tx.now());
        now.ok_or(AppError::Unauthenticated)?
            .may_ask(&request.subject, &request.unit)
    }
}
