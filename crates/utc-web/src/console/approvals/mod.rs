//! Approvals: what waits for me?

mod act;
mod query;
mod view;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use utc_domain::Role;

use self::query::QueueQuery;
use self::view::{ApprovalPageView, QueueView};
use super::{Shell, Tab};
use crate::State;
use crate::access::{Access, Caller};
use crate::handlers::approvals::approval_id;
use crate::handlers::blocking;
use crate::problem::Problem;
use crate::routes::Endpoint;

pub(super) fn routes() -> Vec<Endpoint> {
    const APPROVER: Access = Access::Role(Role::Approver);
    const OPERATOR: Access = Access::Role(Role::Operator);
    vec![
        Endpoint::new::<__path_page, _, _>(Tab::Approvals.access(), page),
        // Whoever asked may look at it too.
        Endpoint::new::<__path_one, _, _>(Access::Known, one),
        Endpoint::new::<act::__path_approve, _, _>(APPROVER, act::approve),
        Endpoint::new::<act::__path_reject, _, _>(APPROVER, act::reject),
        Endpoint::new::<act::__path_cancel, _, _>(Access::Known, act::cancel),
        Endpoint::new::<act::__path_revoke, _, _>(Access::Known, act::revoke),
        Endpoint::new::<act::__path_settle, _, _>(OPERATOR, act::settle),
    ]
}

/// Approvals
///
/// What waits, newest first, and the people who approve as queues.
#[utoipa::path(get, path = "/approvals", tag = "Pages", params(QueueQuery), responses(
    (status = 200, description = "The page", content_type = "text/html"),
    (status = 400, description = "A condition is not valid", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn page(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    query: Query<QueueQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let filter = query.filter()?;
    let work = move |console: &utc_app::Console| QueueView::of(console, &caller, &query, &filter);
    let view = blocking(&state, work).await?;
    shell.page("approvals.html", &view)
}

/// One approval
///
/// Who asks for what and why, the request that was held, the votes so far, and what somebody may do.
#[utoipa::path(get, path = "/approvals/{id}", tag = "Pages", params(("id" = String, Path, description = "The approval's id")), responses(
    (status = 200, description = "The page", content_type = "text/html"),
    (status = 404, description = "No such approval that the caller may know of", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn one(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = approval_id(&id)?;
    let work = move |console: &utc_app::Console| ApprovalPageView::of(console, &caller, id);
    let view = blocking(&state, work).await?;
    shell.page("approval.html", &view)
}
