//! Events on the wire.

use serde::{Deserialize, Serialize};
use utc_app::signals::{DismissedView, EventPage, EventQuery, EventView};
use utc_domain::{Reason, UnitName};
use utoipa::{IntoParams, ToSchema};

use crate::problem::Problem;
use crate::wire::parts::Fields;
use crate::wire::receipts::{cursor, read_cursor, read_limit};

/// What to search for; all given conditions must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventSearch {
    /// Of this source.
    source: Option<String>,
    /// Matching this unit, by name or alias.
    unit: Option<String>,
    /// About this topic.
    topic: Option<String>,
    /// `info`, `low`, `medium`, `high` or `critical`.
    severity: Option<String>,
    /// Seen at this time or later (ISO 8601).
    from: Option<String>,
    /// Seen before this time.
    to: Option<String>,
    /// `true`: only what matches no unit.
    unmatched: Option<bool>,
    /// Where to go on.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    limit: Option<String>,
}

impl EventSearch {
    pub(crate) fn wanted(&self) -> Result<(EventQuery, Option<i64>, usize), Problem> {
        let mut fields = Fields::default();
        let query = EventQuery {
            source: self.source.clone(),
            unit: fields.read_optional("/unit", self.unit.as_deref()),
            topic: self.topic.clone(),
            severity: fields.read_optional("/severity", self.severity.as_deref()),
            from: fields.read_optional("/from", self.from.as_deref()),
            to: fields.read_optional("/to", self.to.as_deref()),
            unmatched: self.unmatched.unwrap_or(false),
        };
        let before = read_cursor(&mut fields, self.cursor.as_deref());
        let limit = read_limit(&mut fields, self.limit.as_deref());
        fields.finish()?;
        Ok((query, before, limit))
    }
}

/// An event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventAnswer {
    /// The digest of its content, by which receipts name it.
    id: String,
    /// Who said it.
    source: String,
    /// When it happened, by the source's clock.
    event_time: String,
    /// When it came in.
    when_seen: String,
    /// What it is about.
    topic: String,
    /// How bad it is.
    severity: &'static str,
    /// How sure the source is, from 0 to 1.
    confidence: f64,
    /// What it concerns, in the source's words.
    entities: Vec<String>,
    /// Where to read more.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    /// What happened, in the source's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    /// `raises`, `closes`, or `unknown` (its type is not known here, and it weighs nothing).
    meaning: String,
    /// For one that closes: what is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    closes: Option<String>,
    /// The format that it came in.
    adapter: &'static str,
    /// How the source proved itself: `token`, `hmac`, or `jws:` and the key.
    verification: String,
    /// The digest of the body that it came in.
    body_hash: String,
    /// The units that it matches; none: it is unmatched.
    units: Vec<String>,
    /// Who dismissed it, when and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    dismissed: Option<DismissedAnswer>,
}

/// A person's word that an event does not count.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DismissedAnswer {
    /// When.
    at: String,
    /// Who.
    by: String,
    /// Why.
    reason: String,
    /// The receipt.
    receipt_id: String,
}

impl From<DismissedView> for DismissedAnswer {
    fn from(view: DismissedView) -> Self {
        Self {
            at: view.at.to_string(),
            by: view.by,
            reason: view.reason,
            receipt_id: view.receipt_id,
        }
    }
}

impl From<EventView> for EventAnswer {
    fn from(view: EventView) -> Self {
        Self {
            id: view.hash.to_string(),
            source: view.source,
            event_time: view.event_time.to_string(),
            when_seen: view.when_seen.to_string(),
            topic: view.topic,
            severity: view.severity.as_str(),
            confidence: view.confidence,
            entities: view.entities,
            link: view.link,
            summary: view.summary,
            meaning: view.meaning,
            closes: view.closes.map(|hash| hash.to_string()),
            adapter: view.adapter.as_str(),
            verification: view.proof,
            body_hash: view.body_hash.to_string(),
            units: view.units.iter().map(UnitName::to_string).collect(),
            dismissed: view.dismissed.map(DismissedAnswer::from),
        }
    }
}

/// Events, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventList {
    /// The events.
    items: Vec<EventAnswer>,
    /// Where to go on; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

impl From<EventPage> for EventList {
    fn from(page: EventPage) -> Self {
        Self {
            next_cursor: page.next.map(|number| cursor(&number.to_string())),
            items: page.items.into_iter().map(EventAnswer::from).collect(),
        }
    }
}

/// Why an event does not count.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DismissBody {
    /// Why, at most 1,000 characters.
    reason: String,
}

impl DismissBody {
    pub(crate) fn into_reason(self) -> Result<Reason, Problem> {
        let mut fields = Fields::default();
        let reason = fields.read("/reason", &self.reason);
        fields.finish_with(reason)
    }
}
