//! `/api/v1/me`.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use utc_app::AppError;

use super::blocking;
use crate::State;
use crate::access::{Caller, address_of};
use crate::body::Json;
use crate::problem::Problem;
use crate::wire::identity::users::OwnPasswordBody;
use crate::wire::identity::{MeAnswer, ReceiptAnswer};

/// Who am I?
#[utoipa::path(get, path = "/api/v1/me", tag = "Access", responses(
    (status = 200, description = "The caller's name and rights", body = MeAnswer),
    (status = 401, description = "No valid credentials", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn get(caller: Caller) -> HttpResponse {
    HttpResponse::Ok().json(MeAnswer::new(&caller, caller.session()))
}

/// Change one's own password
///
/// With the session of a browser. Every other session of the person ends. Counts as a try to sign in.
#[utoipa::path(post, path = "/api/v1/me/password", tag = "Access", request_body = OwnPasswordBody, responses(
    (status = 200, description = "Changed, with the receipt of that", body = ReceiptAnswer),
    (status = 400, description = "`current` is not the password, or the new one may not be chosen", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "The caller has no session", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "Too many tries", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn change_password(
    state: Data<State>,
    request: HttpRequest,
    caller: Caller,
    body: Json<OwnPasswordBody>,
) -> Result<HttpResponse, Problem> {
    let name = caller.name().to_string();
    let Some(signed_in) = caller.session().cloned() else {
        let what = "session of";
        return Err(AppError::NotFound { what, name }.into());
    };
    let address = address_of(&state.proxies, request.head());
    let user = name.strip_prefix("user:").unwrap_or(&name);
    state.limits.count_sign_in(address, user)?;
    let change = move |console: &utc_app::Console| {
        let OwnPasswordBody { current, new } = &body.0;
        console.change_own_password(&signed_in, current, new).wait()
    };
    let receipt = blocking(&state, change).await?;
    tracing::info!(user = %name, receipt_id = %receipt, "a person changed their password");
    Ok(HttpResponse::Ok().json(ReceiptAnswer {
        receipt_id: receipt.to_string(),
    }))
}
