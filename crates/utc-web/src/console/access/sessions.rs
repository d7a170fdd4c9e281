//! Ending a session by form.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use utc_app::AppError;
use utc_domain::SessionId;

use crate::State;
use crate::access::Caller;
use crate::console::{Confirm, Flash, Shell};
use crate::problem::Problem;

/// Whether a session should end
#[utoipa::path(get, path = "/access/sessions/{id}/end", tag = "Pages", params(("id" = String, Path, description = "The session's id")), responses((status = 200, description = "The question", content_type = "text/html")))]
pub(crate) async fn ask(shell: Shell, id: Path<String>) -> Result<HttpResponse, Problem> {
    let id = session_id(&id)?;
    shell.confirm(&Confirm {
        title: "End the session".to_owned(),
        what: format!("The session {id} ends at once."),
        consequences: vec![
            "Whoever uses it has to sign in again.".to_owned(),
            "It is recorded in a receipt.".to_owned(),
        ],
        action: format!("/access/sessions/{id}/end"),
        button: "End the session",
        back: "/access",
    })
}

/// End a session by form
///
/// One's own, or for administrators anybody's.
#[utoipa::path(post, path = "/access/sessions/{id}/end", tag = "Pages", params(("id" = String, Path, description = "The session's id")), responses((status = 303, description = "Ended")))]
pub(crate) async fn end(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let session = session_id(&id)?;
    let receipt = state.console.revoke_session(&caller, session).await?;
    tracing::info!(%session, receipt_id = %receipt, "a session was ended");
    Ok(shell.done(
        "/access",
        &Flash::done("The session has ended.").receipt(receipt),
    ))
}

fn session_id(text: &str) -> Result<SessionId, AppError> {
    text.parse().map_err(|_| AppError::NotFound {
        what: "session",
        name: text.escape_default().to_string(),
    })
}
