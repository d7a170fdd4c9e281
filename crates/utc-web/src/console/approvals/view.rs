//! What the pages show.

use serde::Serialize;
use utc_app::{
    AppError, ApprovalFilter, ApprovalRights, ApprovalView, Console, HeldOutcome, Refusal,
};
use utc_chart::{Backlog, BacklogChart};
use utc_domain::{ApprovalId, ApprovalStatus, Timestamp};

use super::query::{ANY, QueueQuery};
use crate::access::Caller;
use crate::console::words::capital;
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
}

/// One of them, and for how long it has waited.
#[derive(Serialize)]
struct Waiting {
    approval: ApprovalAnswer,
    waited: String,
    left: String,
    /// Whether whoever looks may decide it.
    decides: bool,
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
        let ids: Vec<ApprovalId> = page.items.iter().map(|view| view.id).collect();
        let rights = console.rights_on_approvals(&by.shared(), &ids)?;
        let items = page.items.into_iter().zip(rights);
        Ok(Self {
            items: items
                .map(|(view, rights)| Waiting {
                    decides: rights.vote.is_ok(),
                    ..Waiting::new(view, now)
                })
                .collect(),
            status: query.chosen().to_owned(),
            statuses: statuses(),
            unit: query.unit.clone().unwrap_or_default(),
            subject: query.subject.clone().unwrap_or_default(),
            next,
            queues: console.approval_figures(by, None, None)?.into(),
            chart: chart(console, by, now)?,
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
            decides: false,
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
    outcome: Option<OutcomeView>,
}

/// What is known of a request that was sent.
#[derive(Serialize)]
struct OutcomeView {
    /// The status that the upstream answered with.
    status: Option<u16>,
    /// Who said what became of it, where nobody knew.
    settled_by: Option<String>,
    receipt_id: String,
}

/// What somebody may do with it, as it stands.
#[derive(Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a form that is on the page or not"
)]
struct May {
    vote: bool,
    /// While it waits: why they may not vote.
    not_vote: Option<String>,
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
        let outcome = console.held_outcome(id)?;
        let may = May::of(console.approval_rights(&shared, id)?, &view);
        let context = view
            .context
            .as_ref()
            .and_then(|context| serde_json::to_string_pretty(context).ok());
        let Waiting {
            approval,
            waited,
            left,
            ..
        } = Waiting::new(view, now);
        Ok(Self {
            approval: approval.with_request(request),
            waited,
            left,
            context,
            unit: unit.map(Into::into),
            may,
            outcome: outcome.map(OutcomeView::from),
        })
    }
}

impl From<HeldOutcome> for OutcomeView {
    fn from(outcome: HeldOutcome) -> Self {
        Self {
            status: outcome.status,
            settled_by: outcome.settled_by,
            receipt_id: outcome.receipt_id,
        }
    }
}

impl May {
    fn of(rights: ApprovalRights, view: &ApprovalView) -> Self {
        let waits = view.status == ApprovalStatus::Pending;
        Self {
            vote: rights.vote.is_ok(),
            not_vote: rights.vote.err().filter(|_| waits).map(why_not),
            cancel: rights.cancel,
            revoke: rights.revoke,
            settle: rights.settle,
        }
    }
}

/// Why somebody may not vote, and who may.
fn why_not(error: AppError) -> String {
    const OTHERS: &str = "Another approver of this unit decides.";
    match error {
        AppError::Forbidden(Refusal::Duties(refusal)) => {
            format!("{}. {OTHERS}", capital(&refusal.to_string()))
        }
        AppError::Forbidden(_) => {
            "Somebody with the role approver on this unit decides, and never whoever asked."
                .to_owned()
        }
        AppError::Conflict {
            code: "already_voted",
            message,
        } => format!("{}. It waits for other people.", capital(&message)),
        other => format!("{}.", capital(&other.to_string())),
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
