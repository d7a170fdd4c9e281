//! Between rows and what use cases work with.

use utc_domain::{NoticeId, Timestamp, WebhookId};
use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::rows::outbox::OutboxRow;
use utc_storage::rows::webhooks::{self, WebhookRow};

use super::deliveries::DeliveryView;
use super::webhook::WebhookView;
use crate::AppError;
use crate::identity::read_scope;
use crate::units::stored::parse;

/// The row of a webhook that must exist.
pub(super) fn found(db: &mut Db, id: WebhookId) -> Result<WebhookRow, AppError> {
    webhooks::find(db, &id.to_string())?.ok_or_else(|| AppError::NotFound {
        what: "webhook",
        name: id.to_string(),
    })
}

pub(super) fn id(row: &WebhookRow) -> Result<WebhookId, StorageError> {
    parse("webhooks.id", &row.id)
}

pub(super) fn view(row: &WebhookRow) -> Result<WebhookView, StorageError> {
    Ok(WebhookView {
        id: id(row)?,
        name: parse("webhooks.name", &row.name)?,
        url: parse("webhooks.url", &row.url)?,
        format: parse("webhooks.format", &row.format)?,
        events: parse("webhooks.events", &row.events)?,
        units: read_scope("webhooks.units", row.units.as_deref())?,
        enabled: row.enabled,
        created_at: Timestamp::from_micros(row.created_at),
        created_by: row.created_by.clone(),
        updated_at: Timestamp::from_micros(row.updated_at),
        receipt_id: row.receipt_id.clone(),
    })
}

pub(super) fn notice_id(row: &OutboxRow) -> Result<NoticeId, StorageError> {
    parse("outbox.id", &row.id)
}

pub(super) fn delivery(row: &OutboxRow) -> Result<DeliveryView, StorageError> {
    let time = |at: Option<i64>| at.map(Timestamp::from_micros);
    Ok(DeliveryView {
        id: notice_id(row)?,
        kind: parse("outbox.kind", &row.kind)?,
        state: parse("outbox.state", &row.state)?,
        attempts: u32::try_from(row.attempts).unwrap_or(u32::MAX),
        created_at: Timestamp::from_micros(row.created_at),
        next_at: time(row.next_at),
        ended_at: time(row.ended_at),
        last_error: row.last_error.clone(),
    })
}
