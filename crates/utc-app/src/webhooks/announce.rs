//! From the receipts of a transaction to the notices that it owes.

use utc_domain::{Draft, NoticeFormat, NoticeId, NoticeKinds, ProtectionLevel, Scope};
use utc_storage::StorageError;
use utc_storage::journal::Tx;
use utc_storage::rows::outbox::{self, OutboxRow};
use utc_storage::rows::units;
use utc_storage::rows::webhooks::{self, WebhookRow};
use uuid::Uuid;

use super::body;
use super::event::{Event, event_of};
use super::links::Links;
use crate::AppError;
use crate::identity::read_scope;
use crate::units::stored::parse;

/// Puts a notice into the outbox for each webhook that hears of what `drafts` record. Part of the transaction that appends
/// them; it costs nothing where there is nothing to tell.
pub(crate) fn announce(tx: &mut Tx<'_>, links: &Links, drafts: &[Draft]) -> Result<(), AppError> {
    let mut events = Vec::new();
    for draft in drafts {
        events.extend(event_of(draft, |draft| measured(tx, draft))?);
    }
    if events.is_empty() {
        return Ok(());
    }
    for row in webhooks::enabled(tx.db())? {
        let listener = Listener::of(&row)?;
        for event in events.iter().filter(|event| listener.hears(event)) {
            put(tx, &listener, event, links)?;
        }
    }
    Ok(())
}

/// The level that was measured, whatever is pinned.
fn measured(tx: &mut Tx<'_>, draft: &Draft) -> Result<ProtectionLevel, StorageError> {
    let Some(unit) = &draft.unit else {
        return Ok(ProtectionLevel::Permissive);
    };
    match units::find(tx.db(), unit.as_str())? {
        Some(row) => parse("units.level", &row.level),
        None => Ok(ProtectionLevel::Permissive),
    }
}

/// Who hears of what.
struct Listener<'a> {
    id: &'a str,
    format: NoticeFormat,
    events: NoticeKinds,
    units: Scope,
}

impl<'a> Listener<'a> {
    fn of(row: &'a WebhookRow) -> Result<Self, StorageError> {
        Ok(Self {
            id: &row.id,
            format: parse("webhooks.format", &row.format)?,
            events: parse("webhooks.events", &row.events)?,
            units: read_scope("webhooks.units", row.units.as_deref())?,
        })
    }

    /// What is about no unit is about all of them.
    fn hears(&self, event: &Event<'_>) -> bool {
        let unit = event.draft.unit.as_ref();
        self.events.contains(event.kind) && unit.is_none_or(|unit| self.units.allows(unit.as_str()))
    }
}

fn put(
    tx: &mut Tx<'_>,
    listener: &Listener<'_>,
    event: &Event<'_>,
    links: &Links,
) -> Result<(), AppError> {
    let now = tx.now();
    let body = body::render(event, listener.format, links, now);
    let row = OutboxRow {
        id: NoticeId::new(Uuid::now_v7()).to_string(),
        webhook_id: listener.id.to_owned(),
        kind: event.kind.to_string(),
        body: body.map_err(|error| AppError::Internal(Box::new(error)))?,
        state: utc_domain::DeliveryState::Pending.to_string(),
        attempts: 0,
        created_at: now.as_micros(),
        next_at: Some(now.as_micros()),
        ended_at: None,
        last_error: None,
        lease_owner: None,
        lease_until: None,
    };
    outbox::insert(tx.db(), &row).map_err(Into::into)
}
