//! Events and the quarantine: searched, dismissed.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use utc_app::AppError;
use utc_tdx::ContentHash;

use crate::State;
use crate::access::Caller;
use crate::body::Json;
use crate::handlers::blocking;
use crate::handlers::rules::PageQuery;
use crate::problem::Problem;
use crate::wire::identity::ReceiptAnswer;
use crate::wire::parts::Fields;
use crate::wire::receipts::{read_cursor, read_limit};
use crate::wire::signals::event::{DismissBody, EventAnswer, EventList, EventSearch};
use crate::wire::signals::quarantine::QuarantineList;

/// Search events
#[utoipa::path(get, path = "/api/v1/tdx/events", tag = "Trust signals", params(EventSearch), responses(
    (status = 200, description = "Events, newest first. A page may hold fewer than asked for and still have a next one", body = EventList),
))]
pub(crate) async fn list(
    state: Data<State>,
    caller: Caller,
    query: Query<EventSearch>,
) -> Result<HttpResponse, Problem> {
    let (wanted, before, limit) = query.wanted()?;
    let by = caller.shared();
    let page = blocking(&state, move |console| {
        console.events(&by, &wanted, before, limit)
    });
    Ok(HttpResponse::Ok().json(EventList::from(page.await?)))
}

/// One event
#[utoipa::path(get, path = "/api/v1/tdx/events/{id}", tag = "Trust signals", params(("id" = String, Path, description = "`sha256:…`, as receipts name it")), responses(
    (status = 200, description = "The event", body = EventAnswer),
    (status = 404, description = "No such event, or none that the caller may see", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn get(
    state: Data<State>,
    caller: Caller,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let (id, by) = (event_id(&id)?, caller.shared());
    let event = blocking(&state, move |console| console.event(&by, id)).await?;
    Ok(HttpResponse::Ok().json(EventAnswer::from(event)))
}

/// Dismiss an event
///
/// It is kept and shown, and weighs nothing from now on.
#[utoipa::path(post, path = "/api/v1/tdx/events/{id}/dismiss", tag = "Trust signals", params(("id" = String, Path, description = "`sha256:…`, as receipts name it")), request_body = DismissBody, responses(
    (status = 200, description = "Dismissed, with its receipt", body = ReceiptAnswer),
    (status = 404, description = "No such event", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "It was dismissed already, or raises nothing", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn dismiss(
    state: Data<State>,
    caller: Caller,
    id: Path<String>,
    body: Json<DismissBody>,
) -> Result<HttpResponse, Problem> {
    let (id, reason) = (event_id(&id)?, body.0.into_reason()?);
    let receipt_id = state.console.dismiss_event(&caller, id, reason).await?;
    tracing::info!(event = %id, %receipt_id, "an event was dismissed");
    Ok(HttpResponse::Ok().json(ReceiptAnswer {
        receipt_id: receipt_id.to_string(),
    }))
}

/// Deliveries that were not taken
#[utoipa::path(get, path = "/api/v1/tdx/quarantine", tag = "Trust signals", params(PageQuery), responses(
    (status = 200, description = "Newest first, without their bodies", body = QuarantineList),
))]
pub(crate) async fn quarantine(
    state: Data<State>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::default();
    let before: Option<i64> = read_cursor(&mut fields, query.cursor.as_deref());
    let limit = read_limit(&mut fields, query.limit.as_deref());
    fields.finish()?;
    let page = blocking(&state, move |console| console.quarantined(before, limit));
    Ok(HttpResponse::Ok().json(QuarantineList::from(page.await?)))
}

fn event_id(text: &str) -> Result<ContentHash, AppError> {
    text.parse().map_err(|_| AppError::NotFound {
        what: "event",
        name: text.escape_default().to_string(),
    })
}
