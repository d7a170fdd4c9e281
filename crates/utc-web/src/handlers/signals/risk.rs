//! The risk of a unit, and what a person says of it; who holds the rule for risky units.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use utc_app::AppError;
use utc_domain::Rule;

use crate::State;
use crate::access::Caller;
use crate::body::Json;
use crate::handlers::blocking;
use crate::handlers::units::unit_name;
use crate::problem::Problem;
use crate::wire::identity::ReceiptAnswer;
use crate::wire::signals::risk::{OverrideBody, RiskAnswer};

/// How much of the history is shown.
const POINTS: usize = 200;

/// The risk of a unit
///
/// Score, evidence and history of what trust signals say. A person's own mark is a part of the unit.
#[utoipa::path(get, path = "/api/v1/units/{unit}/risk", tag = "Trust signals", params(("unit" = String, Path, description = "Name or alias, percent-encoded")), responses(
    (status = 200, description = "What trust signals say", body = RiskAnswer),
    (status = 404, description = "No such unit", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn get(state: Data<State>, unit: Path<String>) -> Result<HttpResponse, Problem> {
    let name = unit_name(&unit)?;
    let found = blocking(&state, move |console| {
        let risk = console.unit_risk(&name)?;
        Ok((risk, console.risk_history(&name, None, POINTS)?))
    });
    let (risk, history) = found.await?;
    Ok(HttpResponse::Ok().json(RiskAnswer::new(risk, history)))
}

/// Override the scorer's flag on a unit
///
/// Until then it does not count; a person's own mark counts as before. It holds less back, so it ends within 24 hours.
#[utoipa::path(put, path = "/api/v1/units/{unit}/risk-override", tag = "Trust signals", params(("unit" = String, Path, description = "Name or alias, percent-encoded")), request_body = OverrideBody, responses(
    (status = 200, description = "Set, with its receipt", body = ReceiptAnswer),
    (status = 404, description = "No such unit", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn put_override(
    state: Data<State>,
    caller: Caller,
    unit: Path<String>,
    body: Json<OverrideBody>,
) -> Result<HttpResponse, Problem> {
    let (name, request) = (unit_name(&unit)?, body.0.into_request()?);
    let marked = state.console.override_risk(&name, &caller, request).await?;
    tracing::info!(unit = %marked.unit, receipt_id = %marked.receipt_id, "a unit's risk was overridden");
    Ok(receipt(marked.receipt_id))
}

/// Take an override back
#[utoipa::path(delete, path = "/api/v1/units/{unit}/risk-override", tag = "Trust signals", params(("unit" = String, Path, description = "Name or alias, percent-encoded")), responses(
    (status = 200, description = "Taken back, with its receipt", body = ReceiptAnswer),
    (status = 404, description = "No such unit, or no override on it", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn delete_override(
    state: Data<State>,
    caller: Caller,
    unit: Path<String>,
) -> Result<HttpResponse, Problem> {
    let name = unit_name(&unit)?;
    let marked = state.console.end_override(&name, &caller).await?;
    tracing::info!(unit = %marked.unit, receipt_id = %marked.receipt_id, "a unit's risk override was taken back");
    Ok(receipt(marked.receipt_id))
}

/// Leave a rule to the scorer again
///
/// A rule that a person switched is theirs, and the scorer leaves it alone. Its setting stays as it is.
#[utoipa::path(post, path = "/api/v1/rules/{key}/hand-back", tag = "Rules", params(("key" = String, Path, description = "The rule's key")), responses(
    (status = 200, description = "Handed back, with its receipt", body = ReceiptAnswer),
    (status = 404, description = "No such rule", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "It is no person's", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn hand_back(
    state: Data<State>,
    caller: Caller,
    key: Path<String>,
) -> Result<HttpResponse, Problem> {
    let rule: Rule = key.parse().map_err(|_| AppError::NotFound {
        what: "rule",
        name: key.escape_default().to_string(),
    })?;
    let receipt_id = state.console.hand_back_rule(rule, &caller).await?;
    tracing::info!(rule = %rule, %receipt_id, "a rule was handed back");
    Ok(receipt(receipt_id))
}

fn receipt(id: utc_domain::ReceiptId) -> HttpResponse {
    HttpResponse::Ok().json(ReceiptAnswer {
        receipt_id: id.to_string(),
    })
}
