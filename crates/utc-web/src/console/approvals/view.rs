//! What the pages show.

use serde::Serialize;
use utc_app::{AppError, ApprovalFilter, ApprovalView, Console};
use utc_chart::{Backlog, BacklogChart};
use utc_domain::{ApprovalId, ApprovalStatus, ExecutionStatus, Role, Timestamp};

use super::query::{ANY, QueueQuery};
use crate::access::Caller;
use crate::wire::approval_queue::QueueList;
use crate::wire::approvals::ApprovalAnswer;
use crate::wire::receipts::cursor;
use crate::wire::units::UnitAnswer;

/// How many are on a page.
const PAGE: usize = 20;

/// The queue.
#[derive(Serialize)]
pub(super) struct QueueView {
    items: Vec<Waiting>,
    /// The status that is shown.
    status: String,
    statuses: Vec<&'static str>,
    unit: String,
    subject: String,
    /// The link to the next page.
    next: Option<String>,
    queues: QueueList,
    chart: String,
    votes: bool,
}

/// One of them, and for how long it has waited.
#[derive(Serialize)]
struct Waiting {
    approval: ApprovalAnswer,
    waited: String,
    left: String,
}

impl QueueView {
    pub(super) fn of(
        console: &Console,
        by: &Caller,
        query: &QueueQuery,
        filter: &ApprovalFilter,
    ) -> Result<Self, AppError> {
        let now = console.options().clock.now();
        let page = console.approvals(&by.shared(), filter, PAGE)?;
        let next = page.next.map(|id| next(query, id));
        Ok(Self {
            items: page
                .items
                .into_iter()
                .map(|view| Waiting::new(view, now))
                .collect(),
            status: query.chosen().to_owned(),
            statuses: statuses(),
            unit: query.unit.clone().unwrap_or_default(),
            subject: query.subject.clone().unwrap_or_default(),
            next,
            queues: console.approval_figures(by, None, None)?.into(),
            chart: chart(console, by, now)?,
            votes: by.holds(Role::Approver).is_ok(),
        })
    }
}

impl Waiting {
    fn new(view: ApprovalView, now: Timestamp) -> Self {
        let until = match view.status {
            ApprovalStatus::Pending => now,
            ApprovalStatus::Approved
            | ApprovalStatus::Used
            | ApprovalStatus::Rejected
            | ApprovalStatus::Expired
            | ApprovalStatus::Cancelled
            | ApprovalStatus::Revoked
            | ApprovalStatus::Void => view.decided_at.or(view.ended_at).unwrap_or(now),
        };
        Self {
            waited: span(view.created_at, until),
            left: span(now, view.expires_at),
            approval: view.into(),
        }
    }
}

fn statuses() -> Vec<&'static str> {
    let every = ApprovalStatus::ALL;
    every
        .iter()
        .map(|status| status.as_str())
        .chain([ANY])
        .collect()
}

fn next(query: &QueueQuery, id: ApprovalId) -> String {
    let after = cursor(&id.to_string());
    let pairs = [
        ("status", Some(query.chosen())),
        ("unit", query.unit.as_deref()),
        ("subject", query.subject.as_deref()),
        ("cursor", Some(after.as_str())),
    ];
    let given = pairs
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    crate::console::link::with_query("/approvals", given)
}

fn chart(console: &Console, by: &Caller, now: Timestamp) -> Result<String, AppError> {
    let backlog = console.approval_backlog(by)?;
    let backlog: Vec<Backlog> = backlog
        .into_iter()
        .map(|since| Backlog {
            at: since.at,
            pending: since.pending,
            wait_minutes: since.expected_wait_minutes,
        })
        .collect();
    Ok(BacklogChart {
        backlog: &backlog,
        until: now,
    }
    .draw()
    .html())
}

/// One approval.
#[derive(Serialize)]
pub(super) struct ApprovalPageView {
    approval: ApprovalAnswer,
    waited: String,
    left: String,
    /// The context as the caller sent it.
    context: Option<String>,
    /// The unit as it is now, for whoever may see it.
    unit: Option<UnitAnswer>,
    may: May,
}

/// What somebody may do with it, as far as this can be known before they try.
#[derive(Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a form that is on the page or not"
)]
struct May {
    vote: bool,
    cancel: bool,
    revoke: bool,
    settle: bool,
}

impl ApprovalPageView {
    pub(super) fn of(console: &Console, by: &Caller, id: ApprovalId) -> Result<Self, AppError> {
        let shared = by.shared();
        let view = console.approval(&shared, id)?;
        let request = console.held_request(&shared, id)?;
        let now = console.options().clock.now();
        let seen = by.sees(Some(view.unit.as_str()));
        let unit = if seen {
            console.unit(&view.unit).ok()
        } else {
            None
        };
        let may = May::of(by, &view);
        let context = view
            .context
            .as_ref()
            .and_then(|context| serde_json::to_string_pretty(context).ok());
        let Waiting {
            approval,
            waited,
            left,
        } = Waiting::new(view, now);
        Ok(Self {
            approval: approval.with_request(request),
            waited,
            left,
            context,
            unit: unit.map(Into::into),
            may,
        })
    }
}

impl May {
    fn of(by: &Caller, view: &ApprovalView) -> Self {
        let holds = |role| by.may(role, &view.unit).is_ok();
        let voted = view.votes.iter().any(|vote| vote.voter == *by.name());
        let own = view.requester == *by.name();
        Self {
            vote: view.status == ApprovalStatus::Pending && holds(Role::Approver) && !own,
            cancel: view.status == ApprovalStatus::Pending && (own || holds(Role::Admin)),
            revoke: view.status == ApprovalStatus::Approved && (voted || holds(Role::Operator)),
            settle: view.execution == ExecutionStatus::OutcomeUnknown && holds(Role::Operator),
        }
    }
}

/// A span of time in words; `0 min` where it is over.
fn span(from: Timestamp, to: Timestamp) -> String {
    let minutes = to.micros_since(from).max(0) / 60_000_000;
    match (minutes / 1_440, minutes / 60 % 24, minutes % 60) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_told_in_its_two_largest_units() {
        let from: Timestamp = "2026-01-31T12:00:00Z".parse().unwrap();
        for (minutes, words) in [
            (-5, "0 min"),
            (0, "0 min"),
            (59, "59 min"),
            (61, "1 h 1 min"),
            (3_000, "2 d 2 h"),
        ] {
            assert_eq!(span(from, from.plus_minutes(minutes)), words);
        }
    }
}
