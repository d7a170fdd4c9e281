//! `/api/v1/tokens`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use utc_app::AppError;
use utc_domain::TokenId;

use super::blocking;
use crate::State;
use crate::access::Caller;
use crate::body::Json;
use crate::problem::Problem;
use crate::wire::identity::ReceiptAnswer;
use crate::wire::identity::tokens::{TokenAnswer, TokenBody, TokenCreated, TokenList};

/// Every API token
#[utoipa::path(get, path = "/api/v1/tokens", tag = "Access", responses(
    (status = 200, description = "Every token, newest first, without its secret", body = TokenList),
))]
pub(crate) async fn list(state: Data<State>) -> Result<HttpResponse, Problem> {
    let tokens = blocking(&state, utc_app::Console::tokens).await?;
    let items = tokens.into_iter().map(TokenAnswer::from).collect();
    Ok(HttpResponse::Ok().json(TokenList { items }))
}

/// Make an API token
///
/// The token is shown in this answer and never again.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "Access", request_body = TokenBody, responses(
    (status = 201, description = "Made", body = TokenCreated),
    (status = 409, description = "There is a token of this name in use", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn create(
    state: Data<State>,
    caller: Caller,
    body: Json<TokenBody>,
) -> Result<HttpResponse, Problem> {
    let new = body.0.into_new_token()?;
    let created = state.console.create_token(&caller, new).await?;
    tracing::info!(token = %created.view.id, receipt_id = %created.receipt_id, "an API token was made");
    Ok(HttpResponse::Created().json(TokenCreated::from(created)))
}

/// Revoke an API token
///
/// For ever, and at once: no decision that it asked for is sealed from then on.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "Access", params(("id" = String, Path, description = "The token's id")), responses(
    (status = 200, description = "Revoked, with the receipt of that", body = ReceiptAnswer),
    (status = 404, description = "No such token", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn revoke(
    state: Data<State>,
    caller: Caller,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let revoked = state.console.revoke_token(&caller, token_id(&id)?).await?;
    tracing::info!(token = %revoked.id, receipt_id = %revoked.receipt_id, "an API token was revoked");
    Ok(HttpResponse::Ok().json(ReceiptAnswer {
        receipt_id: revoked.receipt_id.to_string(),
    }))
}

/// Accept a suspended API token again
///
/// Tokens are suspended when the database was restored from a backup.
#[utoipa::path(post, path = "/api/v1/tokens/{id}/resume", tag = "Access", params(("id" = String, Path, description = "The token's id")), responses(
    (status = 200, description = "Resumed, with the receipt of that", body = ReceiptAnswer),
    (status = 404, description = "No such token", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "It is not suspended", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn resume(
    state: Data<State>,
    caller: Caller,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = token_id(&id)?;
    let receipt = state.console.resume_token(&caller, id).await?;
    tracing::info!(token = %id, receipt_id = %receipt, "an API token was resumed");
    Ok(HttpResponse::Ok().json(ReceiptAnswer {
        receipt_id: receipt.to_string(),
    }))
}

fn token_id(text: &str) -> Result<TokenId, AppError> {
    text.parse().map_err(|_| AppError::NotFound {
        what: "token",
        name: text.escape_default().to_string(),
    })
}
