//! The buttons of the page: plain forms, each of which leads back.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form};
use utc_app::{AppError, RuleChange};
use utc_domain::{ReceiptId, Rule, UnitName, VoteChoice};

use crate::State;
use crate::access::Caller;
use crate::console::{Entries, Flash, Shell};
use crate::handlers::approvals::approval_id;
use crate::problem::Problem;
use crate::sample::{Asked, RuntimeDemo};

const PAGE: &str = "/demo";

/// Send a request to the sample service by form
///
/// Goes through the gateway's own port, like anybody's request.
#[utoipa::path(post, path = "/demo/send", tag = "Pages", request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Back, with what was answered")))]
pub(crate) async fn send(
    state: Data<State>,
    shell: Shell,
    form: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    let runtime = runtime(&state)?;
    let unit: UnitName = read("/unit", &form.text("unit"))?;
    if !runtime.sample().units().contains(&unit) {
        return Err(Problem::field(
            "/unit",
            "must be a unit of the sample service",
        ));
    }
    let asked = match form.get("asked") {
        Some("read") => Asked::Read,
        Some("write") => Asked::Write,
        Some(_) | None => return Err(Problem::field("/asked", "must be `read` or `write`")),
    };
    let exchange = runtime.send(&unit, asked).await;
    let flash = match exchange.answered {
        Ok(answered) => {
            let decision = answered
                .decision
                .unwrap_or_else(|| "no decision".to_owned());
            let flash = Flash::done(format!(
                "The gateway answered {}: {decision}.",
                answered.status
            ));
            let receipt = answered.receipt.and_then(|id| id.parse::<ReceiptId>().ok());
            match receipt {
                Some(receipt) => flash.receipt(receipt),
                None => flash,
            }
        }
        Err(why) => Flash::warning(format!("The gateway could not be asked: {why}")),
    };
    Ok(shell.done(PAGE, &flash))
}

/// Approve a held request of the sample by form, as the sample's own approver
#[utoipa::path(post, path = "/demo/approve", tag = "Pages", request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Back, with what was done or why it was not")))]
pub(crate) async fn approve(
    state: Data<State>,
    shell: Shell,
    form: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    let runtime = runtime(&state)?;
    let id = approval_id(&form.text("approval"))?;
    let approver = state.console.token(runtime.sample().approver())?;
    let approver = approver.ok_or(AppError::Unauthenticated)?;
    let voted = state.console.vote(&approver, id, VoteChoice::Approve, None);
    let flash = match voted.await {
        Ok(voted) => {
            Flash::done("The sample’s approver approved: the held write is sent now, once.")
                .receipt(voted.receipt_id)
        }
        Err(error) => Flash::warning(format!(
            "Nothing was changed: {}",
            Problem::from(error).detail()
        )),
    };
    Ok(shell.done(PAGE, &flash))
}

/// Switch a rule from the demo's page by form
#[utoipa::path(post, path = "/demo/rules", tag = "Pages", request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Back, with what was done")))]
pub(crate) async fn switch(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    form: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    // Rules hold for everything that is governed here, so only a demo may switch them without a preview.
    runtime(&state)?;
    let rule: Rule = read("/rule", &form.text("rule"))?;
    let enabled = form.get("enabled") == Some("on");
    let change = RuleChange {
        rule,
        enabled,
        reason: Some(read("/reason", "switched on the page of the runtime demo")?),
        actor: (&caller).into(),
    };
    let changed = state.console.set_rule(change).await?;
    let text = format!(
        "The rule {rule} is {} now.",
        if enabled { "on" } else { "off" }
    );
    Ok(shell.done(PAGE, &Flash::done(text).receipt(changed.receipt_id)))
}

/// Let the demo's clock of scores run ahead by form
#[utoipa::path(post, path = "/demo/clock", tag = "Pages", request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Back, with what it shows now")))]
pub(crate) async fn advance(
    state: Data<State>,
    shell: Shell,
    form: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    runtime(&state)?;
    let hours = read("/hours", &form.text("hours"))?;
    match state.console.advance_scoring(hours) {
        Ok(shown) => {
            let text = format!("Signals are judged as if it were {shown}; receipts are not.");
            Ok(shell.done(PAGE, &Flash::done(text)))
        }
        Err(error) => shell.not_done(PAGE, error.into()),
    }
}

fn runtime(state: &State) -> Result<&RuntimeDemo, Problem> {
    state.runtime.as_ref().ok_or_else(|| {
        Problem::from(AppError::Conflict {
            code: "no_sample",
            message: "this server has no sample service; `utc-server --demo` starts one".to_owned(),
        })
    })
}

fn read<T: std::str::FromStr>(pointer: &str, text: &str) -> Result<T, Problem>
where
    T::Err: std::fmt::Display,
{
    text.parse()
        .map_err(|error: T::Err| Problem::field(pointer, error.to_string()))
}
