//! Beginning and cancelling an export by form.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path};
use serde_json::json;
use utc_app::WorkId;

use super::again;
use super::view::EvidencePageView;
use crate::State;
use crate::access::Caller;
use crate::body::from_value;
use crate::console::{Entries, Flash, Shell};
use crate::problem::Problem;
use crate::wire::evidence::EvidenceBody;
use crate::wire::work::work_id;

/// Begin an export by form
#[utoipa::path(post, path = "/evidence/exports", tag = "Pages", request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 303, description = "To the page that tells how it stands"),
    (status = 400, description = "The form again, with what is wrong", content_type = "text/html"),
))]
pub(crate) async fn start(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    form: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    match begin(&state, &caller, &form) {
        Ok(id) => {
            tracing::info!(export = %id, by = %caller.name(), "an export has begun");
            Ok(shell.done(&place(id), &Flash::done("The export has begun.")))
        }
        Err(problem) => {
            let show = |view: EvidencePageView, errors| view.refused_export(&form, errors);
            again(&state, shell, caller, problem, show).await
        }
    }
}

fn begin(state: &State, caller: &Caller, form: &Entries) -> Result<WorkId, Problem> {
    let body: EvidenceBody = from_value(json!({
        "from": form.get("from").map(moment),
        "to": form.get("to").map(moment),
        "unit": form.get("unit"),
        "subject": form.get("subject"),
    }))?;
    Ok(state.console.start_export(caller, &body.into_request()?)?)
}

/// Cancel an export by form
#[utoipa::path(post, path = "/evidence/exports/{id}/cancel", tag = "Pages", params(("id" = String, Path, description = "The export's id")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "To the page that tells how it stands")))]
pub(crate) async fn cancel(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = work_id("export", &id)?;
    state.console.cancel_export(&caller, id)?;
    tracing::info!(export = %id, by = %caller.name(), "an export was cancelled");
    let text = "Cancelled: the export ends without a bundle and without a receipt, unless it was done already.";
    Ok(shell.done(&place(id), &Flash::done(text)))
}

fn place(id: WorkId) -> String {
    format!("/evidence/exports/{id}")
}

/// What a browser's field for a moment gives, `2026-01-31T12:00`, as a moment in UTC.
pub(super) fn moment(text: &str) -> String {
    match text.len() {
        16 => format!("{text}:00Z"),
        19 => format!("{text}Z"),
        _ => text.to_owned(),
    }
}
