//! What became of notices, for people: what waits, what arrived lately, what was given up.

use std::sync::Arc;

use utc_domain::{DeliveryState, NoticeId, NoticeKind, Timestamp, WebhookId};
use utc_storage::journal::{Journal, Tx};
use utc_storage::rows::outbox::{self, OutboxRow};
use utc_storage::{StorageError, Store};

use super::stored::{delivery, found};
use crate::cache::StateCache;
use crate::console::Console;
use crate::task::{Plan, Task};
use crate::{AppError, Ticket};

const MINUTES_OF_A_DAY: i64 = 24 * 60;

/// How long a delivery is shown after it arrived.
const DELIVERED_DAYS: i64 = 7;

/// How long one can be sent again after it was given up.
const DEAD_DAYS: i64 = 30;

/// One notice to one webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryView {
    /// The id, which goes out with each attempt.
    pub id: NoticeId,
    /// What it tells of.
    pub kind: NoticeKind,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// When what it tells of happened.
    pub created_at: Timestamp,
    /// When it is tried next.
    pub next_at: Option<Timestamp>,
    /// When it arrived or was given up.
    pub ended_at: Option<Timestamp>,
    /// What went wrong last.
    pub last_error: Option<String>,
}

/// A page of deliveries, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryPage {
    /// The deliveries.
    pub items: Vec<DeliveryView>,
    /// List again before this one; none at the end.
    pub next: Option<NoticeId>,
}

impl Console {
    /// What is kept of a webhook's deliveries, in one state or in any, newest first. Blocks.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such webhook.
    pub fn deliveries(
        &self,
        webhook: WebhookId,
        state: Option<DeliveryState>,
        before: Option<NoticeId>,
        limit: usize,
    ) -> Result<DeliveryPage, AppError> {
        self.store().read(|db| {
            let row = found(db, webhook)?;
            let state = state.map(DeliveryState::as_str);
            let before = before.map(|id| id.to_string());
            let page = outbox::page(db, &row.id, state, before.as_deref(), limit)?;
            let items: Result<Vec<DeliveryView>, StorageError> =
                page.rows.iter().map(delivery).collect();
            let items = items?;
            let next = page.next.and(items.last().map(|last| last.id));
            Ok(DeliveryPage { items, next })
        })
    }

    /// Sends a notice again, under the same id, however it ended.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such webhook or delivery; [`AppError::Conflict`] while it waits anyway, and
    /// while the webhook is off.
    pub fn redeliver(&self, webhook: WebhookId, id: NoticeId) -> Ticket<DeliveryView> {
        self.control(move |tx| {
            let hook = found(tx.db(), webhook)?;
            let row = outbox::find(tx.db(), &id.to_string())?;
            let row = row.filter(|row| row.webhook_id == hook.id);
            let row = row.ok_or_else(|| AppError::NotFound {
                what: "delivery",
                name: id.to_string(),
            })?;
            let waits = row.state == DeliveryState::Pending.as_str();
            refuse(waits, "delivery_pending", "it waits to be sent already")?;
            let off = "the webhook is off; switch it on first";
            refuse(!hook.enabled, "webhook_off", off)?;
            let row = again(row, tx.now());
            outbox::update(tx.db(), &row)?;
            Ok(Plan::silent(delivery(&row)?))
        })
    }

    /// How many notices wait to be sent. Blocks.
    pub fn pending_notices(&self) -> Result<u64, AppError> {
        Ok(self.store().read(outbox::count_pending)?)
    }
}

fn refuse(when: bool, code: &'static str, message: &str) -> Result<(), AppError> {
    if !when {
        return Ok(());
    }
    let message = message.to_owned();
    Err(AppError::Conflict { code, message })
}

fn again(row: OutboxRow, now: Timestamp) -> OutboxRow {
    OutboxRow {
        state: DeliveryState::Pending.to_string(),
        attempts: 0,
        next_at: Some(now.as_micros()),
        ended_at: None,
        ..row
    }
}

/// Forgets what ended long ago; nothing when there is nothing.
pub(crate) fn forget(cache: &Arc<StateCache>, journal: &Journal, store: &Store, now: Timestamp) {
    let (delivered, dead) = kept_since(now);
    let ended = store.read(|db| outbox::any_ended(db, delivered, dead));
    // Where the database cannot be read, the journal reports the trouble.
    if !ended.unwrap_or(false) {
        return;
    }
    let (job, ticket) = Task::boxed(Arc::clone(cache), |tx: &mut Tx<'_>| {
        let (delivered, dead) = kept_since(tx.now());
        outbox::remove_ended(tx.db(), delivered, dead)?;
        Ok(Plan::silent(()))
    });
    journal.submit(job);
    // Nobody waits for it here.
    drop(ticket);
}

/// From when on what arrived, and what was given up, is kept.
fn kept_since(now: Timestamp) -> (i64, i64) {
    let ago = |days: i64| now.plus_minutes(-days * MINUTES_OF_A_DAY).as_micros();
    (ago(DELIVERED_DAYS), ago(DEAD_DAYS))
}
