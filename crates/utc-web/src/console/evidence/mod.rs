//! Evidence: bundles to hand out, and decisions computed again.

mod export_form;
mod replay_form;
mod view;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use utc_domain::Role;

use self::view::{EvidencePageView, ExportPageView, ReplayPageView};
use super::{FormErrors, Shell, Tab};
use crate::State;
use crate::access::{Access, Caller};
use crate::handlers::blocking;
use crate::problem::Problem;
use crate::routes::Endpoint;
use crate::wire::work::work_id;

pub(super) fn routes() -> Vec<Endpoint> {
    const AUDITOR: Access = Access::Role(Role::Auditor);
    let page_access = Tab::Evidence.access();
    vec![
        Endpoint::new::<__path_page, _, _>(page_access, page),
        Endpoint::new::<export_form::__path_start, _, _>(page_access, export_form::start),
        Endpoint::new::<__path_export, _, _>(page_access, export),
        Endpoint::new::<export_form::__path_cancel, _, _>(page_access, export_form::cancel),
        Endpoint::new::<replay_form::__path_start, _, _>(AUDITOR, replay_form::start),
        Endpoint::new::<__path_replay, _, _>(AUDITOR, replay),
        Endpoint::new::<replay_form::__path_cancel, _, _>(AUDITOR, replay_form::cancel),
    ]
}

/// Evidence
///
/// What to export, what was exported last, the log's key, how to verify; and what to compute again.
#[utoipa::path(get, path = "/evidence", tag = "Pages", responses((status = 200, description = "The page", content_type = "text/html")))]
pub(crate) async fn page(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
) -> Result<HttpResponse, Problem> {
    let view = blocking(&state, move |console| {
        EvidencePageView::of(console, &caller)
    })
    .await?;
    shell.page("evidence.html", &view)
}

/// How an export stands
#[utoipa::path(get, path = "/evidence/exports/{id}", tag = "Pages", params(("id" = String, Path, description = "The export's id")), responses(
    (status = 200, description = "The page", content_type = "text/html"),
    (status = 404, description = "This process knows no such export", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn export(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let view = state
        .console
        .export_state(&caller, work_id("export", &id)?)?;
    shell.page("export.html", &ExportPageView::new(view))
}

/// How a replay stands
#[utoipa::path(get, path = "/evidence/replays/{id}", tag = "Pages", params(("id" = String, Path, description = "The replay's id")), responses(
    (status = 200, description = "The page", content_type = "text/html"),
    (status = 404, description = "This process knows no such replay", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn replay(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let view = state
        .console
        .replay_state(&caller, work_id("replay", &id)?)?;
    shell.page("replay.html", &ReplayPageView::new(view))
}

/// The page again, with what is wrong with one of its forms.
async fn again(
    state: &Data<State>,
    shell: Shell,
    caller: Caller,
    problem: Problem,
    show: impl FnOnce(EvidencePageView, FormErrors) -> EvidencePageView,
) -> Result<HttpResponse, Problem> {
    let (status, errors) = FormErrors::of(problem)?;
    let work = move |console: &utc_app::Console| {
        // The page shows more than somebody may see who replays decisions of some units only.
        caller.may_everywhere(Role::Auditor)?;
        EvidencePageView::of(console, &caller)
    };
    let view = show(blocking(state, work).await?, errors);
    shell.page_with(status, "evidence.html", &view)
}
