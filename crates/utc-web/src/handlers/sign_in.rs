//! Signing in and out, as a call of the API and as forms, and the setup of the first person.

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::http::StatusCode;
use actix_web::http::header::{LOCATION, WWW_AUTHENTICATE};
use actix_web::web::{Data, Form, Query};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use serde::Deserialize;
use utc_app::{AppError, StartedSession};
use utoipa::{IntoParams, ToSchema};

use super::blocking;
use super::pages::html;
use crate::State;
use crate::access::{Caller, MaybeCaller, address_of, cookie_name};
use crate::body::Json;
use crate::pages::Page;
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

/// A link's secret.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LinkQuery {
    /// What the link carries.
    token: Option<String>,
}

/// The page to sign in
///
/// In the demo, the link that the terminal shows signs in at once.
#[utoipa::path(get, path = "/login", tag = "Pages", params(LinkQuery), responses(
    (status = 200, description = "The form", content_type = "text/html"),
    (status = 303, description = "Signed in by the demo's link"),
))]
pub(crate) async fn login_page(
    state: Data<State>,
    before: MaybeCaller,
    query: Query<LinkQuery>,
) -> Result<HttpResponse, Problem> {
    let Some(token) = query.into_inner().token else {
        return html(
            state
                .pages
                .render(Page::Login(None), &state, before.0.as_ref())?,
        );
    };
    let shared = state.clone();
    let work = move |console: &utc_app::Console| match &shared.demo {
        Some(link) => console.sign_in_by(link, &token),
        None => Err(AppError::Unauthenticated),
    };
    let started = blocking(&state, work).await?;
    leave(&state, before.0.as_ref()).await?;
    Ok(welcome(&state, &started))
}

/// Sign in by form
#[utoipa::path(post, path = "/login", tag = "Pages", request_body(content = SignInBody, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 303, description = "Signed in"),
    (status = 401, description = "The form again, with what was wrong", content_type = "text/html"),
))]
pub(crate) async fn login(
    state: Data<State>,
    request: HttpRequest,
    before: MaybeCaller,
    form: Form<SignInBody>,
) -> Result<HttpResponse, Problem> {
    let problem = match sign_in(&state, &request, form.into_inner()).await {
        Ok(started) => {
            leave(&state, before.0.as_ref()).await?;
            return Ok(welcome(&state, &started));
        }
        Err(problem) => problem,
    };
    let (status, text) = match problem.status() {
        StatusCode::UNAUTHORIZED => (problem.status(), "Wrong name or password."),
        StatusCode::TOO_MANY_REQUESTS => (problem.status(), "Too many tries: wait a minute."),
        _ => return Err(problem),
    };
    again(
        status,
        state
            .pages
            .render(Page::Login(Some(text.to_owned())), &state, None)?,
    )
}

/// Sign out by form
#[utoipa::path(post, path = "/logout", tag = "Pages", responses((status = 303, description = "Signed out")))]
pub(crate) async fn logout(state: Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    leave(&state, Some(&caller)).await?;
    Ok(home().cookie(no_cookie(&state)).finish())
}

/// The page that lets the first person in
#[utoipa::path(get, path = "/setup", tag = "Pages", params(LinkQuery), responses(
    (status = 200, description = "The form", content_type = "text/html"),
    (status = 403, description = "The link is not good (any more)", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn setup_page(
    state: Data<State>,
    query: Query<LinkQuery>,
) -> Result<HttpResponse, Problem> {
    let token = query.into_inner().token.unwrap_or_default();
    if !state.console.is_setup_token(&token) {
        return Err(setup_closed());
    }
    let page = Page::Setup { token, error: None };
    html(state.pages.render(page, &state, None)?)
}

/// The first person.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SetupForm {
    /// What the link carries.
    token: String,
    /// The name to sign in with.
    name: String,
    /// The password.
    password: String,
    /// The password once more.
    again: String,
}

/// Let the first person in
///
/// Works once, with the link that the server's terminal shows. The person becomes administrator and is signed in.
#[utoipa::path(post, path = "/setup", tag = "Pages", request_body(content = SetupForm, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 303, description = "Let in and signed in"),
    (status = 400, description = "The form again, with what was wrong", content_type = "text/html"),
    (status = 403, description = "The link is not good (any more)", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn setup(
    state: Data<State>,
    form: Form<SetupForm>,
) -> Result<HttpResponse, Problem> {
    let SetupForm {
        token,
        name,
        password,
        again: twice,
    } = form.into_inner();
    if !state.console.is_setup_token(&token) {
        return Err(setup_closed());
    }
    let name = match name.parse() {
        Ok(name) if password == twice => name,
        Ok(_) => return setup_again(&state, token, "The two passwords differ.".to_owned()),
        Err(error) => return setup_again(&state, token, format!("The name {error}.")),
    };
    let link = token.clone();
    let done = blocking(&state, move |console| {
        // Kept as an answer: what is wrong with a password is for its own person to read.
        match console.set_up(&link, name, &password) {
            Err(AppError::Invalid(fields)) => Ok(Err(fields)),
            other => other.map(Ok),
        }
    });
    match done.await {
        Ok(Ok(started)) => Ok(welcome(&state, &started)),
        Ok(Err(fields)) => {
            let messages: Vec<String> = fields.into_iter().map(|field| field.message).collect();
            setup_again(&state, token, messages.join("; "))
        }
        Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => Err(setup_closed()),
        Err(problem) => Err(problem),
    }
}

fn setup_again(state: &State, token: String, error: String) -> Result<HttpResponse, Problem> {
    let error = Some(error);
    let page = Page::Setup { token, error };
    again(
        StatusCode::BAD_REQUEST,
        state.pages.render(page, state, None)?,
    )
}

fn setup_closed() -> Problem {
    let detail = "this link is not good: it works until there is a user, and only while the server that showed it runs";
    Problem::new(StatusCode::FORBIDDEN, "setup_closed", detail)
}

async fn sign_in(
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
async fn leave(state: &State, before: Option<&Caller>) -> Result<(), Problem> {
    match before.and_then(Caller::session) {
        Some(signed_in) => Ok(state.console.sign_out(signed_in.session).await?),
        None => Ok(()),
    }
}

fn home() -> HttpResponseBuilder {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((LOCATION, "/"));
    response
}

fn welcome(state: &State, started: &StartedSession) -> HttpResponse {
    home().cookie(cookie(state, &started.cookie)).finish()
}

/// The form once more, under the status that says why.
fn again(status: StatusCode, page: String) -> Result<HttpResponse, Problem> {
    let mut response = html(page)?;
    *response.status_mut() = status;
    if status == StatusCode::UNAUTHORIZED {
        let scheme = actix_web::http::header::HeaderValue::from_static("Form realm=\"utc\"");
        response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
    }
    Ok(response)
}

/// Invisible to scripts, sent by our own pages only, and never over an open connection where there is another.
fn cookie<'a>(state: &State, value: &'a str) -> Cookie<'a> {
    Cookie::build(cookie_name(state.secure_cookies), value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(state.secure_cookies)
        .max_age(time::Duration::days(COOKIE_DAYS))
        .finish()
}

fn no_cookie(state: &State) -> Cookie<'static> {
    let mut cookie = cookie(state, "").into_owned();
    cookie.make_removal();
    cookie
}
