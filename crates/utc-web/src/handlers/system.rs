//! Health, readiness, metrics, the API's description.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use super::blocking;
use crate::access::MaybeCaller;
use crate::problem::Problem;
use crate::{State, openapi};

/// That the process runs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `ok`.
    status: &'static str,
    /// The program's version.
    version: &'static str,
}

/// Does the process run?
#[utoipa::path(get, path = "/healthz", tag = "System", responses((status = 200, description = "It runs", body = Health)))]
pub(crate) async fn health() -> HttpResponse {
    HttpResponse::Ok().json(Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
    })
}

/// That decisions can be made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ready {
    /// Always `ready`.
    status: &'static str,
    /// Receipts in the log; for those who are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    log_size: Option<u64>,
    /// The epoch of the state that decisions follow; for those who are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    state_epoch: Option<u64>,
    /// What is not as it should be, though decisions are made.
    warnings: Vec<String>,
}

/// Can decisions be made?
#[utoipa::path(get, path = "/readyz", tag = "System", responses(
    (status = 200, description = "Ready", body = Ready),
    (status = 503, description = "The database cannot be read or written", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn ready(
    state: Data<State>,
    caller: MaybeCaller,
) -> Result<HttpResponse, Problem> {
    if state.console.journal().health().failure().is_some() {
        let detail = "the journal cannot write; see the server's log";
        return Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "journal_unavailable",
            detail,
        ));
    }
    let head = blocking(&state, utc_app::Console::head).await?;
    // How fast the log grows is nobody's business but of those who work with it.
    let shown = head.filter(|_| caller.0.is_some());
    Ok(HttpResponse::Ok().json(Ready {
        status: "ready",
        log_size: shown.as_ref().map(|head| head.size),
        state_epoch: shown.map(|head| head.epoch),
        warnings: warnings(&state),
    }))
}

fn warnings(state: &State) -> Vec<String> {
    let log = state.console.log_trouble();
    // The whole text names files of this machine: it stands in the server's log.
    let log = log.map(|_| "the head of the log cannot be signed; see the server's log".to_owned());
    state
        .console
        .clock_trouble()
        .into_iter()
        .chain(log)
        .collect()
}

/// Prometheus metrics
#[utoipa::path(get, path = "/metrics", tag = "System", responses((status = 200, description = "Text exposition format", body = String, content_type = "text/plain")))]
pub(crate) async fn metrics(state: Data<State>) -> HttpResponse {
    // Where the database cannot be asked, the page shows what was so before.
    if let Ok(pending) = blocking(&state, utc_app::Console::pending_notices).await {
        state.metrics.outbox(pending);
    }
    if let Ok(expected) = blocking(&state, utc_app::Console::expected).await {
        state.metrics.expected(&expected);
    }
    if let Ok(units) = blocking(&state, utc_app::Console::staleness).await {
        state.metrics.staleness(&units);
    }
    if let Ok(units) = blocking(&state, utc_app::Console::risky_units).await {
        state.metrics.risky(units);
    }
    let text = state.metrics.render(&state.console);
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(text)
}

/// This description
#[utoipa::path(get, path = "/api/openapi.json", tag = "System", responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
pub(crate) async fn description() -> HttpResponse {
    HttpResponse::Ok().json(openapi::document())
}
