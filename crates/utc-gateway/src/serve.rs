//! From a request to its answer.

use std::sync::Arc;

use actix_http::Request;
use actix_web::body::BoxBody;
use actix_web::dev::{RequestHead, Response};
use actix_web::http::header::{
    CACHE_CONTROL, HeaderName as Name, HeaderValue, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::web::{Bytes, Data, Payload};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use http::header::{HeaderName, HeaderValue as Value};
use utc_app::Access;
use utc_app::gateway::Outgoing;
use utc_domain::Action;
use uuid::Uuid;

use crate::answer::Reader;
use crate::arrived::{Arrived, Length, has_body, request_id};
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
    // Whoever waited to be asked for its body was admitted before it was asked.
    let before = request.extensions_mut().remove::<Admitted>();
    let (id, admitted) = match before {
        Some(admitted) => (admitted.id.clone(), Ok(admitted)),
        None => admit(&state, request.head()).await,
    };
    let served = match admitted {
        Ok(admitted) => admitted.forward(&state, payload).await,
        Err(problem) => Err(problem),
    };
    served.unwrap_or_else(|problem| refuse(problem, request.head(), &id))
}

/// Whether a caller that waits to be asked for its body is asked: when it is known, may ask about the unit, and says of
/// no more than can be taken. Else it is refused here, before anything of the body has come.
pub(crate) async fn ask_for_body(
    state: &State,
    request: Request,
) -> Result<Request, Response<BoxBody>> {
    let (id, admitted) = admit(state, request.head()).await;
    match admitted.and_then(|admitted| admitted.within(state.options.body_limit)) {
        Ok(admitted) => {
            request.extensions_mut().insert(admitted);
            Ok(request)
        }
        Err(problem) => Err(refuse(problem, request.head(), &id).into()),
    }
}

/// The answer that says why not. What is left of the request's body is not looked for, so that nothing in it can be
/// taken for another request.
fn refuse(mut problem: Problem, request: &RequestHead, id: &str) -> HttpResponse {
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
fn report(problem: &Problem, request: &RequestHead, request_id: &str) {
    let (method, path, code) = (request.method.as_str(), request.uri.path(), problem.code());
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

/// A request of somebody who may ask about its unit, and its id. Nothing of its body was read.
struct Admitted {
    id: String,
    access: Access,
    length: Length,
    asking: Asking,
}

/// Reads the head of a request and finds out who sends it, and to which unit.
async fn admit(state: &State, request: &RequestHead) -> (String, Result<Admitted, Problem>) {
    let id = request_id(request);
    let admitted = match known(state, request).await {
        Ok((arrived, caller)) => Admitted::new(state, arrived, caller, &id),
        Err(problem) => Err(problem),
    };
    (id, admitted)
}

/// Reads the request and finds out who sends it. Each is counted, also one that is refused.
async fn known(
    state: &State,
    request: &RequestHead,
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

impl Admitted {
    fn new(
        state: &State,
        arrived: Arrived,
        caller: Arc<dyn Caller>,
        id: &str,
    ) -> Result<Self, Problem> {
        let route = caller.unit(&arrived.asked.unit)?;
        let access = method::access(&arrived.method, &arrived.asked.path, &route.methods);
        if access == Access::Read && arrived.asked.names_a_method() {
            let detail =
                "the query of a read names another method; send the request with that method";
            return Err(Problem::bad("method_override", detail));
        }
        let asking = Asking {
            action: action(access, &arrived.asked.path)?,
            outgoing: outgoing(state, &arrived, &route, id),
            key: arrived.key,
            reader: Reader {
                asked_for_head: arrived.method == "HEAD",
                knows_no_chunks: arrived.knows_no_chunks,
            },
            caller,
            route,
        };
        Ok(Self {
            id: id.to_owned(),
            access,
            length: arrived.length,
            asking,
        })
    }

    /// Itself, unless its body is a write's and is said to be larger than `limit` bytes.
    fn within(self, limit: usize) -> Result<Self, Problem> {
        match self.access {
            Access::Write => self.length.check(limit)?,
            Access::Read => {}
        }
        Ok(self)
    }

    async fn forward(self, state: &State, payload: Payload) -> Result<HttpResponse, Problem> {
        match self.access {
            Access::Read => self.asking.read(state, self.length, payload).await,
            Access::Write => self.asking.write(state, self.length, payload).await,
        }
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
