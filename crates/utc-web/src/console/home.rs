//! `/` and the description of the API.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;

use super::docs::DocsView;
use super::{Shell, Tab};
use crate::access::{Access, MaybeCaller};
use crate::problem::Problem;
use crate::routes::Endpoint;

pub(super) fn routes() -> Vec<Endpoint> {
    vec![
        Endpoint::new::<__path_start, _, _>(Access::Anyone, start),
        Endpoint::new::<__path_docs, _, _>(Access::Anyone, docs),
    ]
}

/// Where people begin
///
/// Leads to the first page that is for them; strangers sign in.
#[utoipa::path(get, path = "/", tag = "Pages", responses((status = 303, description = "To a page, or to the page to sign in")))]
pub(crate) async fn start(caller: MaybeCaller) -> HttpResponse {
    let place = match &caller.0 {
        Some(caller) => Tab::first_for(caller).path(),
        None => "/login",
    };
    HttpResponse::SeeOther()
        .insert_header((LOCATION, place))
        .finish()
}

/// The API for readers
#[utoipa::path(get, path = "/api/docs", tag = "Pages", responses((status = 200, description = "This description as a page", content_type = "text/html")))]
pub(crate) async fn docs(shell: Shell) -> Result<HttpResponse, Problem> {
    shell.page("docs.html", &DocsView::new())
}
