//! A webhook by form: made, shown, changed.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use serde_json::json;
use utc_app::SavedWebhook;

use super::view::{WebhookFields, WebhookPageView};
use crate::State;
use crate::access::Caller;
use crate::body::from_value;
use crate::console::secret::SecretView;
use crate::console::{Entries, Flash, FormErrors, Shell};
use crate::handlers::blocking;
use crate::handlers::webhooks::{alter, make, webhook_id};
use crate::problem::Problem;

/// The form to make a webhook
#[utoipa::path(get, path = "/access/webhooks/new", tag = "Pages", responses((status = 200, description = "The form", content_type = "text/html")))]
pub(crate) async fn new(shell: Shell) -> Result<HttpResponse, Problem> {
    let view = WebhookPageView::new(WebhookFields::new(), FormErrors::default());
    shell.page("webhook.html", &view)
}

/// Make a webhook by form
///
/// What signs its notices stands in this answer and nowhere else.
#[utoipa::path(post, path = "/access/webhooks/new", tag = "Pages", request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 201, description = "Made, with what signs its notices", content_type = "text/html"),
    (status = 303, description = "To its page, where nothing is signed"),
    (status = 400, description = "The form again, with what is wrong", content_type = "text/html"),
))]
pub(crate) async fn create(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    form: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    let body = json!({
        "name": form.text("name"),
        "url": form.text("url"),
        "format": form.get("format"),
        "events": form.all("events").collect::<Vec<_>>(),
        "units": form.words("units"),
    });
    let done = match from_value(body) {
        Ok(body) => make(&state, &caller, body).await,
        Err(problem) => Err(problem),
    };
    match done {
        Ok(saved) => saved_page(shell, saved, StatusCode::CREATED, "The webhook is made."),
        Err(problem) => {
            let (status, errors) = FormErrors::of(problem)?;
            let view = WebhookPageView::new(WebhookFields::entered(&form), errors);
            shell.page_with(status, "webhook.html", &view)
        }
    }
}

/// One webhook
///
/// Where its notices go, what it hears of, and what became of the last ones.
#[utoipa::path(get, path = "/access/webhooks/{id}", tag = "Pages", params(("id" = String, Path, description = "The webhook's id")), responses(
    (status = 200, description = "The page", content_type = "text/html"),
    (status = 404, description = "No such webhook", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn show(
    state: Data<State>,
    shell: Shell,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = webhook_id(&id)?;
    let view = blocking(&state, move |console| WebhookPageView::of(console, id)).await?;
    shell.page("webhook.html", &view)
}

/// Change a webhook by form
#[utoipa::path(post, path = "/access/webhooks/{id}", tag = "Pages", params(("id" = String, Path, description = "The webhook's id")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 303, description = "Back, with what was done"),
    (status = 400, description = "The form again, with what is wrong", content_type = "text/html"),
))]
pub(crate) async fn change(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    id: Path<String>,
    form: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    let id = webhook_id(&id)?;
    let patch = json!({
        "name": form.text("name"),
        "url": form.text("url"),
        "events": form.all("events").collect::<Vec<_>>(),
        "units": form.words("units"),
    });
    let done = match from_value(patch) {
        Ok(patch) => alter(&state, &caller, id, patch).await,
        Err(problem) => Err(problem),
    };
    match done {
        Ok(saved) => saved_page(shell, saved, StatusCode::OK, "The webhook is changed."),
        Err(problem) => {
            let (status, errors) = FormErrors::of(problem)?;
            let view = blocking(&state, move |console| WebhookPageView::of(console, id)).await?;
            let view = view.entered(WebhookFields::entered(&form), errors);
            shell.page_with(status, "webhook.html", &view)
        }
    }
}

/// With the secret, where one was made; else on to the webhook's page.
pub(super) fn saved_page(
    shell: Shell,
    saved: SavedWebhook,
    status: StatusCode,
    said: &str,
) -> Result<HttpResponse, Problem> {
    let place = format!("/access/webhooks/{}", saved.view.id);
    let Some(secret) = &saved.secret else {
        let flash = Flash::done(said);
        let receipt = saved.view.receipt_id.parse().ok();
        let flash = receipt.map_or(flash.clone(), |id| flash.receipt(id));
        return Ok(shell.done(&place, &flash));
    };
    let view = SecretView {
        title: format!("What signs the notices of {}", saved.view.name),
        what: "secret",
        secret: secret.to_string(),
        hint: "The receiver checks with it that a notice comes from here, as Standard Webhooks says. One before it signs \
               beside it for 24 hours.",
        receipt: saved.view.receipt_id,
        back: place,
    };
    shell.page_with(status, "secret.html", &view)
}
