//! Where links of notices lead.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use actix_web::web::Path;

use super::approvals::approval_id;
use crate::access::MaybeCaller;
use crate::problem::Problem;

/// Where notices lead: a request for approval
///
/// Shows it to whoever is signed in.
#[utoipa::path(get, path = "/approvals/{id}", tag = "Pages", params(("id" = String, Path, description = "The approval's id")), responses(
    (status = 303, description = "To the approval, or to the page to sign in"),
    (status = 404, description = "No approval has such an id", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn approval(
    caller: MaybeCaller,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = approval_id(&id)?;
    Ok(shown(&caller, format!("/api/v1/approvals/{id}")))
}

/// What the API says of it, which a browser shows; strangers sign in first.
fn shown(caller: &MaybeCaller, path: String) -> HttpResponse {
    let place = match caller.0 {
        Some(_) => path,
        None => "/login".to_owned(),
    };
    HttpResponse::SeeOther()
        .insert_header((LOCATION, place))
        .finish()
}
