//! Sources: registered, changed, listed.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use utc_app::signals::{SavedSource, SourceView};
use utc_tdx::SourceName;

use super::source_name;
use crate::State;
use crate::access::Caller;
use crate::body::Json;
use crate::handlers::blocking;
use crate::problem::Problem;
use crate::wire::signals::source::{
    SourceAnswer, SourceBody, SourceList, SourceSaved, VerificationAnswer,
};

/// Every source
#[utoipa::path(get, path = "/api/v1/tdx/sources", tag = "Trust signals", responses(
    (status = 200, description = "Every source by name, without its secret, also those that nobody registered", body = SourceList),
))]
pub(crate) async fn list(state: Data<State>) -> Result<HttpResponse, Problem> {
    let sources = blocking(&state, utc_app::Console::sources).await?;
    let items = sources
        .into_iter()
        .map(|view| answer(&state, view))
        .collect();
    Ok(HttpResponse::Ok().json(SourceList { items }))
}

/// One source
#[utoipa::path(get, path = "/api/v1/tdx/sources/{source}", tag = "Trust signals", params(("source" = String, Path, description = "The source's name, percent-encoded")), responses(
    (status = 200, description = "The source, without its secret", body = SourceAnswer),
    (status = 404, description = "No such source", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn get(state: Data<State>, source: Path<String>) -> Result<HttpResponse, Problem> {
    let name = source_name(&source)?;
    let view = blocking(&state, move |console| console.source(&name)).await?;
    Ok(HttpResponse::Ok().json(answer(&state, view)))
}

/// Register or change a source
///
/// What is set replaces what was set before; a secret that is not given again stays. A secret that is replaced verifies for
/// 24 hours more.
#[utoipa::path(put, path = "/api/v1/tdx/sources/{source}", tag = "Trust signals", params(("source" = String, Path, description = "The source's name, percent-encoded")), request_body = SourceBody, responses(
    (status = 200, description = "Changed, with its receipt", body = SourceSaved),
    (status = 201, description = "Registered, with its receipt", body = SourceSaved),
))]
pub(crate) async fn put(
    state: Data<State>,
    caller: Caller,
    source: Path<String>,
    body: Json<SourceBody>,
) -> Result<HttpResponse, Problem> {
    let saved = save(&state, &caller, source_name(&source)?, body.0).await?;
    let mut response = if saved.created {
        HttpResponse::Created()
    } else {
        HttpResponse::Ok()
    };
    Ok(response.json(SourceSaved::from(saved)))
}

/// Registers a source or changes one, after its keys were found.
pub(crate) async fn save(
    state: &State,
    caller: &Caller,
    name: SourceName,
    body: SourceBody,
) -> Result<SavedSource, Problem> {
    if let Some(location) = body.jwks()
        && let Some(error) = state.jwks.objection(location).await
    {
        return Err(Problem::field("/jwks", error.chain()));
    }
    let saved = state
        .console
        .configure_source(caller, name, body.into_config()?)
        .await?;
    tracing::info!(source = %saved.view.name, receipt_id = %saved.receipt_id, "a source was configured");
    Ok(saved)
}

/// Wait for a source to verify its stream
///
/// Hand the `state` to the transmitter's verification endpoint; the token that it pushes then must carry it.
#[utoipa::path(post, path = "/api/v1/tdx/sources/{source}/verification", tag = "Trust signals", params(("source" = String, Path, description = "The source's name, percent-encoded")), responses(
    (status = 200, description = "The state that is waited for", body = VerificationAnswer),
    (status = 404, description = "No such source", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "It does not push security event tokens", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn verify(
    state: Data<State>,
    caller: Caller,
    source: Path<String>,
) -> Result<HttpResponse, Problem> {
    let name = source_name(&source)?;
    let asked = state.console.ask_verification(&caller, name).await?;
    tracing::info!(source = %*source, receipt_id = %asked.receipt_id, "a verification is waited for");
    Ok(HttpResponse::Ok().json(VerificationAnswer::from(asked)))
}

pub(crate) fn answer(state: &State, view: SourceView) -> SourceAnswer {
    let trouble = view
        .jwks
        .as_deref()
        .and_then(|jwks| state.jwks.trouble(jwks));
    SourceAnswer::new(view, trouble.map(|error| error.chain()))
}
