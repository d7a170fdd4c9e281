//! Runs of the scorer.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use utc_domain::RunId;

use crate::State;
use crate::body::Json;
use crate::handlers::blocking;
use crate::handlers::rules::PageQuery;
use crate::problem::Problem;
use crate::wire::parts::Fields;
use crate::wire::receipts::{read_cursor, read_limit};
use crate::wire::signals::run::{RunAnswer, RunList};
use crate::wire::signals::taken::{ClockAnswer, ClockBody};

/// Runs of the scorer
#[utoipa::path(get, path = "/api/v1/tdx/runs", tag = "Trust signals", params(PageQuery), responses(
    (status = 200, description = "Newest first", body = RunList),
))]
pub(crate) async fn list(
    state: Data<State>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::default();
    let before: Option<RunId> = read_cursor(&mut fields, query.cursor.as_deref());
    let limit = read_limit(&mut fields, query.limit.as_deref());
    fields.finish()?;
    let page = blocking(&state, move |console| console.runs(before, limit));
    Ok(HttpResponse::Ok().json(RunList::from(page.await?)))
}

/// Run the scorer now
///
/// Every unit is scored again; the answer comes when that is done.
#[utoipa::path(post, path = "/api/v1/tdx/run", tag = "Trust signals", responses(
    (status = 200, description = "Done", body = RunAnswer),
    (status = 409, description = "A run is under way, on this server or another", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn run(state: Data<State>) -> Result<HttpResponse, Problem> {
    let run = blocking(&state, utc_app::Console::run_scorer).await?;
    tracing::info!(run = %run.id, units = run.units, "the scorer ran on demand");
    Ok(HttpResponse::Ok().json(RunAnswer::from(run)))
}

/// Let the demo's clock of scores run ahead
///
/// To show how signals lose weight. Receipts never follow it. Outside a demo there is none.
#[utoipa::path(post, path = "/api/v1/tdx/clock", tag = "Trust signals", request_body = ClockBody, responses(
    (status = 200, description = "What it shows now", body = ClockAnswer),
    (status = 404, description = "This is no demo", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn advance(
    state: Data<State>,
    body: Json<ClockBody>,
) -> Result<HttpResponse, Problem> {
    let shown = state.console.advance_scoring(body.0.hours)?;
    Ok(HttpResponse::Ok().json(ClockAnswer {
        scoring_time: shown.to_string(),
    }))
}
