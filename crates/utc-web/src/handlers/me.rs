//! `/api/v1/me`.

use actix_web::HttpResponse;

use crate::access::Caller;
use crate::problem::Problem;
use crate::wire::identity::MeAnswer;

/// Who am I?
#[utoipa::path(get, path = "/api/v1/me", tag = "Access", responses(
    (status = 200, description = "The caller's name and rights", body = MeAnswer),
    (status = 401, description = "No valid credentials", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn get(caller: Caller) -> HttpResponse {
    HttpResponse::Ok().json(MeAnswer::new(&caller, caller.session()))
}
