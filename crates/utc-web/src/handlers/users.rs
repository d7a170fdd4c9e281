//! `/api/v1/users`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use utc_app::{AppError, UserChanged};
use utc_domain::UserName;

use super::blocking;
use crate::State;
use crate::access::Caller;
use crate::body::Json;
use crate::problem::Problem;
use crate::wire::identity::users::{PasswordBody, UserAnswer, UserBody, UserList, UserPatch};

/// Everybody who may sign in
#[utoipa::path(get, path = "/api/v1/users", tag = "Access", responses(
    (status = 200, description = "Everybody, by name", body = UserList),
))]
pub(crate) async fn list(state: Data<State>) -> Result<HttpResponse, Problem> {
    let users = blocking(&state, utc_app::Console::users).await?;
    let items = users.into_iter().map(UserAnswer::from).collect();
    Ok(HttpResponse::Ok().json(UserList { items }))
}

/// Let a person in
#[utoipa::path(post, path = "/api/v1/users", tag = "Access", request_body = UserBody, responses(
    (status = 201, description = "Let in", body = UserAnswer),
    (status = 409, description = "There is a person of this name", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn create(
    state: Data<State>,
    caller: Caller,
    body: Json<UserBody>,
) -> Result<HttpResponse, Problem> {
    let new = body.0.to_new_user()?;
    let work = move |console: &utc_app::Console| {
        let ticket = console.create_user(&caller, new, &body.0.password);
        ticket.wait()
    };
    let changed = blocking(&state, work).await?;
    Ok(HttpResponse::Created().json(told(changed, "a person was let in")))
}

/// Change a person's roles or units, or shut them out
#[utoipa::path(patch, path = "/api/v1/users/{name}", tag = "Access", params(("name" = String, Path, description = "The person's name")), request_body = UserPatch, responses(
    (status = 200, description = "Changed", body = UserAnswer),
    (status = 404, description = "Nobody of this name", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "It is the last administrator", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn change(
    state: Data<State>,
    caller: Caller,
    name: Path<String>,
    body: Json<UserPatch>,
) -> Result<HttpResponse, Problem> {
    let change = body.0.into_change()?;
    let changed = state
        .console
        .change_user(&caller, user_name(&name)?, change)
        .await?;
    Ok(HttpResponse::Ok().json(told(changed, "a person's access was changed")))
}

/// Set a person's password
///
/// Every session of the person ends.
#[utoipa::path(put, path = "/api/v1/users/{name}/password", tag = "Access", params(("name" = String, Path, description = "The person's name")), request_body = PasswordBody, responses(
    (status = 200, description = "Set", body = UserAnswer),
    (status = 404, description = "Nobody of this name", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn set_password(
    state: Data<State>,
    caller: Caller,
    name: Path<String>,
    body: Json<PasswordBody>,
) -> Result<HttpResponse, Problem> {
    let name = user_name(&name)?;
    let work = move |console: &utc_app::Console| {
        let ticket = console.reset_password(&caller, name, &body.0.password);
        ticket.wait()
    };
    let changed = blocking(&state, work).await?;
    Ok(HttpResponse::Ok().json(told(changed, "a person's password was set anew")))
}

fn told(changed: UserChanged, message: &str) -> UserAnswer {
    tracing::info!(user = %changed.user.name, receipt_id = %changed.receipt_id, "{message}");
    changed.into()
}

/// A name that nobody can have is nobody's.
fn user_name(text: &str) -> Result<UserName, AppError> {
    text.parse().map_err(|_| AppError::NotFound {
        what: "user",
        name: text.escape_default().to_string(),
    })
}
