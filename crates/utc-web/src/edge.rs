//! What happens to every request before and after its handler: the request's id, who may call from where,
//! security headers, problem documents, the log line.

use std::net::{IpAddr, SocketAddr};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, HeaderValue, ORIGIN,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpRequest, ResponseError as _};
use utc_domain::CorrelationText;
use uuid::Uuid;

use crate::State;
use crate::problem::Problem;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Wraps every request.
pub(crate) async fn edge(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = request_id(request.request());
    // Handlers turn their own errors into responses, so an error of `call` is not one of ours.
    let response = match check_caller(request.request()) {
        Ok(()) => next.call(request).await?.map_into_boxed_body(),
        Err(problem) => request.into_response(problem.error_response()),
    };
    Ok(finish(response, &id))
}

/// The caller's `X-Request-ID` where it is plain text, else a new one.
fn request_id(request: &HttpRequest) -> HeaderValue {
    let given = request.headers().get(&REQUEST_ID);
    if let Some(value) = given.filter(|value| {
        value
            .to_str()
            .is_ok_and(|text| text.parse::<CorrelationText>().is_ok())
    }) {
        return value.clone();
    }
    let mut buffer = Uuid::encode_buffer();
    let made = HeaderValue::from_str(Uuid::now_v7().as_hyphenated().encode_lower(&mut buffer));
    made.unwrap_or_else(|_| HeaderValue::from_static("none"))
}

/// The name in `Host` must be ours (a web page whose name was made to resolve to this machine does not know it), and a
/// browser's `Origin` must be ours.
fn check_caller(request: &HttpRequest) -> Result<(), Problem> {
    let Some(state) = request.app_data::<Data<State>>() else {
        return Ok(());
    };
    let mut hosts = request.headers().get_all(HOST);
    let host = hosts
        .next()
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if hosts.next().is_some() || !is_ours(state, host) {
        let detail = "the `Host` header does not name this server; use its own address, or set UTC_PUBLIC_URL";
        return Err(Problem::new(StatusCode::FORBIDDEN, "host_refused", detail));
    }
    let foreign = |value: &HeaderValue| {
        let origin = value.to_str().unwrap_or_default();
        let host = origin
            .strip_prefix("http://")
            .or_else(|| origin.strip_prefix("https://"));
        !host.is_some_and(|host| is_ours(state, host))
    };
    let cross_site = request
        .headers()
        .get("sec-fetch-site")
        .is_some_and(|value| value == "cross-site");
    let changes = !matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if request.headers().get_all(ORIGIN).any(foreign) || (cross_site && changes) {
        let detail = "a web page of another origin may not call this server";
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "origin_refused",
            detail,
        ));
    }
    Ok(())
}

/// Whether `host`, with its port, names this server.
fn is_ours(state: &State, host: &str) -> bool {
    let bare = || host.parse::<SocketAddr>().is_ok() || host.parse::<IpAddr>().is_ok();
    let named = |known: &String| known.eq_ignore_ascii_case(host);
    state.hosts.iter().any(named) || (state.bare_addresses && bare())
}

fn finish(mut response: ServiceResponse<BoxBody>, id: &HeaderValue) -> ServiceResponse<BoxBody> {
    let problem = response.response_mut().extensions_mut().remove::<Problem>();
    if let Some(mut problem) = problem.or_else(|| bare_error(&response)) {
        problem.request_id = id.to_str().ok().map(str::to_owned);
        report(&problem, response.request());
        if let Some(state) = response.request().app_data::<Data<State>>() {
            state.metrics.refused(problem.code());
        }
        let allow = response.headers().get(ALLOW).cloned();
        let page = crate::console::problem_page(response.request(), &problem);
        response = response.into_response(page.unwrap_or_else(|| problem.render()));
        if let Some(allow) = allow {
            response.headers_mut().insert(ALLOW, allow);
        }
    }
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, id.clone());
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    // Not `no-referrer`: with that a browser names `null` as the origin of our own forms.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// Errors that the framework made by itself (a path parameter that is not UTF-8, a bad query) get a document too.
fn bare_error(response: &ServiceResponse<BoxBody>) -> Option<Problem> {
    let status = response.status();
    let detail = match status {
        StatusCode::METHOD_NOT_ALLOWED => {
            "this path does not know this method; see the `Allow` header"
        }
        StatusCode::NOT_FOUND => return Some(Problem::no_route()),
        _ if status.is_client_error() => "the request could not be read",
        _ if status.is_server_error() => {
            "a fault of this service; its log has the details under the request id"
        }
        _ => return None,
    };
    let already = response
        .headers()
        .get(actix_web::http::header::CONTENT_TYPE);
    let ours = |kind: &HeaderValue| {
        kind.as_bytes().starts_with(b"application/") || kind.as_bytes().starts_with(b"text/html")
    };
    if already.is_some_and(ours) {
        return None;
    }
    let code = if status == StatusCode::METHOD_NOT_ALLOWED {
        "method_not_allowed"
    } else {
        "bad_request"
    };
    let code = if status.is_server_error() {
        "internal"
    } else {
        code
    };
    Some(Problem::new(status, code, detail))
}

/// Failures of ours are logged once, here; what callers did wrong only at debug level.
fn report(problem: &Problem, request: &HttpRequest) {
    let request_id = problem.request_id.as_deref().unwrap_or_default();
    let (method, path) = (request.method().as_str(), request.path());
    if problem.status() == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(
            request_id,
            method,
            path,
            cause = problem.cause(),
            "a request failed"
        );
    } else {
        tracing::debug!(
            request_id,
            method,
            path,
            code = problem.code(),
            cause = problem.cause(),
            "a request was refused"
        );
    }
}
