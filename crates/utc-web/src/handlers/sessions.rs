//! `/api/v1/sessions`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use utc_app::{AppError, Who};
use utc_domain::{Role, SessionId};

use super::blocking;
use crate::State;
use crate::access::Caller;
use crate::problem::Problem;
use crate::wire::identity::{ReceiptAnswer, SessionAnswer, SessionList};

/// Sessions that go on
///
/// One's own; for administrators everybody's.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "Access", responses(
    (status = 200, description = "Sessions, newest first", body = SessionList),
))]
pub(crate) async fn list(state: Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let everybody = caller.may_everywhere(Role::Admin).is_ok();
    let whose = match caller.who() {
        _ if everybody => None,
        Who::User(user) | Who::Token(_, Some(user)) => Some(user),
        Who::Token(_, None) | Who::Local => {
            return Ok(HttpResponse::Ok().json(SessionList { items: Vec::new() }));
        }
    };
    let sessions = blocking(&state, move |console| console.sessions(whose)).await?;
    let own = caller.session();
    let items = sessions
        .iter()
        .map(|view| SessionAnswer::new(view, own))
        .collect();
    Ok(HttpResponse::Ok().json(SessionList { items }))
}

/// End a session
///
/// One's own, or for administrators anybody's.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "Access", params(("id" = String, Path, description = "The session's id")), responses(
    (status = 200, description = "Ended, with the receipt of that", body = ReceiptAnswer),
    (status = 404, description = "No such session that the caller may know of", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn revoke(
    state: Data<State>,
    caller: Caller,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let session: SessionId = id.parse().map_err(|_| AppError::NotFound {
        what: "session",
        name: id.escape_default().to_string(),
    })?;
    let receipt = state.console.revoke_session(&caller, session).await?;
    tracing::info!(%session, receipt_id = %receipt, "a session was ended");
    Ok(HttpResponse::Ok().json(ReceiptAnswer {
        receipt_id: receipt.to_string(),
    }))
}
