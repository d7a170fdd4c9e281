//! Pins and risk marks by form.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path};
use utc_app::{Marked, PinRequest, RiskRequest};
use utc_domain::Timestamp;

use crate::State;
use crate::access::Caller;
use crate::console::form::attempt;
use crate::console::link::encoded;
use crate::console::{Entries, Shell};
use crate::handlers::units::unit_name;
use crate::problem::Problem;
use crate::wire::parts::Fields;

/// The longest pin or mark by form, in minutes: 30 days.
const LONGEST_MINUTES: i64 = 43_200;

/// Pin a unit's level by form
#[utoipa::path(post, path = "/units/{unit}/pin", tag = "Pages", params(("unit" = String, Path, description = "Name or alias, percent-encoded")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Back, with what was done or why it was not")))]
pub(crate) async fn pin(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    unit: Path<String>,
    form: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    let name = unit_name(&unit)?;
    let request = pin_request(&form, state.console.options().clock.now());
    let work = |request| state.console.pin(&name, &caller, request);
    let done = attempt(request, work).await;
    told(&shell, &unit, done, "The level is pinned.")
}

fn pin_request(form: &Entries, now: Timestamp) -> Result<PinRequest, Problem> {
    let mut fields = Fields::default();
    let level = fields.read("/level", &form.text("level"));
    let reason = fields.read("/reason", &form.text("reason"));
    let expires_at = expiry(&mut fields, form, now);
    let request = level.zip(reason).map(|(level, reason)| PinRequest {
        level,
        reason,
        expires_at,
    });
    fields.finish_with(request)
}

/// Remove a unit's pin by form
#[utoipa::path(post, path = "/units/{unit}/unpin", tag = "Pages", params(("unit" = String, Path, description = "Name or alias, percent-encoded")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Back, with what was done or why it was not")))]
pub(crate) async fn unpin(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    unit: Path<String>,
) -> Result<HttpResponse, Problem> {
    let done = state.console.unpin(&unit_name(&unit)?, &caller).await;
    told(
        &shell,
        &unit,
        done.map_err(Problem::from),
        "The pin is removed: the level follows the load again.",
    )
}

/// Mark a unit risky by form
#[utoipa::path(post, path = "/units/{unit}/risk", tag = "Pages", params(("unit" = String, Path, description = "Name or alias, percent-encoded")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Back, with what was done or why it was not")))]
pub(crate) async fn mark(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    unit: Path<String>,
    form: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    let name = unit_name(&unit)?;
    let request = risk_request(&form, state.console.options().clock.now());
    let work = |request| state.console.mark_risky(&name, &caller, request);
    let done = attempt(request, work).await;
    told(&shell, &unit, done, "The unit is marked risky.")
}

fn risk_request(form: &Entries, now: Timestamp) -> Result<RiskRequest, Problem> {
    let mut fields = Fields::default();
    let reason = fields.read("/reason", &form.text("reason"));
    let expires_at = expiry(&mut fields, form, now);
    fields.finish_with(reason.map(|reason| RiskRequest { reason, expires_at }))
}

/// Remove a unit's risk mark by form
#[utoipa::path(post, path = "/units/{unit}/clear-risk", tag = "Pages", params(("unit" = String, Path, description = "Name or alias, percent-encoded")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Back, with what was done or why it was not")))]
pub(crate) async fn clear(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    unit: Path<String>,
) -> Result<HttpResponse, Problem> {
    let done = state.console.clear_risky(&unit_name(&unit)?, &caller).await;
    told(
        &shell,
        &unit,
        done.map_err(Problem::from),
        "The risk mark is removed.",
    )
}

/// So many minutes from now; none where nothing was entered.
fn expiry(fields: &mut Fields, form: &Entries, now: Timestamp) -> Option<Timestamp> {
    let text = form.get("minutes")?;
    if let Ok(minutes @ 1..=LONGEST_MINUTES) = text.parse() {
        return Some(now.plus_minutes(minutes));
    }
    let message = format!("must be a number of minutes from 1 to {LONGEST_MINUTES}");
    fields.error("/minutes", message);
    None
}

pub(super) fn told(
    shell: &Shell,
    unit: &str,
    done: Result<Marked, Problem>,
    text: &str,
) -> Result<HttpResponse, Problem> {
    let place = format!("/units/{}", encoded(unit));
    let receipt = done.map(|marked| {
        tracing::info!(unit = %marked.unit, receipt_id = %marked.receipt_id, "{text}");
        marked.receipt_id
    });
    shell.told(&place, receipt, text)
}
