//! `POST /api/v1/decide` and its batch.

use std::time::Instant;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use utc_app::{Answer, AppError, Outcome, Ticket};

use super::blocking;
use crate::State;
use crate::access::Caller;
use crate::body::{Json, Keyed, from_value, key_of};
use crate::problem::Problem;
use crate::wire::decide::{BatchItem, DecideAnswer, DecideBody};

/// The most questions in one batch.
const MAX_BATCH: usize = 1_000;

/// May I do this now?
///
/// Answered when the receipt is on disk. A denial is an answer, with status 200.
#[utoipa::path(post, path = "/api/v1/decide", tag = "Decisions", request_body = DecideBody, params(
    ("Idempotency-Key" = Option<String>, Header, description = "Names the request: whoever sends it again with the same key and body within 24 hours gets the same answer"),
), responses(
    (status = 200, description = "The answer and its receipt", body = DecideAnswer),
    (status = 400, description = "The request is not valid; nothing was decided", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "The caller may not speak for this subject, or not on this unit", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "A repeated request was allowed, and would not be now", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "The `Idempotency-Key` came with another request", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Nothing can be written now; nothing was decided", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn decide(
    state: Data<State>,
    caller: Caller,
    body: Keyed<DecideBody>,
) -> Result<HttpResponse, Problem> {
    let started = Instant::now();
    let caller = caller.shared();
    let request = body.body.into_request()?;
    let Some(once) = body.once else {
        let ticket = state.console.submit_as(&caller, request);
        let answer = finish(&state, started, ticket).await?;
        return Ok(HttpResponse::Ok().json(DecideAnswer::from(answer)));
    };
    let answer = match state.console.submit_once(&caller, request, once).await? {
        Outcome::New(answer) => {
            state.metrics.decided(answer.decision, started.elapsed());
            DecideAnswer::from(*answer)
        }
        Outcome::Repeated(receipt) => {
            let stored = blocking(&state, move |console| console.stored_answer(receipt)).await?;
            DecideAnswer::replayed(stored)
        }
    };
    Ok(HttpResponse::Ok().json(answer))
}

/// Up to 1,000 questions at once.
///
/// Answers come in order, and `Idempotency-Key` is refused: each item would need one of its own. An item that fails is a problem document in its place and does not hinder the others.
#[utoipa::path(post, path = "/api/v1/decide/batch", tag = "Decisions", request_body = Vec<DecideBody>, responses(
    (status = 200, description = "One answer or problem for each item", body = Vec<BatchItem>),
    (status = 400, description = "Not an array of 1 to 1,000 items", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn batch(
    state: Data<State>,
    caller: Caller,
    request: HttpRequest,
    body: Json<Vec<serde_json::Value>>,
) -> Result<HttpResponse, Problem> {
    if key_of(&request)?.is_some() {
        let detail = "a batch takes no `Idempotency-Key`; send the items one by one";
        return Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "idempotency_key_invalid",
            detail,
        ));
    }
    if body.0.is_empty() || body.0.len() > MAX_BATCH {
        return Err(Problem::field(
            "",
            format!("must be an array of 1 to {MAX_BATCH} items"),
        ));
    }
    let started = Instant::now();
    // All are submitted before the first is awaited, so that they share transactions.
    let caller = caller.shared();
    let submit = |item| -> Result<Ticket<Answer>, Problem> {
        let body: DecideBody = from_value(item)?;
        Ok(state.console.submit_as(&caller, body.into_request()?))
    };
    let tickets: Vec<Result<Ticket<Answer>, Problem>> = body.0.into_iter().map(submit).collect();
    let mut items = Vec::with_capacity(tickets.len());
    for ticket in tickets {
        let answer = match ticket {
            Ok(ticket) => finish(&state, started, ticket).await,
            Err(problem) => Err(problem),
        };
        items.push(match answer {
            Ok(answer) => BatchItem::Answer(Box::new(answer.into())),
            Err(problem) => BatchItem::Problem(problem.to_value()),
        });
    }
    Ok(HttpResponse::Ok().json(items))
}

async fn finish(
    state: &Data<State>,
    started: Instant,
    ticket: Ticket<Answer>,
) -> Result<Answer, Problem> {
    let answer: Result<Answer, AppError> = ticket.await;
    let answer = answer?;
    state.metrics.decided(answer.decision, started.elapsed());
    Ok(answer)
}
