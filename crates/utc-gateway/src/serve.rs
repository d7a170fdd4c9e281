//! From a request to its answer.

use std::sync::Arc;

use actix_web::http::header::{
    CACHE_CONTROL, HeaderName as Name, HeaderValue, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::web::{Bytes, Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use http::header::{HeaderName, HeaderValue as Value};
use utc_app::Access;
use utc_app::gateway::Outgoing;
use utc_domain::Action;
use uuid::Uuid;

use crate::answer::Reader;
use crate::arrived::{Arrived, has_body, request_id};
use crate::asking::Asking;
use crate::port::{Caller, Refused, Route};
use crate::problem::Problem;
use crate::{State, forwarded, headers, method, trace};

const X_REQUEST_ID: Name = Name::from_static("x-request-id");

/// Serves every request of the listener.
pub(crate) async fn serve(
    request: HttpRequest,
    payload: Payload,
    state: Data<State>,
) -> HttpResponse {
    let id = request_id(&request);
    let served = match admit(&state, &request).await {
        Ok((arrived, caller)) => forward(&state, arrived, caller, payload, &id).await,
        Err(problem) => Err(problem),
    };
    served.unwrap_or_else(|problem| refuse(problem, &request, &id))
}

/// The answer that says why not. What is left of the request's body is not looked for, so that nothing in it can be
/// taken for another request.
fn refuse(mut problem: Problem, request: &HttpRequest, id: &str) -> HttpResponse {
    report(&problem, request, id);
    problem.request_id = Some(id.to_owned());
    let mut answer = problem.render();
    if has_body(request) {
        answer.head_mut().set_connection_type(ConnectionType::Close);
    }
    let headers = answer.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(X_REQUEST_ID, id);
    }
    if let Some(decided) = problem.decided() {
        decided.write(headers);
    }
    answer
}

/// Failures are logged once, here; what callers did wrong only at debug level.
fn report(problem: &Problem, request: &HttpRequest, request_id: &str) {
    let (method, path, code) = (request.method().as_str(), request.path(), problem.code());
    let cause = problem.cause();
    if problem.status() == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(
            request_id,
            method,
            path,
            code,
            cause,
            "a request through the gateway failed"
        );
    } else {
        tracing::debug!(
            request_id,
            method,
            path,
            code,
            cause,
            "a request through the gateway was refused"
        );
    }
}

/// Reads the request and finds out who sends it. Each is counted, also one that is refused.
async fn admit(
    state: &State,
    request: &HttpRequest,
) -> Result<(Arrived, Arc<dyn Caller>), Problem> {
    let admitted = match Arrived::read(request) {
        Ok(arrived) => {
            let subject = arrived.subject.as_deref();
            let caller = state.gate.admit(&arrived.token, subject).await;
            caller
                .map(|caller| (arrived, caller))
                .map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    let who = admitted.as_ref().ok().map(|(_, caller)| caller.who());
    match state.limit.count(who, request) {
        Some(retry_after) => Err(Refused::TooMany { retry_after }.into()),
        None => admitted,
    }
}

async fn forward(
    state: &State,
    arrived: Arrived,
    caller: Arc<dyn Caller>,
    payload: Payload,
    id: &str,
) -> Result<HttpResponse, Problem> {
    let route = caller.unit(&arrived.asked.unit)?;
    let access = method::access(&arrived.method, &arrived.asked.path, &route.methods);
    let asking = Asking {
        action: action(access, &arrived.asked.path)?,
        outgoing: outgoing(state, &arrived, &route, id),
        key: arrived.key.clone(),
        reader: Reader {
            asked_for_head: arrived.method == "HEAD",
            knows_no_chunks: arrived.knows_no_chunks,
        },
        caller,
        route,
    };
    match access {
        Access::Read if arrived.asked.names_a_method() => {
            let detail =
                "the query of a read names another method; send the request with that method";
            Err(Problem::bad("method_override", detail))
        }
        Access::Read => asking.read(state, arrived.length, payload).await,
        Access::Write => asking.write(state, arrived.length, payload).await,
    }
}

fn action(access: Access, path: &str) -> Result<Action, Problem> {
    let kind = match access {
        Access::Read => "read",
        Access::Write => "write",
    };
    let action = format!("{kind}:{path}").parse();
    action.map_err(|error: utc_domain::DomainError| Problem::bad("path_refused", error.to_string()))
}

/// The request as it goes out, without its body yet.
fn outgoing(state: &State, arrived: &Arrived, route: &Route, id: &str) -> Outgoing {
    let mut kept = headers::inbound(&arrived.headers);
    forwarded::set(
        &mut kept,
        &arrived.headers,
        arrived.peer,
        &state.options.trusted_proxies,
    );
    trace::set(&mut kept, Uuid::now_v7());
    if let Ok(id) = Value::from_str(id) {
        kept.insert(crate::arrived::REQUEST_ID, id);
    }
    let header = |(name, value): (&HeaderName, &Value)| {
        (name.as_str().to_owned(), value.as_bytes().to_vec())
    };
    Outgoing {
        method: arrived.method.clone(),
        origin: route.upstream.to_string().trim_end_matches('/').to_owned(),
        path: arrived.asked.path.clone(),
        query: arrived.asked.query.clone(),
        headers: kept.iter().map(header).collect(),
        body: Bytes::new(),
    }
}
