//! Pages for people: the start page, the description of the API, the style sheet.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, ContentType};
use actix_web::web::Data;

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
