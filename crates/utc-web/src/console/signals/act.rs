//! What people do about signals: plain forms, each of which leads back and says what it did.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path};
use utc_app::Console;
use utc_app::signals::OverrideRequest;
use utc_domain::{Reason, Timestamp};

use super::event_id;
use crate::State;
use crate::access::Caller;
use crate::console::form::attempt;
use crate::console::link::encoded;
use crate::console::{Entries, Flash, Shell};
use crate::handlers::blocking;
use crate::handlers::units::unit_name;
use crate::problem::Problem;
use crate::wire::parts::Fields;

/// The longest that a flag is set aside by form, in hours.
const LONGEST_HOURS: i64 = 24;

/// Dismiss an event by form
#[utoipa::path(post, path = "/signals/events/{id}/dismiss", tag = "Pages", params(("id" = String, Path, description = "`sha256:…`, as receipts name it")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Back, with what was done or why it was not")))]
pub(crate) async fn dismiss(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    id: Path<String>,
    form: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    let id = event_id(&id)?;
    let work = |reason| state.console.dismiss_event(&caller, id, reason);
    let done = attempt(reason(&form), work).await;
    let place = format!("/signals/events/{id}");
    shell.told(
        &place,
        done,
        "Dismissed: the event is kept, and weighs nothing any more.",
    )
}

/// Run the scorer now by form
#[utoipa::path(post, path = "/signals/run", tag = "Pages", request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Back, with what was found")))]
pub(crate) async fn run(state: Data<State>, shell: Shell) -> Result<HttpResponse, Problem> {
    match blocking(&state, Console::run_scorer).await {
        Ok(run) => {
            tracing::info!(run = %run.id, units = run.units, "the scorer ran on demand");
            let text = format!(
                "The scorer ran: {} units, {} of them risky.",
                run.units, run.risky
            );
            Ok(shell.done("/signals", &Flash::done(text)))
        }
        Err(problem) => shell.not_done("/signals", problem),
    }
}

/// Set the scorer's flag on a unit aside by form
#[utoipa::path(post, path = "/signals/units/{unit}/set-aside", tag = "Pages", params(("unit" = String, Path, description = "Name or alias, percent-encoded")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Back, with what was done or why it was not")))]
pub(crate) async fn set_aside(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    unit: Path<String>,
    form: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    let name = unit_name(&unit)?;
    let request = request(&form, state.console.options().clock.now());
    let work = |request| state.console.override_risk(&name, &caller, request);
    let done = attempt(request, work).await;
    let done = done.map(|marked| marked.receipt_id);
    shell.told(
        &place(&unit),
        done,
        "The scorer’s flag does not count for now. A person’s own mark still does.",
    )
}

/// Let the scorer's flag on a unit count again by form
#[utoipa::path(post, path = "/signals/units/{unit}/count-again", tag = "Pages", params(("unit" = String, Path, description = "Name or alias, percent-encoded")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Back, with what was done or why it was not")))]
pub(crate) async fn count_again(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    unit: Path<String>,
) -> Result<HttpResponse, Problem> {
    let done = state
        .console
        .end_override(&unit_name(&unit)?, &caller)
        .await;
    let done = done.map(|marked| marked.receipt_id).map_err(Problem::from);
    shell.told(&place(&unit), done, "The scorer’s flag counts again.")
}

fn reason(form: &Entries) -> Result<Reason, Problem> {
    let mut fields = Fields::default();
    let reason = fields.read("/reason", &form.text("reason"));
    fields.finish_with(reason)
}

fn request(form: &Entries, now: Timestamp) -> Result<OverrideRequest, Problem> {
    let hours = form.get("hours").and_then(|hours| hours.parse().ok());
    let hours = hours.filter(|hours| (1..=LONGEST_HOURS).contains(hours));
    let Some(hours) = hours else {
        let message = format!("must be a number of hours from 1 to {LONGEST_HOURS}");
        return Err(Problem::field("/hours", message));
    };
    Ok(OverrideRequest {
        reason: reason(form)?,
        expires_at: now.plus_minutes(hours * 60),
    })
}

fn place(unit: &str) -> String {
    format!("/signals/units/{}", encoded(unit))
}
