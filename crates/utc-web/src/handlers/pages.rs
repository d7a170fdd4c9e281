//! Pages for people: the start page, the description of the API, the style sheet.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, ContentType, LOCATION};
use actix_web::web::{Data, Path};
use utc_app::AppError;
use utc_domain::ReceiptId;

use super::approvals::approval_id;
use crate::State;
use crate::access::MaybeCaller;
use crate::pages::Page;
use crate::problem::Problem;

/// What runs here, with links
#[utoipa::path(get, path = "/", tag = "Pages", responses((status = 200, description = "The start page", content_type = "text/html")))]
pub(crate) async fn start(
    state: Data<State>,
    caller: MaybeCaller,
) -> Result<HttpResponse, Problem> {
    html(state.pages.render(Page::Start, &state, caller.0.as_ref())?)
}

/// The API for readers
#[utoipa::path(get, path = "/api/docs", tag = "Pages", responses((status = 200, description = "This description as a page", content_type = "text/html")))]
pub(crate) async fn docs(state: Data<State>, caller: MaybeCaller) -> Result<HttpResponse, Problem> {
    html(state.pages.render(Page::Docs, &state, caller.0.as_ref())?)
}

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

/// Where notices lead: a receipt
///
/// Shows it to whoever is signed in.
#[utoipa::path(get, path = "/receipts/{id}", tag = "Pages", params(("id" = String, Path, description = "The receipt's id")), responses(
    (status = 303, description = "To the receipt, or to the page to sign in"),
    (status = 404, description = "No receipt has such an id", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn receipt(
    caller: MaybeCaller,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let id: ReceiptId = id.parse().map_err(|_| AppError::NotFound {
        what: "receipt",
        name: id.escape_default().to_string(),
    })?;
    Ok(shown(&caller, format!("/api/v1/receipts/{id}")))
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

/// The style sheet; its name changes with its content.
pub(crate) async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(crate::pages::STYLE)
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "reads as the last step of handlers that can fail"
)]
pub(super) fn html(text: String) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok()
        .content_type(ContentType::html())
        .body(text))
}
