//! `/api/v1/replay` and `POST /api/v1/rules/simulate`.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Path};

use super::blocking;
use crate::State;
use crate::access::Caller;
use crate::body::Json;
use crate::problem::Problem;
use crate::wire::replay::{ReplayBody, ReplayStarted, ReplayView, SimulateAnswer, SimulateBody};
use crate::wire::work::work_id;

/// What an id stands for here.
const KIND: &str = "replay";

/// Compute recorded decisions again
///
/// In the background, by the evaluator that decides. Without `unit` it takes the role on every unit. At its end one
/// receipt of kind `replay` records the run. The process that began it knows how it stands, and forgets it when it ends.
#[utoipa::path(post, path = "/api/v1/replay", tag = "Replay", request_body = ReplayBody, responses(
    (status = 202, description = "It has begun", body = ReplayStarted),
    (status = 400, description = "The request is not valid", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "Two replays run already", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn start(
    state: Data<State>,
    caller: Caller,
    body: Json<ReplayBody>,
) -> Result<HttpResponse, Problem> {
    let request = body.0.into_request()?;
    let id = state.console.start_replay(&caller, &request)?;
    tracing::info!(replay = %id, by = %caller.name(), "a replay has begun");
    let started = ReplayStarted::new(id);
    let location = (LOCATION, started.status_url().to_owned());
    Ok(HttpResponse::Accepted()
        .insert_header(location)
        .json(started))
}

/// How a replay stands
#[utoipa::path(get, path = "/api/v1/replay/{id}", tag = "Replay", params(("id" = String, Path, description = "The replay's id")), responses(
    (status = 200, description = "How it stands, with the result once it is done", body = ReplayView),
    (status = 404, description = "This process knows no such replay", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn get(
    state: Data<State>,
    caller: Caller,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let view = state.console.replay_state(&caller, work_id(KIND, &id)?)?;
    Ok(HttpResponse::Ok().json(ReplayView::from(view)))
}

/// Cancel a replay
///
/// It ends at the next page of the log, without result and without receipt. One that has ended stays as it is.
#[utoipa::path(post, path = "/api/v1/replay/{id}/cancel", tag = "Replay", params(("id" = String, Path, description = "The replay's id")), responses(
    (status = 200, description = "How it stands", body = ReplayView),
    (status = 404, description = "This process knows no such replay", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn cancel(
    state: Data<State>,
    caller: Caller,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let view = state.console.cancel_replay(&caller, work_id(KIND, &id)?)?;
    tracing::info!(replay = %view.id, by = %caller.name(), "a replay was cancelled");
    Ok(HttpResponse::Ok().json(ReplayView::from(view)))
}

/// Try a change of rules on recent decisions
///
/// What the newest decisions, at most 20,000 of them, would have been answered with these rules. It changes nothing and
/// leaves no receipt.
#[utoipa::path(post, path = "/api/v1/rules/simulate", tag = "Rules", request_body = SimulateBody, responses(
    (status = 200, description = "What would have been answered", body = SimulateAnswer),
    (status = 400, description = "The request is not valid", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "Two simulations run already", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn simulate(
    state: Data<State>,
    caller: Caller,
    body: Json<SimulateBody>,
) -> Result<HttpResponse, Problem> {
    let simulation = body.0.into_simulation()?;
    let caller = caller.shared();
    let simulated = blocking(&state, move |console| console.simulate(&caller, simulation)).await?;
    Ok(HttpResponse::Ok().json(SimulateAnswer::from(&simulated)))
}
