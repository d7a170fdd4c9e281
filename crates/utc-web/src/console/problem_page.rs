//! Problems as pages: what happened, what it means, what next.

use actix_web::http::header::{ACCEPT, LOCATION};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::link::encoded;
use super::shell::Shell;
use crate::problem::Problem;

#[derive(Serialize)]
struct ProblemView<'a> {
    problem: &'a Problem,
    meaning: &'static str,
    next: &'static str,
}

/// The answer for a browser; none where a program asks, which gets the document.
pub(crate) fn render(request: &HttpRequest, problem: &Problem) -> Option<HttpResponse> {
    if !wants_page(request) {
        return None;
    }
    let shell = Shell::of(request)?;
    if problem.status() == StatusCode::UNAUTHORIZED && request.method() == Method::GET {
        return stranger(request, &shell, problem);
    }
    let (meaning, next) = words(problem.status());
    let view = ProblemView {
        problem,
        meaning,
        next,
    };
    let text = shell.text("problem.html", &view).ok()?;
    Some(problem.respond("text/html; charset=utf-8", text.into_bytes()))
}

fn wants_page(request: &HttpRequest) -> bool {
    let accept = request.headers().get(ACCEPT);
    let html = accept
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kinds| kinds.contains("text/html"));
    html && !request.path().starts_with("/api/v1/")
}

/// Nobody has said who they are. A browser that follows a link of another site keeps the session's cookie back, so it is
/// made to ask again, from a page of ours; everybody else signs in first, and is led to what they wanted.
fn stranger(request: &HttpRequest, shell: &Shell, problem: &Problem) -> Option<HttpResponse> {
    let site = request.headers().get("sec-fetch-site");
    if site.is_some_and(|value| value == "cross-site") {
        let text = shell.text("reopen.html", &()).ok()?;
        return Some(problem.respond("text/html; charset=utf-8", text.into_bytes()));
    }
    let place = request.uri().path_and_query()?.as_str();
    // Slashes may stand in a query, and are easier to read.
    let wanted = encoded(place).replace("%2F", "/");
    Some(
        HttpResponse::SeeOther()
            .insert_header((LOCATION, format!("/login?next={wanted}")))
            .finish(),
    )
}

/// What a status means for a person, and what they do next.
fn words(status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::UNAUTHORIZED => (
            "Nothing was changed. The server does not know who you are: your session has ended, or you were never signed in.",
            "Sign in, and do it again.",
        ),
        StatusCode::FORBIDDEN => (
            "Nothing was changed. You are known, and this is not among what you may do here; or the request did not come from a page of this console.",
            "Go back and reload the page. If it stays like this, ask an administrator for the role that the message names.",
        ),
        StatusCode::NOT_FOUND => (
            "There is nothing under this address that you may see.",
            "Check the address, or look for it from one of the pages.",
        ),
        StatusCode::CONFLICT => (
            "Nothing was changed: what is there contradicts what you asked for, perhaps because somebody was quicker.",
            "Go back, reload the page, and look at how things stand now.",
        ),
        StatusCode::TOO_MANY_REQUESTS => (
            "Nothing was changed: the server takes only so many requests at a time from one person.",
            "Wait a moment, and do it again.",
        ),
        StatusCode::SERVICE_UNAVAILABLE => (
            "The server cannot write or read its database now. Unless receipts are named above, nothing was changed.",
            "Try again in a few seconds. If it stays like this, look at /readyz and at the server’s log.",
        ),
        status if status.is_server_error() => (
            "This is a fault of the server, not of what you did.",
            "Try again. If it stays like this, give the request id below to whoever runs the server.",
        ),
        _ => (
            "Nothing was changed: the server could not make sense of the request.",
            "Go back, and put right what the message names.",
        ),
    }
}
