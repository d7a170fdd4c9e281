//! Changing one's own password by form.

use actix_web::web::{Data, Form};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utc_app::{AppError, SignedIn};
use utc_domain::ReceiptId;
use utoipa::ToSchema;

use crate::State;
use crate::access::{Caller, address_of};
use crate::console::{Flash, FormErrors, Shell};
use crate::handlers::blocking;
use crate::problem::Problem;

#[derive(Default, Serialize)]
struct PasswordView {
    errors: FormErrors,
}

/// The form to change one's own password
#[utoipa::path(get, path = "/access/password", tag = "Pages", responses((status = 200, description = "The form", content_type = "text/html")))]
pub(crate) async fn ask(shell: Shell, caller: Caller) -> Result<HttpResponse, Problem> {
    session(&caller)?;
    shell.page("password.html", &PasswordView::default())
}

/// A password of one's own to change.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PasswordForm {
    /// The present one.
    current: String,
    /// The next one: at least 12 characters.
    new: String,
    /// The next one once more.
    again: String,
}

/// Change one's own password by form
///
/// Every other session of the person ends. Counts as a try to sign in.
#[utoipa::path(post, path = "/access/password", tag = "Pages", request_body(content = PasswordForm, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 303, description = "Changed"),
    (status = 400, description = "The form again, with what was wrong", content_type = "text/html"),
))]
pub(crate) async fn change(
    state: Data<State>,
    shell: Shell,
    request: HttpRequest,
    caller: Caller,
    form: Form<PasswordForm>,
) -> Result<HttpResponse, Problem> {
    match set(&state, &request, &caller, form.into_inner()).await {
        Ok(receipt) => {
            let flash =
                Flash::done("Your password is another one now; your other sessions have ended.");
            Ok(shell.done("/access", &flash.receipt(receipt)))
        }
        Err(problem) => {
            let (status, errors) = FormErrors::of(problem)?;
            shell.page_with(status, "password.html", &PasswordView { errors })
        }
    }
}

async fn set(
    state: &Data<State>,
    request: &HttpRequest,
    caller: &Caller,
    form: PasswordForm,
) -> Result<ReceiptId, Problem> {
    let signed_in = session(caller)?;
    if form.new != form.again {
        return Err(Problem::field(
            "/again",
            "is not the same as the new password",
        ));
    }
    let name = caller.name().to_string();
    let address = address_of(&state.proxies, request.head());
    let user = name.strip_prefix("user:").unwrap_or(&name);
    state.limits.count_sign_in(address, user)?;
    let work = move |console: &utc_app::Console| {
        let ticket = console.change_own_password(&signed_in, &form.current, &form.new);
        ticket.wait()
    };
    let receipt = blocking(state, work).await?;
    tracing::info!(user = %name, receipt_id = %receipt, "a person changed their password");
    Ok(receipt)
}

fn session(caller: &Caller) -> Result<SignedIn, AppError> {
    caller.session().cloned().ok_or_else(|| AppError::NotFound {
        what: "session of",
        name: caller.name().to_string(),
    })
}
