//! Sources of trust signals by form: registered, changed, given a secret, asked to verify their stream.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path};
use serde_json::{Value, json};
use utc_app::new_shared_secret;
use utc_app::signals::SavedSource;
use utc_tdx::SourceName;
use zeroize::Zeroizing;

use super::source_view::{SourceFields, SourcePageView};
use crate::State;
use crate::access::Caller;
use crate::body::from_value;
use crate::console::link::encoded;
use crate::console::secret::SecretView;
use crate::console::{Entries, Flash, FormErrors, Shell};
use crate::handlers::blocking;
use crate::handlers::signals::source_name;
use crate::handlers::signals::sources::{answer, save};
use crate::problem::Problem;
use crate::wire::signals::source::SourceBody;

/// One source
///
/// What it is believed, how it proves itself, where it sends to; for administrators the form that changes it.
#[utoipa::path(get, path = "/signals/sources/{source}", tag = "Pages", params(("source" = String, Path, description = "The source's name, percent-encoded")), responses(
    (status = 200, description = "The page", content_type = "text/html"),
    (status = 404, description = "No such source", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn page(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    source: Path<String>,
) -> Result<HttpResponse, Problem> {
    let view = view(&state, &caller, source_name(&source)?).await?;
    shell.page("source.html", &view)
}

async fn view(
    state: &Data<State>,
    caller: &Caller,
    name: SourceName,
) -> Result<SourcePageView, Problem> {
    let found = blocking(state, move |console| console.source(&name)).await?;
    let fields = SourceFields::of(&found);
    Ok(SourcePageView::of(caller, answer(state, found), fields))
}

/// The form to register a source
#[utoipa::path(get, path = "/signals/register", tag = "Pages", responses((status = 200, description = "The form", content_type = "text/html")))]
pub(crate) async fn form(shell: Shell) -> Result<HttpResponse, Problem> {
    shell.page("source.html", &SourcePageView::new(SourceFields::default()))
}

/// Register a source by form
///
/// A secret that was made for it stands in this answer and nowhere else.
#[utoipa::path(post, path = "/signals/register", tag = "Pages", request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "Registered, with the secret that was made", content_type = "text/html"),
    (status = 303, description = "To the source's page"),
    (status = 400, description = "The form again, with what is wrong", content_type = "text/html"),
))]
pub(crate) async fn register(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    form: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    match first(&state, &caller, &form).await {
        Ok((saved, secret)) => {
            saved_page(shell, &saved, secret.as_ref(), "The source is registered.")
        }
        Err(problem) => {
            let (status, errors) = FormErrors::of(problem)?;
            let view = SourcePageView::new(SourceFields::entered(&form)).wrong(errors);
            shell.page_with(status, "source.html", &view)
        }
    }
}

/// Writes a source that nobody registered yet.
async fn first(
    state: &Data<State>,
    caller: &Caller,
    form: &Entries,
) -> Result<(SavedSource, Option<Zeroizing<String>>), Problem> {
    let name = form.text("name").parse();
    let name: SourceName =
        name.map_err(|error: utc_domain::DomainError| Problem::field("/name", error.to_string()))?;
    if known(state, &name).await? {
        let taken = "there is a source of this name: change it on its page";
        return Err(Problem::field("/name", taken));
    }
    write(state, caller, name, form).await
}

/// Whether a person registered it already.
async fn known(state: &Data<State>, name: &SourceName) -> Result<bool, Problem> {
    let name = name.clone();
    match blocking(state, move |console| console.source(&name)).await {
        Ok(found) => Ok(found.receipt_id.is_some()),
        Err(problem) if problem.status() == actix_web::http::StatusCode::NOT_FOUND => Ok(false),
        Err(problem) => Err(problem),
    }
}

/// Change a source by form
///
/// What is set replaces what was set before, but for a secret that is not given again.
#[utoipa::path(post, path = "/signals/sources/{source}", tag = "Pages", params(("source" = String, Path, description = "The source's name, percent-encoded")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "Changed, with the secret that was made", content_type = "text/html"),
    (status = 303, description = "Back, with what was done"),
    (status = 400, description = "The form again, with what is wrong", content_type = "text/html"),
))]
pub(crate) async fn change(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    source: Path<String>,
    form: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    let name = source_name(&source)?;
    match write(&state, &caller, name.clone(), &form).await {
        Ok((saved, secret)) => saved_page(shell, &saved, secret.as_ref(), "The source is changed."),
        Err(problem) => {
            let (status, errors) = FormErrors::of(problem)?;
            let view = view(&state, &caller, name).await?;
            let view = view.with(SourceFields::entered(&form)).wrong(errors);
            shell.page_with(status, "source.html", &view)
        }
    }
}

/// The secret is the second, where one was made.
async fn write(
    state: &State,
    caller: &Caller,
    name: SourceName,
    form: &Entries,
) -> Result<(SavedSource, Option<Zeroizing<String>>), Problem> {
    let made = match (form.get("new_secret"), form.get("secret")) {
        (Some(_), Some(_)) => {
            let wrong = "leave it empty where a new one is to be made";
            return Err(Problem::field("/secret", wrong));
        }
        (Some(_), None) => Some(new_shared_secret()?),
        (None, _) => None,
    };
    let given = made.as_deref().map(String::as_str).or(form.get("secret"));
    let saved = save(state, caller, name, body(form, given)?).await?;
    Ok((saved, made))
}

fn body(form: &Entries, secret: Option<&str>) -> Result<SourceBody, Problem> {
    let trust = form.text("trust").parse::<f64>();
    let trust = trust.map_err(|_| Problem::field("/trust", "must be a number from 0 to 1"))?;
    let mut members = json!({
        "trust": trust,
        "authoritative": form.get("authoritative").is_some(),
        "signature": form.text("signature"),
        "audience": form.words("audience"),
        "units": form.words("units"),
        "secret": secret,
    });
    // What belongs to another kind of proof is not sent along.
    if let (Value::Object(members), "ssf") = (&mut members, form.text("signature").as_str()) {
        for member in ["jwks", "issuer", "stream_id"] {
            members.insert(member.to_owned(), json!(form.get(member)));
        }
    }
    from_value(members)
}

fn saved_page(
    shell: Shell,
    saved: &SavedSource,
    made: Option<&Zeroizing<String>>,
    said: &str,
) -> Result<HttpResponse, Problem> {
    let name = saved.view.name.to_string();
    let place = format!("/signals/sources/{}", encoded(&name));
    let Some(secret) = made else {
        return Ok(shell.done(&place, &Flash::done(said).receipt(saved.receipt_id)));
    };
    let view = SecretView {
        title: format!("The secret of {name}"),
        what: "secret",
        secret: secret.to_string(),
        hint: "Enter it where the source signs. The one before verifies for 24 hours more.",
        receipt: saved.receipt_id.to_string(),
        back: place,
    };
    shell.page("secret.html", &view)
}

/// Wait by form for a source to verify its stream
#[utoipa::path(post, path = "/signals/sources/{source}/verification", tag = "Pages", params(("source" = String, Path, description = "The source's name, percent-encoded")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Back, with the state that is waited for, or why nothing was done")))]
pub(crate) async fn verify(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    source: Path<String>,
) -> Result<HttpResponse, Problem> {
    let name = source_name(&source)?;
    let place = format!("/signals/sources/{}", encoded(&source));
    match state.console.ask_verification(&caller, name).await {
        Ok(asked) => {
            tracing::info!(source = %*source, receipt_id = %asked.receipt_id, "a verification is waited for");
            let text = format!(
                "Ask the transmitter’s verification endpoint with the state {}; this page says when it answered.",
                asked.state
            );
            Ok(shell.done(&place, &Flash::done(text).receipt(asked.receipt_id)))
        }
        Err(error) => shell.not_done(&place, error.into()),
    }
}
