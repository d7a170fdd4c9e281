//! `/api/v1/approvals`.

use std::time::{Duration, Instant};

use actix_web::HttpResponse;
use actix_web::rt::time::{sleep, timeout};
use actix_web::web::{Data, Path, Query};
use utc_app::{AppError, ApprovalView};
use utc_domain::{ApprovalId, ApprovalStatus, VoteChoice};

use super::blocking;
use crate::State;
use crate::access::Caller;
use crate::body::OptionalJson;
use crate::problem::Problem;
use crate::wire::approval_queue::{QueueList, QueueQuery};
use crate::wire::approvals::{
    ApprovalAnswer, ApprovalList, ApprovalQuery, CommentBody, VotedAnswer, WaitQuery,
    WithdrawnAnswer,
};

/// How long to leave an approval alone that another server has just made, and that this one does not watch yet.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// Search approvals, newest first
///
/// Whoever may read or vote sees those of their units, and everybody those that they asked for.
#[utoipa::path(get, path = "/api/v1/approvals", tag = "Approvals", params(ApprovalQuery), responses(
    (status = 200, description = "A page of approvals", body = ApprovalList),
    (status = 400, description = "A condition is not valid", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    state: Data<State>,
    caller: Caller,
    query: Query<ApprovalQuery>,
) -> Result<HttpResponse, Problem> {
    let (filter, limit) = query.into_inner().into_filter()?;
    let by = caller.shared();
    let work = move |console: &utc_app::Console| console.approvals(&by, &filter, limit);
    let page = blocking(&state, work).await?;
    Ok(HttpResponse::Ok().json(ApprovalList::from(page)))
}

/// The people who approve, as queues
///
/// One queue for each set of people who vote on the same units, where something waits or was asked for in the last 24 hours,
/// or the one of `unit`.
#[utoipa::path(get, path = "/api/v1/approvals/queue", tag = "Approvals", params(QueueQuery), responses(
    (status = 200, description = "The queues", body = QueueList),
    (status = 400, description = "A condition is not valid", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such unit that the caller may know of", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn queue(
    state: Data<State>,
    caller: Caller,
    query: Query<QueueQuery>,
) -> Result<HttpResponse, Problem> {
    let (unit, sla) = query.into_inner().wanted()?;
    let by = caller.shared();
    let work = move |console: &utc_app::Console| console.approval_figures(&by, unit.as_ref(), sla);
    let figures = blocking(&state, work).await?;
    Ok(HttpResponse::Ok().json(QueueList::from(figures)))
}

/// One approval
///
/// With `wait` the answer comes when it is decided, or when that time is over. Those who judge it and whoever asked also
/// see the request that was held.
#[utoipa::path(get, path = "/api/v1/approvals/{id}", tag = "Approvals", params(("id" = String, Path, description = "The approval's id"), WaitQuery), responses(
    (status = 200, description = "The approval", body = ApprovalAnswer),
    (status = 404, description = "No such approval that the caller may know of", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "Too many requests of this caller wait already", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn get(
    state: Data<State>,
    caller: Caller,
    id: Path<String>,
    query: Query<WaitQuery>,
) -> Result<HttpResponse, Problem> {
    let id = approval_id(&id)?;
    let until = Instant::now() + Duration::from_secs(query.seconds()?);
    let mut view = read(&state, &caller, id).await?;
    let waits = || Instant::now() < until && !state.console.has_stopped_waiting();
    while view.status == ApprovalStatus::Pending && waits() {
        view = look_again(&state, &caller, id, until).await?;
    }
    let by = caller.shared();
    let request = blocking(&state, move |console| console.held_request(&by, id)).await?;
    Ok(HttpResponse::Ok().json(ApprovalAnswer::from(view).with_request(request)))
}

/// Waits until it is decided, at most until `until`. Holds nothing of the database meanwhile.
async fn look_again(
    state: &Data<State>,
    caller: &Caller,
    id: ApprovalId,
    until: Instant,
) -> Result<ApprovalView, Problem> {
    let watch = state.console.watch(&caller.shared(), id)?;
    let view = read(state, caller, id).await?;
    if view.status != ApprovalStatus::Pending {
        return Ok(view);
    }
    let left = until.saturating_duration_since(Instant::now());
    if timeout(left, watch.decided()).await.is_err() {
        return Ok(view);
    }
    let view = read(state, caller, id).await?;
    if view.status == ApprovalStatus::Pending {
        sleep(LOOK_AGAIN.min(until.saturating_duration_since(Instant::now()))).await;
    }
    Ok(view)
}

async fn read(
    state: &Data<State>,
    caller: &Caller,
    id: ApprovalId,
) -> Result<ApprovalView, Problem> {
    let by = caller.shared();
    blocking(state, move |console| console.approval(&by, id)).await
}

/// Approve a request
///
/// Counts once for each person. When enough people have approved, the request may be made once, for a while.
#[utoipa::path(post, path = "/api/v1/approvals/{id}/approve", tag = "Approvals", params(("id" = String, Path, description = "The approval's id")), request_body = Option<CommentBody>, responses(
    (status = 200, description = "Counted, with the receipt of that", body = VotedAnswer),
    (status = 403, description = "The caller may not vote on this unit, or not on this request", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such approval that the caller may know of", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "It is decided, or the person has voted", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn approve(
    state: Data<State>,
    caller: Caller,
    id: Path<String>,
    body: OptionalJson<CommentBody>,
) -> Result<HttpResponse, Problem> {
    vote(&state, &caller, &id, VoteChoice::Approve, body.0).await
}

/// Reject a request
///
/// One rejection ends it, whatever others said.
#[utoipa::path(post, path = "/api/v1/approvals/{id}/reject", tag = "Approvals", params(("id" = String, Path, description = "The approval's id")), request_body = Option<CommentBody>, responses(
    (status = 200, description = "Rejected, with the receipt of that", body = VotedAnswer),
    (status = 403, description = "The caller may not vote on this unit, or not on this request", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such approval that the caller may know of", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "It is decided, or the person has voted", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn reject(
    state: Data<State>,
    caller: Caller,
    id: Path<String>,
    body: OptionalJson<CommentBody>,
) -> Result<HttpResponse, Problem> {
    vote(&state, &caller, &id, VoteChoice::Reject, body.0).await
}

async fn vote(
    state: &Data<State>,
    caller: &Caller,
    id: &str,
    choice: VoteChoice,
    body: CommentBody,
) -> Result<HttpResponse, Problem> {
    let id = approval_id(id)?;
    let comment = body.into_comment()?;
    let voted = state.console.vote(caller, id, choice, comment);
    let voted = voted.await?;
    tracing::info!(approval_id = %id, receipt_id = %voted.receipt_id, status = %voted.status, "a vote was counted");
    Ok(HttpResponse::Ok().json(VotedAnswer::from(voted)))
}

/// Take a request back while it waits
///
/// Whoever asked, or an administrator.
#[utoipa::path(post, path = "/api/v1/approvals/{id}/cancel", tag = "Approvals", params(("id" = String, Path, description = "The approval's id")), request_body = Option<CommentBody>, responses(
    (status = 200, description = "Taken back, with the receipt of that", body = WithdrawnAnswer),
    (status = 403, description = "It is not the caller's", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such approval that the caller may know of", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "It does not wait any more", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn cancel(
    state: Data<State>,
    caller: Caller,
    id: Path<String>,
    body: OptionalJson<CommentBody>,
) -> Result<HttpResponse, Problem> {
    let id = approval_id(&id)?;
    let comment = body.0.into_comment()?;
    let done = state.console.cancel_approval(&caller, id, comment);
    let done = done.await?;
    tracing::info!(approval_id = %id, receipt_id = %done.receipt_id, "a request was taken back");
    Ok(HttpResponse::Ok().json(WithdrawnAnswer::from(done)))
}

/// Take an approval back before it is used
///
/// An operator of the unit, or an approver who voted for it.
#[utoipa::path(post, path = "/api/v1/approvals/{id}/revoke", tag = "Approvals", params(("id" = String, Path, description = "The approval's id")), request_body = Option<CommentBody>, responses(
    (status = 200, description = "Taken back, with the receipt of that", body = WithdrawnAnswer),
    (status = 403, description = "The caller is no operator of the unit and did not vote", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such approval that the caller may know of", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "It is not approved, or used already", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn revoke(
    state: Data<State>,
    caller: Caller,
    id: Path<String>,
    body: OptionalJson<CommentBody>,
) -> Result<HttpResponse, Problem> {
    let id = approval_id(&id)?;
    let comment = body.0.into_comment()?;
    let done = state.console.revoke_approval(&caller, id, comment);
    let done = done.await?;
    tracing::info!(approval_id = %id, receipt_id = %done.receipt_id, "an approval was taken back");
    Ok(HttpResponse::Ok().json(WithdrawnAnswer::from(done)))
}

/// What is no id at all names no approval either.
pub(crate) fn approval_id(text: &str) -> Result<ApprovalId, Problem> {
    text.parse().map_err(|_| {
        Problem::from(AppError::NotFound {
            what: "approval",
            name: text.escape_default().to_string(),
        })
    })
}
