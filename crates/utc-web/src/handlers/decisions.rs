//! `POST /api/v1/decide` and its batch.

use std::time::Instant;

use actix_web::HttpResponse;
use actix_web::web::Data;
use utc_app::{Answer, AppError, Ticket};

use crate::State;
use crate::access::Caller;
use crate::body::{Json, from_value};
use crate::problem::Problem;
use crate::wire::decide::{BatchItem, DecideAnswer, DecideBody};

/// The most questions in one batch.
const MAX_BATCH: usize = 1_000;

/// May I do this now?
///
/// Answered when the receipt is on disk. A denial is an answer, with status 200.
#[utoipa::path(post, path = "/api/v1/decide", tag = "Decisions", request_body = DecideBody, responses(
    (status = 200, description = "The answer and its receipt", body = DecideAnswer),
    (status = 400, description = "The request is not valid; nothing was decided", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "The caller may not speak for this subject, or not on this unit", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Nothing can be written now; nothing was decided", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn decide(
    state: Data<State>,
    caller: Caller,
    body: Json<DecideBody>,
) -> Result<HttpResponse, Problem> {
    let started = Instant::now();
    let answer = finish(
        &state,
        started,
        state
            .console
            .submit_as(&caller.shared(), body.0.into_request()?),
    )
    .await?;
    Ok(HttpResponse::Ok().json(DecideAnswer::from(answer)))
}

/// Up to 1,000 questions at once.
///
/// Answers come in order. An item that fails is a problem document in its place and does not hinder the others.
#[utoipa::path(post, path = "/api/v1/decide/batch", tag = "Decisions", request_body = Vec<DecideBody>, responses(
    (status = 200, description = "One answer or problem for each item", body = Vec<BatchItem>),
    (status = 400, description = "Not an array of 1 to 1,000 items", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn batch(
    state: Data<State>,
    caller: Caller,
    body: Json<Vec<serde_json::Value>>,
) -> Result<HttpResponse, Problem> {
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
            Ok(answer) => BatchItem::Answer(answer.into()),
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
