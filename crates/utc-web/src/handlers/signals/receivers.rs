//! Receivers: native, `CloudEvents`, Standard Webhooks, GitHub, Alertmanager, Falco.

use std::sync::Arc;

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use utc_app::signals::{Incoming, NotTaken, Receiver, Taken};
use utc_app::{Principal, Who};

use super::deliver::{Refused, incoming, problem};
use super::source_name;
use crate::State;
use crate::access::{Caller, MaybeCaller};
use crate::handlers::blocking_with;
use crate::problem::Problem;
use crate::wire::signals::taken::TakenAnswer;

/// Send events as the console's own JSON
///
/// One event or an array of at most 1,000. The token's subject patterns say for which sources it speaks.
#[utoipa::path(post, path = "/api/v1/tdx/events", tag = "Trust signals", request_body(content = Object, content_type = "application/json"), responses(
    (status = 202, description = "On disk; what came before has no second effect", body = TakenAnswer),
    (status = 403, description = "The token may not speak for a source", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "All of them have ids that came before with other content", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn native(
    state: Data<State>,
    caller: Caller,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    take(
        &state,
        Some(caller.shared()),
        Receiver::Native,
        &request,
        payload,
    )
    .await
}

/// Send events as `CloudEvents` 1.0
///
/// Binary, structured or batched. With a token, or with a Standard Webhooks signature of the source that the events name.
#[utoipa::path(post, path = "/api/v1/tdx/cloudevents", tag = "Trust signals", request_body(content = Object, content_type = "application/cloudevents+json"), responses(
    (status = 202, description = "On disk", body = TakenAnswer),
    (status = 401, description = "Neither a token nor a signature that verifies", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn cloud_events(
    state: Data<State>,
    caller: MaybeCaller,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    take(
        &state,
        by_token(caller),
        Receiver::CloudEvents,
        &request,
        payload,
    )
    .await
}

/// Send events as Standard Webhooks
#[utoipa::path(post, path = "/api/v1/tdx/webhooks/{source}", tag = "Trust signals", params(("source" = String, Path, description = "The source's name, percent-encoded")), request_body(content = Object, content_type = "application/json"), responses(
    (status = 202, description = "On disk", body = TakenAnswer),
    (status = 401, description = "No signature of this source", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn webhook(
    state: Data<State>,
    source: Path<String>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let receiver = Receiver::StandardWebhooks(source_name(&source)?);
    take(&state, None, receiver, &request, payload).await
}

/// Send GitHub's security alerts
#[utoipa::path(post, path = "/api/v1/tdx/github/{source}", tag = "Trust signals", params(("source" = String, Path, description = "The source's name, percent-encoded")), request_body(content = Object, content_type = "application/json"), responses(
    (status = 202, description = "On disk", body = TakenAnswer),
    (status = 401, description = "No signature of this source", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn github(
    state: Data<State>,
    source: Path<String>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let receiver = Receiver::GitHub(source_name(&source)?);
    take(&state, None, receiver, &request, payload).await
}

/// Send alerts of Prometheus Alertmanager
#[utoipa::path(post, path = "/api/v1/tdx/alertmanager/{source}", tag = "Trust signals", params(("source" = String, Path, description = "The source's name, percent-encoded")), request_body(content = Object, content_type = "application/json"), responses(
    (status = 202, description = "On disk", body = TakenAnswer),
    (status = 403, description = "The token may not speak for the source", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn alertmanager(
    state: Data<State>,
    caller: Caller,
    source: Path<String>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let receiver = Receiver::Alertmanager(source_name(&source)?);
    take(&state, Some(caller.shared()), receiver, &request, payload).await
}

/// Send alerts of Falco
#[utoipa::path(post, path = "/api/v1/tdx/falco/{source}", tag = "Trust signals", params(("source" = String, Path, description = "The source's name, percent-encoded")), request_body(content = Object, content_type = "application/json"), responses(
    (status = 202, description = "On disk", body = TakenAnswer),
    (status = 403, description = "The token may not speak for the source", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn falco(
    state: Data<State>,
    caller: Caller,
    source: Path<String>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let receiver = Receiver::Falco(source_name(&source)?);
    take(&state, Some(caller.shared()), receiver, &request, payload).await
}

/// A session is none here: a browser sends it by itself.
fn by_token(caller: MaybeCaller) -> Option<Arc<Principal>> {
    let caller = caller.0?;
    matches!(caller.who(), Who::Token(..)).then(|| caller.shared())
}

/// The common frame: read, take, count, answer.
async fn take(
    state: &Data<State>,
    by: Option<Arc<Principal>>,
    receiver: Receiver,
    request: &HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let adapter = receiver.adapter().as_str();
    let (incoming, taken) = match incoming(state, request, payload).await {
        Err((incoming, refused)) => (incoming, Err(refused)),
        Ok(incoming) => {
            let taken = receive(state, by, &receiver, &incoming).await;
            (incoming, taken)
        }
    };
    match taken {
        Ok(taken) => {
            state.metrics.signals_taken(adapter, &taken);
            Ok(HttpResponse::Accepted().json(TakenAnswer::from(taken)))
        }
        Err(refused) => {
            let source = receiver.source().map(utc_tdx::SourceName::as_str);
            let note = Refused {
                adapter,
                source,
                incoming: &incoming,
            };
            note.note(state, &refused).await;
            Err(problem(refused))
        }
    }
}

async fn receive(
    state: &Data<State>,
    by: Option<Arc<Principal>>,
    receiver: &Receiver,
    incoming: &Incoming,
) -> Result<Taken, NotTaken> {
    let (receiver, incoming) = (receiver.clone(), incoming.clone());
    let ticket = blocking_with(state, move |console| {
        console.receive(by.as_ref(), &receiver, &incoming)
    });
    ticket.await?.await??.checked()
}
