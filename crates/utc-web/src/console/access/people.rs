//! People by form: let in, changed, shut out.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path};
use serde::Serialize;
use utc_app::{AppError, Console, UserChange, UserChanged, UserView};
use utc_domain::{Role, UserName};

use super::{RoleChoice, role_choices, scope_text};
use crate::State;
use crate::access::Caller;
use crate::console::{Entries, Flash, FormErrors, Shell};
use crate::handlers::blocking;
use crate::problem::Problem;
use crate::wire::identity::users::{UserBody, UserPatch};

#[derive(Serialize)]
struct FormView {
    name: String,
    units: String,
    roles: Vec<RoleChoice>,
    errors: FormErrors,
}

impl FormView {
    fn new(entries: &Entries, errors: FormErrors) -> Self {
        Self {
            name: entries.text("name"),
            units: entries.text("units"),
            roles: role_choices(|role| is_ticked(entries, role)),
            errors,
        }
    }
}

#[derive(Serialize)]
struct PersonView {
    name: String,
    units: String,
    roles: Vec<RoleChoice>,
    disabled_at: Option<String>,
    receipt: String,
    is_self: bool,
    errors: FormErrors,
}

fn is_ticked(entries: &Entries, role: Role) -> bool {
    entries.all("roles").any(|text| text == role.as_str())
}

fn roles(entries: &Entries) -> Vec<String> {
    entries.all("roles").map(str::to_owned).collect()
}

/// The form to let a person in
#[utoipa::path(get, path = "/access/people/new", tag = "Pages", responses((status = 200, description = "The form", content_type = "text/html")))]
pub(crate) async fn form(shell: Shell) -> Result<HttpResponse, Problem> {
    shell.page(
        "person_new.html",
        &FormView::new(&Entries::default(), FormErrors::default()),
    )
}

/// Let a person in by form
#[utoipa::path(post, path = "/access/people/new", tag = "Pages", request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 303, description = "Let in"),
    (status = 400, description = "The form again, with what was wrong", content_type = "text/html"),
))]
pub(crate) async fn create(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    entries: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    match let_in(&state, caller, &entries).await {
        Ok(changed) => Ok(told(&shell, &changed, "is let in")),
        Err(problem) => {
            let (status, errors) = FormErrors::of(problem)?;
            shell.page_with(status, "person_new.html", &FormView::new(&entries, errors))
        }
    }
}

async fn let_in(
    state: &Data<State>,
    caller: Caller,
    entries: &Entries,
) -> Result<UserChanged, Problem> {
    let body = UserBody {
        name: entries.text("name"),
        password: entries.exact("password").to_owned(),
        roles: roles(entries),
        units: entries.words("units"),
    };
    let new = body.to_new_user()?;
    let work = move |console: &Console| console.create_user(&caller, new, &body.password).wait();
    blocking(state, work).await
}

/// One person
///
/// With forms to change roles and units, to set a password, to shut them out or let them in again.
#[utoipa::path(get, path = "/access/people/{name}", tag = "Pages", params(("name" = String, Path, description = "The person's name")), responses((status = 200, description = "The page", content_type = "text/html")))]
pub(crate) async fn show(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    name: Path<String>,
) -> Result<HttpResponse, Problem> {
    let person = person(&state, &name).await?;
    shell.page(
        "person.html",
        &PersonView::new(person, &caller, FormErrors::default()),
    )
}

impl PersonView {
    fn new(view: UserView, caller: &Caller, errors: FormErrors) -> Self {
        Self {
            is_self: view.name.subject() == *caller.name(),
            name: view.name.to_string(),
            units: scope_text(&view.units),
            roles: role_choices(|role| view.roles.names(role)),
            disabled_at: view.disabled_at.map(|at| at.to_string()),
            receipt: view.receipt_id,
            errors,
        }
    }
}

async fn person(state: &Data<State>, name: &str) -> Result<UserView, Problem> {
    let name = user_name(name)?;
    let people = blocking(state, Console::users).await?;
    let found = people.into_iter().find(|person| person.name == name);
    found.ok_or_else(|| unknown(name.as_str()).into())
}

/// Change a person's roles and units by form
#[utoipa::path(post, path = "/access/people/{name}", tag = "Pages", params(("name" = String, Path, description = "The person's name")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 303, description = "Changed"),
    (status = 400, description = "The page again, with what was wrong", content_type = "text/html"),
))]
pub(crate) async fn change(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    name: Path<String>,
    entries: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    let patch = UserPatch {
        roles: Some(roles(&entries)),
        units: Some(entries.words("units")),
        disabled: None,
    };
    let done = match patch.into_change() {
        Ok(change) => apply(&state, &caller, &name, change).await,
        Err(problem) => Err(problem),
    };
    answer(
        &state,
        shell,
        &caller,
        &name,
        done,
        "has other rights from now on",
    )
    .await
}

/// Shut a person out, or let them in again, by form
#[utoipa::path(post, path = "/access/people/{name}/admission", tag = "Pages", params(("name" = String, Path, description = "The person's name")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 303, description = "Changed"),
    (status = 409, description = "The page again, with what was wrong", content_type = "text/html"),
))]
pub(crate) async fn admit(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    name: Path<String>,
    entries: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    let out = entries.get("disabled") == Some("yes");
    let change = UserChange {
        disabled: Some(out),
        ..UserChange::default()
    };
    let done = apply(&state, &caller, &name, change).await;
    let words = if out {
        "is shut out"
    } else {
        "may sign in again"
    };
    answer(&state, shell, &caller, &name, done, words).await
}

/// Set a person's password by form
#[utoipa::path(post, path = "/access/people/{name}/password", tag = "Pages", params(("name" = String, Path, description = "The person's name")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 303, description = "Set"),
    (status = 400, description = "The page again, with what was wrong", content_type = "text/html"),
))]
pub(crate) async fn set_password(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    name: Path<String>,
    entries: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    let (user, by) = (user_name(&name)?, caller.clone());
    let password = entries.exact("password").to_owned();
    let work = move |console: &Console| console.reset_password(&by, user, &password).wait();
    let done = blocking(&state, work).await;
    answer(
        &state,
        shell,
        &caller,
        &name,
        done,
        "has another password now",
    )
    .await
}

async fn apply(
    state: &State,
    caller: &Caller,
    name: &str,
    change: UserChange,
) -> Result<UserChanged, Problem> {
    let changed = state
        .console
        .change_user(caller, user_name(name)?, change)
        .await?;
    Ok(changed)
}

/// On to the list, or the person's page again with what was wrong.
async fn answer(
    state: &Data<State>,
    shell: Shell,
    caller: &Caller,
    name: &str,
    done: Result<UserChanged, Problem>,
    words: &str,
) -> Result<HttpResponse, Problem> {
    match done {
        Ok(changed) => Ok(told(&shell, &changed, words)),
        Err(problem) => {
            let (status, errors) = FormErrors::of(problem)?;
            let view = PersonView::new(person(state, name).await?, caller, errors);
            shell.page_with(status, "person.html", &view)
        }
    }
}

fn told(shell: &Shell, changed: &UserChanged, words: &str) -> HttpResponse {
    let name = &changed.user.name;
    tracing::info!(user = %name, receipt_id = %changed.receipt_id, "{words}");
    let flash = Flash::done(format!("{name} {words}.")).receipt(changed.receipt_id);
    shell.done("/access", &flash)
}

/// A name that nobody can have is nobody's.
fn user_name(text: &str) -> Result<UserName, AppError> {
    text.parse().map_err(|_| unknown(text))
}

fn unknown(name: &str) -> AppError {
    AppError::NotFound {
        what: "user",
        name: name.escape_default().to_string(),
    }
}
