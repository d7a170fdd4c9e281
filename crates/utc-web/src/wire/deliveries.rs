//! What became of notices, on the wire.

use serde::{Deserialize, Serialize};
use utc_app::{DeliveryPage, DeliveryView};
use utc_domain::{DeliveryState, NoticeId, Timestamp};
use utc_notify::Report;
use utoipa::{IntoParams, ToSchema};

use super::parts::Fields;
use super::receipts::{cursor, read_cursor, read_limit};
use crate::problem::Problem;

/// What came of a test.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TestAnswer {
    /// Whether the receiver took it: it answered with 2xx in time.
    delivered: bool,
    /// The status that it answered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// The beginning of what it answered, at most 1,000 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<String>,
    /// Why it was not delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl From<Report> for TestAnswer {
    fn from(report: Report) -> Self {
        let (delivered, error) = (report.is_taken(), report.error());
        let (status, answer) = match report {
            Report::Answered { status, text } => (Some(status), Some(text)),
            Report::Unanswered { .. } | Report::Refused { .. } => (None, None),
        };
        Self {
            delivered,
            status,
            answer,
            error,
        }
    }
}

/// One notice to one webhook.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryAnswer {
    /// The id, which goes out as `webhook-id` with each attempt.
    id: String,
    /// What it tells of, such as `approval.requested`.
    event: &'static str,
    /// `pending`, `delivered` or `dead`.
    state: &'static str,
    /// How often it was tried.
    attempts: u32,
    /// When what it tells of happened.
    created_at: String,
    /// When it is tried next.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_at: Option<String>,
    /// When it arrived or was given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
    /// What went wrong last.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
}

impl From<DeliveryView> for DeliveryAnswer {
    fn from(view: DeliveryView) -> Self {
        let text = |at: Timestamp| at.to_string();
        Self {
            id: view.id.to_string(),
            event: view.kind.as_str(),
            state: view.state.as_str(),
            attempts: view.attempts,
            created_at: text(view.created_at),
            next_at: view.next_at.map(text),
            ended_at: view.ended_at.map(text),
            last_error: view.last_error,
        }
    }
}

/// A page of deliveries, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryList {
    /// The deliveries.
    items: Vec<DeliveryAnswer>,
    /// Ask again with this `cursor`; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

impl From<DeliveryPage> for DeliveryList {
    fn from(page: DeliveryPage) -> Self {
        Self {
            items: page.items.into_iter().map(Into::into).collect(),
            next_cursor: page.next.map(|id| cursor(&id.to_string())),
        }
    }
}

/// Which deliveries to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeliveryQuery {
    /// `pending`, `delivered` or `dead`; absent: all of them.
    state: Option<String>,
    /// Where to go on.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    limit: Option<String>,
}

/// What [`DeliveryQuery`] asks for: a state, where to go on, how many.
pub(crate) type Wanted = (Option<DeliveryState>, Option<NoticeId>, usize);

impl DeliveryQuery {
    pub(crate) fn wanted(&self) -> Result<Wanted, Problem> {
        let mut fields = Fields::default();
        let state = fields.read_optional("/state", self.state.as_deref());
        let before = read_cursor(&mut fields, self.cursor.as_deref());
        let limit = read_limit(&mut fields, self.limit.as_deref());
        fields.finish()?;
        Ok((state, before, limit))
    }
}
