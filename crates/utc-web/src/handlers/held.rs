//! What became of held requests.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

use super::approvals::approval_id;
use super::blocking;
use crate::State;
use crate::access::Caller;
use crate::body::Json;
use crate::problem::Problem;
use crate::wire::held::{ResultAnswer, SettleBody, SettledAnswer};

/// What the upstream answered to a held request
///
/// For the token that asked, and for nobody else. The answer is kept for a day.
#[utoipa::path(get, path = "/api/v1/approvals/{id}/result", tag = "Approvals", params(("id" = String, Path, description = "The approval's id")), responses(
    (status = 200, description = "The upstream's answer", body = ResultAnswer),
    (status = 404, description = "Not the caller's approval; not executed yet (`not_executed_yet`); or there is none (`no_answer`)", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn result(
    state: Data<State>,
    caller: Caller,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = approval_id(&id)?;
    let by = caller.shared();
    let kept = blocking(&state, move |console| console.kept_answer(&by, id)).await?;
    Ok(HttpResponse::Ok().json(ResultAnswer::from(kept)))
}

/// Say what became of a held request whose outcome nobody knows
///
/// It is never sent again: an operator of the unit looks at the upstream and says what was found.
#[utoipa::path(post, path = "/api/v1/approvals/{id}/settle", tag = "Approvals", params(("id" = String, Path, description = "The approval's id")), request_body = SettleBody, responses(
    (status = 200, description = "Settled, with the receipt of that", body = SettledAnswer),
    (status = 403, description = "The caller is no operator of the unit", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such held request that the caller may know of", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "Its outcome is not unknown", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn settle(
    state: Data<State>,
    caller: Caller,
    id: Path<String>,
    body: Json<SettleBody>,
) -> Result<HttpResponse, Problem> {
    let id = approval_id(&id)?;
    let (carried_out, reason) = body.0.read()?;
    let by = caller.shared();
    let settled = state
        .console
        .settle_execution(&by, id, carried_out, reason)
        .await?;
    tracing::info!(approval_id = %id, receipt_id = %settled, carried_out, "an outcome was settled");
    Ok(HttpResponse::Ok().json(SettledAnswer::new(id.to_string(), carried_out, settled)))
}
