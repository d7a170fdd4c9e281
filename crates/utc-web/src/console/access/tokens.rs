//! Tokens by form: made, shown once, revoked, resumed.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use serde::Serialize;
use utc_app::{AppError, CreatedToken};
use utc_domain::TokenId;

use super::{RoleChoice, role_choices};
use crate::State;
use crate::access::Caller;
use crate::console::secret::SecretView;
use crate::console::{Confirm, Entries, Flash, FormErrors, Shell};
use crate::problem::Problem;
use crate::wire::identity::tokens::TokenBody;

#[derive(Serialize)]
struct FormView {
    name: String,
    subjects: String,
    units: String,
    owner: String,
    expires_at: String,
    roles: Vec<RoleChoice>,
    errors: FormErrors,
}

impl FormView {
    fn new(entries: &Entries, errors: FormErrors) -> Self {
        Self {
            name: entries.text("name"),
            subjects: entries.text("subjects"),
            units: entries.text("units"),
            owner: entries.text("owner"),
            expires_at: entries.text("expires_at"),
            roles: role_choices(|role| entries.all("roles").any(|text| text == role.as_str())),
            errors,
        }
    }
}

/// The form to make a token
#[utoipa::path(get, path = "/access/tokens/new", tag = "Pages", responses((status = 200, description = "The form", content_type = "text/html")))]
pub(crate) async fn form(shell: Shell) -> Result<HttpResponse, Problem> {
    shell.page(
        "token_new.html",
        &FormView::new(&Entries::default(), FormErrors::default()),
    )
}

/// Make a token by form
///
/// The token stands in this answer and nowhere else, so the answer is the page itself.
#[utoipa::path(post, path = "/access/tokens/new", tag = "Pages", request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 201, description = "Made, with the token", content_type = "text/html"),
    (status = 400, description = "The form again, with what was wrong", content_type = "text/html"),
))]
pub(crate) async fn create(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    entries: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    match make(&state, &caller, &entries).await {
        Ok(created) => {
            let view = SecretView {
                title: format!("The token {}", created.view.name),
                what: "token",
                secret: created.token.to_string(),
                hint: "Send it as Authorization: Bearer ….",
                receipt: created.receipt_id.to_string(),
                back: "/access".to_owned(),
            };
            shell.page_with(StatusCode::CREATED, "secret.html", &view)
        }
        Err(problem) => {
            let (status, errors) = FormErrors::of(problem)?;
            shell.page_with(status, "token_new.html", &FormView::new(&entries, errors))
        }
    }
}

async fn make(state: &State, caller: &Caller, entries: &Entries) -> Result<CreatedToken, Problem> {
    let body = TokenBody {
        name: entries.text("name"),
        roles: entries.all("roles").map(str::to_owned).collect(),
        subjects: entries.words("subjects"),
        units: entries.words("units"),
        owner: entries.get("owner").map(str::to_owned),
        expires_at: entries.get("expires_at").map(end_of),
    };
    let created = state
        .console
        .create_token(caller, body.into_new_token()?)
        .await?;
    tracing::info!(token = %created.view.id, receipt_id = %created.receipt_id, "an API token was made");
    Ok(created)
}

/// A browser sends a day; the token is accepted until it begins.
fn end_of(text: &str) -> String {
    match text.len() {
        10 => format!("{text}T00:00:00Z"),
        _ => text.to_owned(),
    }
}

/// Whether a token should be revoked
#[utoipa::path(get, path = "/access/tokens/{id}/revoke", tag = "Pages", params(("id" = String, Path, description = "The token's id")), responses((status = 200, description = "The question", content_type = "text/html")))]
pub(crate) async fn ask(shell: Shell, id: Path<String>) -> Result<HttpResponse, Problem> {
    let id = token_id(&id)?;
    shell.confirm(&Confirm {
        title: "Revoke the token".to_owned(),
        what: format!("The token {id} is not accepted any more, from now on and for ever."),
        consequences: vec![
            "No decision that it asked for is sealed from then on.".to_owned(),
            "What uses it is refused with 401 until it gets another token.".to_owned(),
            "It is recorded in a receipt.".to_owned(),
        ],
        action: format!("/access/tokens/{id}/revoke"),
        button: "Revoke it",
        back: "/access",
    })
}

/// Revoke a token by form
#[utoipa::path(post, path = "/access/tokens/{id}/revoke", tag = "Pages", params(("id" = String, Path, description = "The token's id")), responses((status = 303, description = "Revoked")))]
pub(crate) async fn revoke(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let revoked = state.console.revoke_token(&caller, token_id(&id)?).await?;
    tracing::info!(token = %revoked.id, receipt_id = %revoked.receipt_id, "an API token was revoked");
    let flash = Flash::done("The token is revoked.").receipt(revoked.receipt_id);
    Ok(shell.done("/access", &flash))
}

/// Accept a suspended token again, by form
#[utoipa::path(post, path = "/access/tokens/{id}/resume", tag = "Pages", params(("id" = String, Path, description = "The token's id")), responses((status = 303, description = "Resumed")))]
pub(crate) async fn resume(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = token_id(&id)?;
    let receipt = state.console.resume_token(&caller, id).await?;
    tracing::info!(token = %id, receipt_id = %receipt, "an API token was resumed");
    Ok(shell.done(
        "/access",
        &Flash::done("The token is accepted again.").receipt(receipt),
    ))
}

fn token_id(text: &str) -> Result<TokenId, AppError> {
    text.parse().map_err(|_| AppError::NotFound {
        what: "token",
        name: text.escape_default().to_string(),
    })
}
