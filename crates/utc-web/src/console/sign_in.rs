//! Signing in and out by form, and the setup of the first person.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, LOCATION, WWW_AUTHENTICATE};
use actix_web::web::{Data, Form, Query};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use serde::{Deserialize, Serialize};
use utc_app::{AppError, StartedSession};
use utoipa::{IntoParams, ToSchema};

use super::Shell;
use super::shell::own_path;
use crate::State;
use crate::access::{Access, Caller, MaybeCaller};
use crate::handlers::blocking;
use crate::handlers::sign_in::{cookie, leave, no_cookie, sign_in};
use crate::problem::Problem;
use crate::routes::Endpoint;
use crate::wire::identity::SignInBody;

pub(super) fn routes() -> Vec<Endpoint> {
    vec![
        Endpoint::new::<__path_login_page, _, _>(Access::Anyone, login_page),
        Endpoint::new::<__path_login, _, _>(Access::Anyone, login),
        Endpoint::new::<__path_logout, _, _>(Access::Known, logout),
        Endpoint::new::<__path_setup_page, _, _>(Access::Anyone, setup_page),
        Endpoint::new::<__path_setup, _, _>(Access::Anyone, setup),
    ]
}

/// What the address of the page says.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LinkQuery {
    /// What a link carries that lets somebody in.
    token: Option<String>,
    /// The page to go to afterwards.
    next: Option<String>,
}

#[derive(Default, Serialize)]
struct LoginView {
    /// What was wrong the last time.
    error: Option<&'static str>,
    /// The page to go to afterwards.
    next: Option<String>,
    /// Whether nobody can sign in yet.
    nobody: bool,
}

impl LoginView {
    fn new(state: &State, next: Option<&str>) -> Self {
        Self {
            error: None,
            next: next.and_then(own_path).map(str::to_owned),
            nobody: !state.console.has_identities(),
        }
    }
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
    shell: Shell,
    before: MaybeCaller,
    query: Query<LinkQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let Some(token) = query.token else {
        return shell.page("login.html", &LoginView::new(&state, query.next.as_deref()));
    };
    let shared = state.clone();
    let work = move |console: &utc_app::Console| match &shared.demo {
        Some(link) => console.sign_in_by(link, &token),
        None => Err(AppError::Unauthenticated),
    };
    let started = blocking(&state, work).await?;
    leave(&state, before.0.as_ref()).await?;
    Ok(welcome(&state, &started, query.next.as_deref()))
}

/// A name, its password, and where to go then.
#[derive(Deserialize, ToSchema)]
pub(crate) struct LoginForm {
    /// The name.
    name: String,
    /// The password.
    password: String,
    /// The page to go to afterwards.
    next: Option<String>,
}

/// Sign in by form
#[utoipa::path(post, path = "/login", tag = "Pages", request_body(content = LoginForm, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 303, description = "Signed in"),
    (status = 401, description = "The form again, with what was wrong", content_type = "text/html"),
))]
pub(crate) async fn login(
    state: Data<State>,
    shell: Shell,
    request: HttpRequest,
    before: MaybeCaller,
    form: Form<LoginForm>,
) -> Result<HttpResponse, Problem> {
    let LoginForm {
        name,
        password,
        next,
    } = form.into_inner();
    let problem = match sign_in(&state, &request, SignInBody { name, password }).await {
        Ok(started) => {
            leave(&state, before.0.as_ref()).await?;
            return Ok(welcome(&state, &started, next.as_deref()));
        }
        Err(problem) => problem,
    };
    let error = match problem.status() {
        StatusCode::UNAUTHORIZED => "Wrong name or password.",
        StatusCode::TOO_MANY_REQUESTS => "Too many tries: wait a minute.",
        _ => return Err(problem),
    };
    let view = LoginView {
        error: Some(error),
        ..LoginView::new(&state, next.as_deref())
    };
    let mut response = shell.page_with(problem.status(), "login.html", &view)?;
    if problem.status() == StatusCode::UNAUTHORIZED {
        let scheme = HeaderValue::from_static("Form realm=\"utc\"");
        response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
    }
    Ok(response)
}

/// Sign out by form
#[utoipa::path(post, path = "/logout", tag = "Pages", responses((status = 303, description = "Signed out")))]
pub(crate) async fn logout(state: Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    leave(&state, Some(&caller)).await?;
    Ok(to("/").cookie(no_cookie(&state)).finish())
}

#[derive(Serialize)]
struct SetupView {
    token: String,
    error: Option<String>,
}

/// The page that lets the first person in
#[utoipa::path(get, path = "/setup", tag = "Pages", params(LinkQuery), responses(
    (status = 200, description = "The form", content_type = "text/html"),
    (status = 403, description = "The link is not good (any more)", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn setup_page(
    state: Data<State>,
    shell: Shell,
    query: Query<LinkQuery>,
) -> Result<HttpResponse, Problem> {
    let token = query.into_inner().token.unwrap_or_default();
    if !state.console.is_setup_token(&token) {
        return Err(setup_closed());
    }
    shell.page("setup.html", &SetupView { token, error: None })
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
    shell: Shell,
    form: Form<SetupForm>,
) -> Result<HttpResponse, Problem> {
    let form = form.into_inner();
    if !state.console.is_setup_token(&form.token) {
        return Err(setup_closed());
    }
    let error = match first_person(&state, &form).await? {
        Ok(started) => return Ok(welcome(&state, &started, None)),
        Err(error) => error,
    };
    let view = SetupView {
        token: form.token,
        error: Some(error),
    };
    shell.page_with(StatusCode::BAD_REQUEST, "setup.html", &view)
}

/// The person's session, or what is wrong with the form.
async fn first_person(
    state: &Data<State>,
    form: &SetupForm,
) -> Result<Result<StartedSession, String>, Problem> {
    let name = match form.name.parse() {
        Ok(name) if form.password == form.again => name,
        Ok(_) => return Ok(Err("The two passwords differ.".to_owned())),
        Err(error) => return Ok(Err(format!("The name {error}."))),
    };
    let (link, password) = (form.token.clone(), form.password.clone());
    let done = blocking(state, move |console| {
        // Kept as an answer: what is wrong with a password is for its own person to read.
        match console.set_up(&link, name, &password) {
            Err(AppError::Invalid(fields)) => Ok(Err(fields)),
            other => other.map(Ok),
        }
    });
    match done.await {
        Ok(Ok(started)) => Ok(Ok(started)),
        Ok(Err(fields)) => {
            let messages: Vec<String> = fields.into_iter().map(|field| field.message).collect();
            Ok(Err(messages.join("; ")))
        }
        Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => Err(setup_closed()),
        Err(problem) => Err(problem),
    }
}

fn setup_closed() -> Problem {
    let detail = "this link is not good: it works until there is a user, and only while the server that showed it runs";
    Problem::new(StatusCode::FORBIDDEN, "setup_closed", detail)
}

fn to(place: &str) -> HttpResponseBuilder {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((LOCATION, place));
    response
}

fn welcome(state: &State, started: &StartedSession, next: Option<&str>) -> HttpResponse {
    let place = next.and_then(own_path).unwrap_or("/");
    to(place).cookie(cookie(state, &started.cookie)).finish()
}
