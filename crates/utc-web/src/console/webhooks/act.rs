//! What people do with a webhook: a new secret, on and off, a test, the end of it, and a notice once more.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use serde_json::json;

use super::form::saved_page;
use super::view::WebhookPageView;
use crate::State;
use crate::access::Caller;
use crate::body::from_value;
use crate::console::{Confirm, Entries, Flash, Shell};
use crate::handlers::blocking;
use crate::handlers::webhooks::{alter, delivery_id, try_out, webhook_id};
use crate::problem::Problem;

/// Give a webhook a new secret by form
///
/// It stands in this answer and nowhere else.
#[utoipa::path(post, path = "/access/webhooks/{id}/secret", tag = "Pages", params(("id" = String, Path, description = "The webhook's id")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "The new secret", content_type = "text/html"),
    (status = 303, description = "Back, with why nothing was done"),
))]
pub(crate) async fn renew(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = webhook_id(&id)?;
    let patch = from_value(json!({ "new_secret": true }))?;
    match alter(&state, &caller, id, patch).await {
        Ok(saved) => saved_page(shell, saved, StatusCode::OK, "It has a new secret."),
        Err(problem) => shell.not_done(&place(id), problem),
    }
}

/// Turn a webhook on or off by form
#[utoipa::path(post, path = "/access/webhooks/{id}/switch", tag = "Pages", params(("id" = String, Path, description = "The webhook's id")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Back, with what was done")))]
pub(crate) async fn switch(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    id: Path<String>,
    form: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    let id = webhook_id(&id)?;
    let on = form.get("enabled") == Some("on");
    let patch = from_value(json!({ "enabled": on }))?;
    let said = if on {
        "It is on: it gets notices from now on."
    } else {
        "It is off, and what waited for it was given up."
    };
    match alter(&state, &caller, id, patch).await {
        Ok(saved) => saved_page(shell, saved, StatusCode::OK, said),
        Err(problem) => shell.not_done(&place(id), problem),
    }
}

/// Call a webhook now, to see whether it works, by form
#[utoipa::path(post, path = "/access/webhooks/{id}/test", tag = "Pages", params(("id" = String, Path, description = "The webhook's id")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses((status = 200, description = "The page, with what the receiver did", content_type = "text/html")))]
pub(crate) async fn test(
    state: Data<State>,
    shell: Shell,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = webhook_id(&id)?;
    let report = try_out(&state, id).await?;
    let view = blocking(&state, move |console| WebhookPageView::of(console, id)).await?;
    shell.page("webhook.html", &view.tried(report.into()))
}

/// Whether a webhook should be deleted
#[utoipa::path(get, path = "/access/webhooks/{id}/delete", tag = "Pages", params(("id" = String, Path, description = "The webhook's id")), responses((status = 200, description = "The question", content_type = "text/html")))]
pub(crate) async fn ask(
    state: Data<State>,
    shell: Shell,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = webhook_id(&id)?;
    let webhook = blocking(&state, move |console| console.webhook(id)).await?;
    shell.confirm(&Confirm {
        title: "Delete the webhook".to_owned(),
        what: format!("{} gets no notice any more.", webhook.name),
        consequences: vec![
            "What waits to be sent to it is dropped.".to_owned(),
            "The list of what was sent to it is gone.".to_owned(),
            "It is recorded in a receipt.".to_owned(),
        ],
        action: format!("{}/delete", place(id)),
        button: "Delete it",
        back: "/access",
    })
}

/// Delete a webhook by form
#[utoipa::path(post, path = "/access/webhooks/{id}/delete", tag = "Pages", params(("id" = String, Path, description = "The webhook's id")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Deleted")))]
pub(crate) async fn delete(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = webhook_id(&id)?;
    let receipt_id = state.console.delete_webhook(&caller, id).await?;
    tracing::info!(webhook = %id, %receipt_id, "a webhook was deleted");
    let flash = Flash::done("The webhook is deleted.").receipt(receipt_id);
    Ok(shell.done("/access", &flash))
}

/// Send a notice again by form
#[utoipa::path(post, path = "/access/webhooks/{id}/deliveries/{delivery}/redeliver", tag = "Pages", params(("id" = String, Path, description = "The webhook's id"), ("delivery" = String, Path, description = "The delivery's id")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Back, with what was done")))]
pub(crate) async fn redeliver(
    state: Data<State>,
    shell: Shell,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (id, delivery) = path.into_inner();
    let (id, delivery) = (webhook_id(&id)?, delivery_id(&delivery)?);
    match state.console.redeliver(id, delivery).await {
        Ok(_) => {
            tracing::info!(webhook = %id, %delivery, "a notice is sent again");
            let flash = Flash::done("The notice waits to be sent again.");
            Ok(shell.done(&place(id), &flash))
        }
        Err(error) => shell.not_done(&place(id), error.into()),
    }
}

fn place(id: utc_domain::WebhookId) -> String {
    format!("/access/webhooks/{id}")
}
