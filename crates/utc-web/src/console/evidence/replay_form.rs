//! Beginning and cancelling a replay by form.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path};
use serde_json::{Map, Value, json};
use utc_app::{AppError, WorkId};
use utc_domain::Rule;

use super::again;
use super::export_form::moment;
use super::view::EvidencePageView;
use crate::State;
use crate::access::Caller;
use crate::body::from_value;
use crate::console::{Entries, Flash, Shell};
use crate::problem::Problem;
use crate::wire::replay::ReplayBody;
use crate::wire::work::work_id;

/// Begin a replay by form
#[utoipa::path(post, path = "/evidence/replays", tag = "Pages", request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses(
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
            tracing::info!(replay = %id, by = %caller.name(), "a replay has begun");
            Ok(shell.done(&place(id), &Flash::done("The replay has begun.")))
        }
        Err(problem) => {
            let show = |view: EvidencePageView, errors| view.refused_replay(&form, errors);
            again(&state, shell, caller, problem, show).await
        }
    }
}

fn begin(state: &State, caller: &Caller, form: &Entries) -> Result<WorkId, Problem> {
    let mut asked = json!({
        "mode": form.text("mode"),
        "from": form.get("replay_from").map(moment),
        "to": form.get("replay_to").map(moment),
        "unit": form.get("replay_unit"),
    });
    let (rules, thresholds) = (rules(form), thresholds(form)?);
    if let Value::Object(members) = &mut asked {
        if !rules.is_empty() {
            members.insert("rules".to_owned(), Value::Object(rules));
        }
        members.extend(thresholds.map(|both| ("thresholds".to_owned(), both)));
    }
    let body: ReplayBody = from_value(asked)?;
    let started = state.console.start_replay(caller, &body.into_request()?);
    started.map_err(|error: AppError| error.into())
}

/// Rules that are to be on or off; what was left as it was is not there.
fn rules(form: &Entries) -> Map<String, Value> {
    let chosen = Rule::ALL.into_iter().filter_map(|rule| {
        let on = match form.get(rule.as_str())? {
            "on" => true,
            "off" => false,
            _ => return None,
        };
        Some((rule.as_str().to_owned(), Value::Bool(on)))
    });
    chosen.collect()
}

fn thresholds(form: &Entries) -> Result<Option<Value>, Problem> {
    let number = |field: &str| {
        let text = form.get(field);
        let read = text.map(str::parse::<f64>).transpose();
        read.map_err(|_| Problem::field(format!("/{field}"), "must be a number"))
    };
    match (number("low")?, number("high")?) {
        (None, None) => Ok(None),
        (Some(low), Some(high)) => Ok(Some(json!({ "low": low, "high": high }))),
        (Some(_), None) => Err(Problem::field("/high", "give both thresholds, or neither")),
        (None, Some(_)) => Err(Problem::field("/low", "give both thresholds, or neither")),
    }
}

/// Cancel a replay by form
#[utoipa::path(post, path = "/evidence/replays/{id}/cancel", tag = "Pages", params(("id" = String, Path, description = "The replay's id")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "To the page that tells how it stands")))]
pub(crate) async fn cancel(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = work_id("replay", &id)?;
    state.console.cancel_replay(&caller, id)?;
    tracing::info!(replay = %id, by = %caller.name(), "a replay was cancelled");
    let text = "Cancelled: the replay ends without a result and without a receipt, unless it was done already.";
    Ok(shell.done(&place(id), &Flash::done(text)))
}

fn place(id: WorkId) -> String {
    format!("/evidence/replays/{id}")
}
