//! The quarantine on the wire.

use serde::Serialize;
use utc_app::signals::{QuarantinePage, QuarantineView};
use utoipa::ToSchema;

use crate::wire::receipts::cursor;

/// A delivery that was not taken. Its body is not kept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QuarantineEntry {
    /// When it came.
    at: String,
    /// Which receiver it came to.
    adapter: String,
    /// The source that it named.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    /// Which check failed: `signature`, `stale`, `too_large`, `media_type`, `json`, `form`, `claims`, `not_granted`,
    /// `unsupported`, `quota`, or `conflict` (an id that came before with other content).
    reason: String,
    /// Why, in words.
    detail: String,
    /// Where it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// The digest of its body.
    #[serde(skip_serializing_if = "Option::is_none")]
    body_hash: Option<String>,
    /// How large its body was, as far as it was read.
    body_bytes: u64,
}

impl From<QuarantineView> for QuarantineEntry {
    fn from(view: QuarantineView) -> Self {
        Self {
            at: view.at.to_string(),
            adapter: view.adapter,
            source: view.source,
            reason: view.reason,
            detail: view.detail,
            address: view.address,
            body_hash: view.body_hash,
            body_bytes: view.body_bytes,
        }
    }
}

/// Deliveries that were not taken, newest first; the last 10,000 are kept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QuarantineList {
    /// The deliveries.
    items: Vec<QuarantineEntry>,
    /// Where to go on; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

impl From<QuarantinePage> for QuarantineList {
    fn from(page: QuarantinePage) -> Self {
        Self {
            next_cursor: page.next.map(|number| cursor(&number.to_string())),
            items: page.items.into_iter().map(QuarantineEntry::from).collect(),
        }
    }
}
