//! Signing in and out as calls of the API; the pages for it use what is here.

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use utc_app::{AppError, StartedSession};

use super::blocking;
use crate::State;
use crate::access::{Caller, MaybeCaller, address_of, cookie_name};
use crate::body::Json;
use crate::problem::Problem;
use crate::wire::identity::{MeAnswer, SignInBody};

/// How long a browser keeps the cookie: as long as a session can last.
const COOKIE_DAYS: i64 = 7;

/// Sign in
///
/// Sets the session's cookie. At most 5 tries a minute for each address and for each name.
#[utoipa::path(post, path = "/api/v1/session", tag = "Access", request_body = SignInBody, responses(
    (status = 200, description = "Signed in", body = MeAnswer),
    (status = 401, description = "Wrong name or password", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "Too many tries", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn begin(
    state: Data<State>,
    request: HttpRequest,
    before: MaybeCaller,
    body: Json<SignInBody>,
) -> Result<HttpResponse, Problem> {
    let started = sign_in(&state, &request, body.0).await?;
    leave(&state, before.0.as_ref()).await?;
    let signed_in = &started.signed_in;
    let me = MeAnswer::new(&signed_in.principal, Some(signed_in));
    Ok(HttpResponse::Ok()
        .cookie(cookie(&state, &started.cookie))
        .json(me))
}

/// Sign out
#[utoipa::path(delete, path = "/api/v1/session", tag = "Access", responses(
    (status = 204, description = "Signed out"),
    (status = 404, description = "The caller has no session", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn end(state: Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    if caller.session().is_none() {
        let name = caller.name().to_string();
        return Err(AppError::NotFound {
            what: "session of",
            name,
        }
        .into());
    }
    leave(&state, Some(&caller)).await?;
    Ok(HttpResponse::NoContent().cookie(no_cookie(&state)).finish())
}

pub(crate) async fn sign_in(
    state: &Data<State>,
    request: &HttpRequest,
    body: SignInBody,
) -> Result<StartedSession, Problem> {
    let address = address_of(&state.proxies, request.head());
    state.limits.count_sign_in(address, &body.name)?;
    let done = blocking(state, move |console| {
        console.sign_in(&body.name, &body.password)
    });
    let done = done.await;
    if done.is_err() {
        tracing::warn!(%address, "a try to sign in failed");
    }
    done
}

/// Ends the session that the browser had before: a new one never goes on with it.
pub(crate) async fn leave(state: &State, before: Option<&Caller>) -> Result<(), Problem> {
    match before.and_then(Caller::session) {
        Some(signed_in) => Ok(state.console.sign_out(signed_in.session).await?),
        None => Ok(()),
    }
}

/// Invisible to scripts, sent by our own pages only, and never over an open connection where there is another.
pub(crate) fn cookie<'a>(state: &State, value: &'a str) -> Cookie<'a> {
    Cookie::build(cookie_name(state.secure_cookies), value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(state.secure_cookies)
        .max_age(time::Duration::days(COOKIE_DAYS))
        .finish()
}

pub(crate) fn no_cookie(state: &State) -> Cookie<'static> {
    let mut cookie = cookie(state, "").into_owned();
    cookie.make_removal();
    cookie
}
