//! Load that a person reports, and which forecasts may act on it, by form.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path};
use serde_json::{Value, json};
use utc_app::GateRequest;

use super::act::told;
use crate::State;
use crate::access::Caller;
use crate::body::from_value;
use crate::console::form::attempt;
use crate::console::link::encoded;
use crate::console::{Entries, Flash, Shell};
use crate::handlers::units::unit_name;
use crate::problem::Problem;
use crate::wire::forecast::GateBody;
use crate::wire::units::observations::reports;

/// Report a unit's load by form
#[utoipa::path(post, path = "/units/{unit}/observe", tag = "Pages", params(("unit" = String, Path, description = "Name or alias, percent-encoded")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Back, with what was done or why it was not")))]
pub(crate) async fn observe(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    unit: Path<String>,
    form: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    let name = unit_name(&unit)?;
    let place = format!("/units/{}", encoded(&unit));
    let reports = match observation(&form).and_then(reports) {
        Ok(reports) => reports,
        Err(problem) => return shell.not_done(&place, problem),
    };
    match state.console.observe_by(&caller, &name, reports).await {
        Ok(observed) => {
            let said = match observed.receipts.last() {
                None => Flash::done("Taken: the level stays as it was."),
                Some(receipt) => {
                    tracing::info!(unit = %observed.unit, receipt_id = %receipt, "a unit's protection level changed");
                    Flash::done("Taken: the level changed.").receipt(*receipt)
                }
            };
            Ok(shell.done(&place, &said))
        }
        Err(error) => shell.not_done(&place, error.into()),
    }
}

fn observation(form: &Entries) -> Result<Value, Problem> {
    let number = |field: &str| {
        let read = form.text(field).parse::<f64>();
        read.map_err(|_| Problem::field(format!("/{field}"), "must be a number per hour"))
    };
    Ok(json!({"arrival_rate": number("arrival_rate")?, "service_rate": number("service_rate")?}))
}

/// Say by form whether a forecast may act
#[utoipa::path(post, path = "/units/{unit}/gate", tag = "Pages", params(("unit" = String, Path, description = "Name or alias, percent-encoded")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Back, with what was done or why it was not")))]
pub(crate) async fn gate(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    unit: Path<String>,
    form: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    let name = unit_name(&unit)?;
    let work = |request| state.console.set_gate(&name, &caller, request);
    let done = attempt(gate_request(&form), work).await;
    let text = "The forecast’s gate is set. It holds from the unit’s next observation on.";
    told(&shell, &unit, done, text)
}

fn gate_request(form: &Entries) -> Result<GateRequest, Problem> {
    let body: GateBody =
        from_value(json!({"gate": form.text("gate"), "reason": form.text("reason")}))?;
    body.into_request(&form.text("predictor"))
}
