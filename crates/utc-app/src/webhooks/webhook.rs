//! What a webhook is.

use utc_domain::{NoticeFormat, NoticeKinds, Scope, Timestamp, WebhookId, WebhookName, WebhookUrl};
use zeroize::Zeroizing;

/// A webhook to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWebhook {
    /// What people call it; no other may be called so.
    pub name: WebhookName,
    /// Where notices go. Whoever sends them judges the address at each connection.
    pub url: WebhookUrl,
    /// What the receiver understands. It stays.
    pub format: NoticeFormat,
    /// What it hears of.
    pub events: NoticeKinds,
    /// Of which units. What is about no unit it hears in any case.
    pub units: Scope,
}

/// What to change; what is not given stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WebhookChange {
    /// What people call it.
    pub name: Option<WebhookName>,
    /// Where notices go, those that wait already, too.
    pub url: Option<WebhookUrl>,
    /// What it hears of.
    pub events: Option<NoticeKinds>,
    /// Of which units.
    pub units: Option<Scope>,
    /// Whether it gets notices. Switching it off gives up what waits for it.
    pub enabled: Option<bool>,
    /// Whether to sign with a new secret from now on. The one before signs beside it for 24 hours more.
    pub new_secret: bool,
}

/// A webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookView {
    /// The id.
    pub id: WebhookId,
    /// What people call it.
    pub name: WebhookName,
    /// Where notices go.
    pub url: WebhookUrl,
    /// What the receiver understands.
    pub format: NoticeFormat,
    /// What it hears of.
    pub events: NoticeKinds,
    /// Of which units.
    pub units: Scope,
    /// Whether it gets notices.
    pub enabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The receipt of the last change.
    pub receipt_id: String,
}

/// A webhook that was made or changed.
pub struct SavedWebhook {
    /// The webhook as it is now.
    pub view: WebhookView,
    /// The secret, `whsec_…`, where a new one was made. It is nowhere else to be read.
    pub secret: Option<Zeroizing<String>>,
}
