//! Pins and risk marks.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use utc_app::Marked;

use super::{unit_name, view};
use crate::State;
use crate::access::Caller;
use crate::body::Json;
use crate::problem::Problem;
use crate::wire::units::UnitChanged;
use crate::wire::units::marks::{PinBody, RiskBody};

/// Pin a unit's level
#[utoipa::path(put, path = "/api/v1/units/{unit}/pin", tag = "Units", params(("unit" = String, Path, description = "Name or alias, percent-encoded")), request_body = PinBody, responses(
    (status = 200, description = "Pinned, with its receipt", body = UnitChanged),
))]
pub(crate) async fn pin(
    state: Data<State>,
    caller: Caller,
    unit: Path<String>,
    body: Json<PinBody>,
) -> Result<HttpResponse, Problem> {
    let request = body.0.into_request()?;
    let marked = state
        .console
        .pin(&unit_name(&unit)?, &caller, request)
        .await?;
    changed(&state, marked, "a unit's level was pinned").await
}

/// Remove a unit's pin
#[utoipa::path(delete, path = "/api/v1/units/{unit}/pin", tag = "Units", params(("unit" = String, Path, description = "Name or alias, percent-encoded")), responses(
    (status = 200, description = "Removed, with its receipt", body = UnitChanged),
    (status = 404, description = "No such unit, or no pin on it", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn unpin(
    state: Data<State>,
    caller: Caller,
    unit: Path<String>,
) -> Result<HttpResponse, Problem> {
    let marked = state.console.unpin(&unit_name(&unit)?, &caller).await?;
    changed(&state, marked, "a unit's pin was removed").await
}

/// Mark a unit risky
#[utoipa::path(put, path = "/api/v1/units/{unit}/risk", tag = "Units", params(("unit" = String, Path, description = "Name or alias, percent-encoded")), request_body = RiskBody, responses(
    (status = 200, description = "Marked, with its receipt", body = UnitChanged),
))]
pub(crate) async fn mark_risky(
    state: Data<State>,
    caller: Caller,
    unit: Path<String>,
    body: Json<RiskBody>,
) -> Result<HttpResponse, Problem> {
    let request = body.0.into_request()?;
    let marked = state
        .console
        .mark_risky(&unit_name(&unit)?, &caller, request)
        .await?;
    changed(&state, marked, "a unit was marked risky").await
}

/// Remove a person's risk mark
#[utoipa::path(delete, path = "/api/v1/units/{unit}/risk", tag = "Units", params(("unit" = String, Path, description = "Name or alias, percent-encoded")), responses(
    (status = 200, description = "Removed, with its receipt", body = UnitChanged),
    (status = 404, description = "No such unit, or no mark on it", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn clear_risky(
    state: Data<State>,
    caller: Caller,
    unit: Path<String>,
) -> Result<HttpResponse, Problem> {
    let marked = state
        .console
        .clear_risky(&unit_name(&unit)?, &caller)
        .await?;
    changed(&state, marked, "a unit's risk mark was removed").await
}

async fn changed(
    state: &Data<State>,
    marked: Marked,
    message: &str,
) -> Result<HttpResponse, Problem> {
    tracing::info!(unit = %marked.unit, receipt_id = %marked.receipt_id, "{message}");
    let unit = view(state, marked.unit).await?;
    Ok(HttpResponse::Ok().json(UnitChanged {
        receipt_id: marked.receipt_id.to_string(),
        unit,
    }))
}
