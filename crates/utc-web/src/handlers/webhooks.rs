//! `/api/v1/webhooks`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use utc_app::{AppError, SavedWebhook};
use utc_domain::{NoticeId, WebhookId, WebhookUrl};
use utc_notify::Report;

use super::blocking;
use crate::State;
use crate::access::Caller;
use crate::body::Json;
use crate::problem::Problem;
use crate::wire::deliveries::{DeliveryAnswer, DeliveryList, DeliveryQuery, TestAnswer};
use crate::wire::identity::ReceiptAnswer;
use crate::wire::webhooks::{
    WebhookAnswer, WebhookBody, WebhookList, WebhookPatch, WebhookSaved, objection,
};

/// Every webhook
#[utoipa::path(get, path = "/api/v1/webhooks", tag = "Webhooks", responses(
    (status = 200, description = "Every webhook, oldest first, without its secret", body = WebhookList),
))]
pub(crate) async fn list(state: Data<State>) -> Result<HttpResponse, Problem> {
    let webhooks = blocking(&state, utc_app::Console::webhooks).await?;
    let items = webhooks.into_iter().map(WebhookAnswer::from).collect();
    Ok(HttpResponse::Ok().json(WebhookList { items }))
}

/// Make a webhook
///
/// The secret is shown in this answer and never again. Each notice is a `POST` with the headers `webhook-id`,
/// `webhook-timestamp` and `webhook-signature` of Standard Webhooks; answer 2xx within 10 seconds.
#[utoipa::path(post, path = "/api/v1/webhooks", tag = "Webhooks", request_body = WebhookBody, responses(
    (status = 201, description = "Made", body = WebhookSaved),
    (status = 409, description = "There is a webhook of this name, or there are too many", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn create(
    state: Data<State>,
    caller: Caller,
    body: Json<WebhookBody>,
) -> Result<HttpResponse, Problem> {
    let saved = make(&state, &caller, body.0).await?;
    Ok(HttpResponse::Created().json(WebhookSaved::from(saved)))
}

/// Makes a webhook at an address that may be called.
pub(crate) async fn make(
    state: &State,
    caller: &Caller,
    body: WebhookBody,
) -> Result<SavedWebhook, Problem> {
    let new = body.into_new()?;
    check(state, &new.url).await?;
    let saved = state.console.create_webhook(caller, new).await?;
    let receipt_id = &saved.view.receipt_id;
    tracing::info!(webhook = %saved.view.id, receipt_id, "a webhook was made");
    Ok(saved)
}

/// One webhook
#[utoipa::path(get, path = "/api/v1/webhooks/{id}", tag = "Webhooks", params(("id" = String, Path, description = "The webhook's id")), responses(
    (status = 200, description = "The webhook, without its secret", body = WebhookAnswer),
    (status = 404, description = "No such webhook", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn get(state: Data<State>, id: Path<String>) -> Result<HttpResponse, Problem> {
    let id = webhook_id(&id)?;
    let webhook = blocking(&state, move |console| console.webhook(id)).await?;
    Ok(HttpResponse::Ok().json(WebhookAnswer::from(webhook)))
}

/// Change a webhook
#[utoipa::path(patch, path = "/api/v1/webhooks/{id}", tag = "Webhooks", params(("id" = String, Path, description = "The webhook's id")), request_body = WebhookPatch, responses(
    (status = 200, description = "Changed", body = WebhookSaved),
    (status = 404, description = "No such webhook", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "There is a webhook of this name", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn change(
    state: Data<State>,
    caller: Caller,
    id: Path<String>,
    body: Json<WebhookPatch>,
) -> Result<HttpResponse, Problem> {
    let id = webhook_id(&id)?;
    let saved = alter(&state, &caller, id, body.0).await?;
    Ok(HttpResponse::Ok().json(WebhookSaved::from(saved)))
}

/// Changes a webhook, to an address that may be called.
pub(crate) async fn alter(
    state: &State,
    caller: &Caller,
    id: WebhookId,
    body: WebhookPatch,
) -> Result<SavedWebhook, Problem> {
    let change = body.into_change()?;
    if let Some(url) = &change.url {
        check(state, url).await?;
    }
    let saved = state.console.change_webhook(caller, id, change).await?;
    let receipt_id = &saved.view.receipt_id;
    tracing::info!(webhook = %id, receipt_id, "a webhook was changed");
    Ok(saved)
}

/// Delete a webhook
///
/// With everything that waits for it, and the list of its deliveries.
#[utoipa::path(delete, path = "/api/v1/webhooks/{id}", tag = "Webhooks", params(("id" = String, Path, description = "The webhook's id")), responses(
    (status = 200, description = "Deleted, with the receipt of that", body = ReceiptAnswer),
    (status = 404, description = "No such webhook", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn delete(
    state: Data<State>,
    caller: Caller,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = webhook_id(&id)?;
    let receipt_id = state.console.delete_webhook(&caller, id).await?;
    tracing::info!(webhook = %id, %receipt_id, "a webhook was deleted");
    Ok(HttpResponse::Ok().json(ReceiptAnswer {
        receipt_id: receipt_id.to_string(),
    }))
}

/// Call a webhook to see whether it works
///
/// Sends one notice of type `webhook.test` now, also while the webhook is off, and answers with what the receiver did. It is
/// not tried again.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/test", tag = "Webhooks", params(("id" = String, Path, description = "The webhook's id")), responses(
    (status = 200, description = "What the receiver did, or why it was not called", body = TestAnswer),
    (status = 404, description = "No such webhook", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn test(state: Data<State>, id: Path<String>) -> Result<HttpResponse, Problem> {
    let id = webhook_id(&id)?;
    let report = try_out(&state, id).await?;
    Ok(HttpResponse::Ok().json(TestAnswer::from(report)))
}

/// Sends one notice now.
pub(crate) async fn try_out(state: &Data<State>, id: WebhookId) -> Result<Report, Problem> {
    let parcel = blocking(state, move |console| console.test_parcel(id)).await?;
    let now = state.console.options().clock.now();
    let report = state.courier.deliver(&parcel, now).await;
    tracing::info!(webhook = %id, delivered = report.is_taken(), "a webhook was tested");
    Ok(report)
}

/// What became of a webhook's notices
///
/// What waits, what arrived in the last 7 days, and what was given up in the last 30.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}/deliveries", tag = "Webhooks", params(("id" = String, Path, description = "The webhook's id"), DeliveryQuery), responses(
    (status = 200, description = "Deliveries, newest first", body = DeliveryList),
    (status = 404, description = "No such webhook", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn deliveries(
    state: Data<State>,
    id: Path<String>,
    query: Query<DeliveryQuery>,
) -> Result<HttpResponse, Problem> {
    let id = webhook_id(&id)?;
    let (wanted, before, limit) = query.wanted()?;
    let page = blocking(&state, move |console| {
        console.deliveries(id, wanted, before, limit)
    });
    Ok(HttpResponse::Ok().json(DeliveryList::from(page.await?)))
}

/// Send a notice again
///
/// Under the same `webhook-id`, however it ended.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/deliveries/{delivery}/redeliver", tag = "Webhooks", params(("id" = String, Path, description = "The webhook's id"), ("delivery" = String, Path, description = "The delivery's id")), responses(
    (status = 200, description = "It waits to be sent", body = DeliveryAnswer),
    (status = 404, description = "No such webhook or delivery", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "It waits already, or the webhook is off", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn redeliver(
    state: Data<State>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (id, delivery) = path.into_inner();
    let (id, delivery) = (webhook_id(&id)?, delivery_id(&delivery)?);
    let view = state.console.redeliver(id, delivery).await?;
    tracing::info!(webhook = %id, %delivery, "a notice is sent again");
    Ok(HttpResponse::Ok().json(DeliveryAnswer::from(view)))
}

/// Whoever sets an address that is not called hears it at once, and not from the first notice that is lost.
async fn check(state: &State, url: &WebhookUrl) -> Result<(), Problem> {
    match state.courier.objection(url).await {
        Some(why) => Err(objection(why)),
        None => Ok(()),
    }
}

pub(crate) fn webhook_id(text: &str) -> Result<WebhookId, AppError> {
    text.parse().map_err(|_| AppError::NotFound {
        what: "webhook",
        name: text.escape_default().to_string(),
    })
}

pub(crate) fn delivery_id(text: &str) -> Result<NoticeId, AppError> {
    text.parse().map_err(|_| AppError::NotFound {
        what: "delivery",
        name: text.escape_default().to_string(),
    })
}
