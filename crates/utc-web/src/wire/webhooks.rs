//! Webhooks on the wire.

use serde::{Deserialize, Serialize};
use utc_app::{NewWebhook, SavedWebhook, WebhookChange, WebhookView};
use utc_domain::{NoticeFormat, NoticeKind, NoticeKinds, WebhookUrl};
use utoipa::ToSchema;

use super::identity::rights::{pattern_texts, read_scope};
use super::parts::Fields;
use crate::problem::Problem;

/// A webhook to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookBody {
    /// What people call it, 1 to 100 characters; no other may be called so.
    name: String,
    /// Where notices go: `https://` or `http://`. Private addresses only where `UTC_OUTBOUND_ALLOW` lists them.
    url: String,
    /// `standard` (signed as Standard Webhooks says; when absent) or `slack` (`{"text": …}`, not signed). It stays.
    format: Option<String>,
    /// `approval.requested`, `approval.approved`, `approval.rejected`, `approval.cancelled`, `approval.revoked`,
    /// `approval.voided`, `approval.expired`, `level.changed`, `rule.changed`, `pin.below_measured`, `unit.loosened`,
    /// `unit.risky`, `unit.not_risky`; absent: all of them.
    events: Option<Vec<String>>,
    /// Patterns of units that it hears of; absent or empty: every unit.
    #[serde(default)]
    units: Vec<String>,
}

impl WebhookBody {
    pub(crate) fn into_new(self) -> Result<NewWebhook, Problem> {
        let mut fields = Fields::default();
        let name = fields.read("/name", &self.name);
        let url = fields.read("/url", &self.url);
        let format = match &self.format {
            Some(format) => fields.read("/format", format),
            None => Some(NoticeFormat::Standard),
        };
        let events = match &self.events {
            Some(names) => read_events(&mut fields, names),
            None => Some(NoticeKinds::all()),
        };
        let units = read_scope(&mut fields, "units", &self.units);
        let new = match (name, url, format, events, units) {
            (Some(name), Some(url), Some(format), Some(events), Some(units)) => Some(NewWebhook {
                name,
                url,
                format,
                events,
                units,
            }),
            _ => None,
        };
        fields.finish_with(new)
    }
}

/// What to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookPatch {
    /// What people call it.
    name: Option<String>,
    /// Where notices go, those that wait already, too.
    url: Option<String>,
    /// What it hears of.
    events: Option<Vec<String>>,
    /// Patterns of units that it hears of; empty: every unit.
    units: Option<Vec<String>>,
    /// Whether it gets notices. Switching it off gives up what waits for it.
    enabled: Option<bool>,
    /// `true`: sign with a new secret from now on. It is in the answer. The one before signs beside it for 24 hours.
    #[serde(default)]
    new_secret: bool,
}

impl WebhookPatch {
    pub(crate) fn into_change(self) -> Result<WebhookChange, Problem> {
        let mut fields = Fields::default();
        let name = fields.read_optional("/name", self.name.as_deref());
        let url = fields.read_optional("/url", self.url.as_deref());
        let events = self.events.as_ref();
        let events = events.and_then(|names| read_events(&mut fields, names));
        let units = self.units.as_ref();
        let units = units.and_then(|texts| read_scope(&mut fields, "units", texts));
        fields.finish()?;
        Ok(WebhookChange {
            name,
            url,
            events,
            units,
            enabled: self.enabled,
            new_secret: self.new_secret,
        })
    }
}

fn read_events(fields: &mut Fields, names: &[String]) -> Option<NoticeKinds> {
    let mut kinds = Vec::new();
    for (index, name) in names.iter().enumerate() {
        kinds.extend(fields.read::<NoticeKind>(&format!("/events/{index}"), name));
    }
    if kinds.len() < names.len() {
        return None;
    }
    NoticeKinds::new(&kinds)
        .map_err(|error| fields.error("/events", error.to_string()))
        .ok()
}

/// The policy's objection to where notices would go.
pub(crate) fn objection(why: String) -> Problem {
    Problem::field("/url", why)
}

/// A webhook.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookAnswer {
    /// The id.
    id: String,
    /// What people call it.
    name: String,
    /// Where notices go. Some receivers know senders by the URL alone: treat it as a secret.
    url: String,
    /// `standard` or `slack`.
    format: &'static str,
    /// What it hears of.
    events: Vec<&'static str>,
    /// Patterns of units that it hears of; empty: every unit.
    units: Vec<String>,
    /// Whether it gets notices.
    enabled: bool,
    /// When it was made.
    created_at: String,
    /// Who made it.
    created_by: String,
    /// When it was last changed.
    updated_at: String,
    /// The receipt of the last change.
    receipt_id: String,
}

impl From<WebhookView> for WebhookAnswer {
    fn from(view: WebhookView) -> Self {
        let kinds = view.events.as_slice().iter();
        Self {
            id: view.id.to_string(),
            name: view.name.to_string(),
            url: WebhookUrl::as_str(&view.url).to_owned(),
            format: view.format.as_str(),
            events: kinds.map(|kind| kind.as_str()).collect(),
            units: pattern_texts(&view.units),
            enabled: view.enabled,
            created_at: view.created_at.to_string(),
            created_by: view.created_by,
            updated_at: view.updated_at.to_string(),
            receipt_id: view.receipt_id,
        }
    }
}

/// A webhook that was made or changed.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhookSaved {
    /// What signs its notices, where a new one was made: `whsec_…`. It is shown here and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    #[serde(flatten)]
    view: WebhookAnswer,
}

impl From<SavedWebhook> for WebhookSaved {
    fn from(saved: SavedWebhook) -> Self {
        Self {
            secret: saved.secret.map(|secret| secret.to_string()),
            view: saved.view.into(),
        }
    }
}

/// Every webhook, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookList {
    /// The webhooks.
    pub(crate) items: Vec<WebhookAnswer>,
}
