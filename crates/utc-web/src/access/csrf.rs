//! Requests that a page of another site made a browser send.

use actix_web::dev::ServiceRequest;
use actix_web::http::header::{CONTENT_TYPE, ORIGIN};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Bytes, Query};
use serde::Deserialize;

use super::Credential;
use crate::State;
use crate::problem::Problem;

const HEADER: &str = "x-csrf-token";

/// A browser sends a session's cookie whoever made it send the request. So what changes something must come from a
/// page of ours (its origin, which the edge has compared, must be named), and carry what only the session's own
/// pages know: in the header `X-CSRF-Token`, or in the field `csrf` of a form. A token is not sent by itself and
/// needs neither.
pub(super) async fn check(
    state: &State,
    credential: &Credential,
    request: &mut ServiceRequest,
) -> Result<(), Problem> {
    let Some(signed_in) = credential.session() else {
        return Ok(());
    };
    if matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    ) {
        return Ok(());
    }
    if !names_its_origin(request) {
        return Err(refused(
            "origin_refused",
            "a request with a session's cookie must name its `Origin`",
        ));
    }
    match presented(request).await {
        Some(text) if state.console.csrf_matches(signed_in.session, &text) => Ok(()),
        Some(_) | None => Err(refused(
            "csrf_refused",
            "the session's CSRF token is missing or wrong: send it as `X-CSRF-Token`; `GET /api/v1/me` tells it",
        )),
    }
}

fn refused(code: &'static str, detail: &str) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, code, detail)
}

fn names_its_origin(request: &ServiceRequest) -> bool {
    let headers = request.headers();
    let same_origin = headers
        .get("sec-fetch-site")
        .is_some_and(|value| value == "same-origin");
    headers.contains_key(ORIGIN) || same_origin
}

#[derive(Deserialize)]
struct CsrfField {
    csrf: String,
}

async fn presented(request: &mut ServiceRequest) -> Option<String> {
    if let Some(header) = request.headers().get(HEADER) {
        return header.to_str().ok().map(str::to_owned);
    }
    if !is_form(request) {
        return None;
    }
    let body = request.extract::<Bytes>().await.ok()?;
    // The handler reads it again.
    request.set_payload(body.clone().into());
    let text = std::str::from_utf8(&body).ok()?;
    Query::<CsrfField>::from_query(text)
        .ok()
        .map(|field| field.into_inner().csrf)
}

fn is_form(request: &ServiceRequest) -> bool {
    let kind = request.headers().get(CONTENT_TYPE);
    kind.and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}
