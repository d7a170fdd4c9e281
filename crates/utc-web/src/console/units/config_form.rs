//! A unit's configuration by form: made, and changed.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use utc_app::{AppError, Console, FieldError, UnitConfig};
use utc_domain::{ReceiptId, Role};

use super::config_fields::ConfigFields;
use super::view::UnitPageView;
use crate::State;
use crate::access::Caller;
use crate::console::link::encoded;
use crate::console::{Entries, Flash, Shell};
use crate::handlers::blocking;
use crate::handlers::units::unit_name;
use crate::problem::Problem;

/// Configure a unit by form
#[utoipa::path(post, path = "/units/{unit}/configure", tag = "Pages", params(("unit" = String, Path, description = "Name, percent-encoded")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 303, description = "Back, with what was done"),
    (status = 400, description = "The form again, with what is wrong", content_type = "text/html"),
))]
pub(crate) async fn configure(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    unit: Path<String>,
    form: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    let name = unit_name(&unit)?;
    let fields = ConfigFields::from_form(&form);
    let entered = fields.clone();
    let update = move |_: Option<&UnitConfig>| fields.read();
    match state
        .console
        .configure_unit(name.clone(), &caller, Box::new(update))
        .await
    {
        Ok(done) => {
            tracing::info!(unit = %name, receipt_id = %done.receipt_id, "a unit was configured");
            let flash = Flash::done("The configuration is replaced.").receipt(done.receipt_id);
            Ok(shell.done(&format!("/units/{}", encoded(&unit)), &flash))
        }
        Err(error) => {
            let wrong = correctable(error)?;
            let work = move |console: &Console| UnitPageView::of(console, &caller, &name);
            let view = blocking(&state, work).await?.entered(entered, &wrong);
            shell.page_with(StatusCode::BAD_REQUEST, "unit.html", &view)
        }
    }
}

/// What a person can put right in the form.
fn correctable(error: AppError) -> Result<Vec<FieldError>, Problem> {
    match error {
        AppError::Invalid(wrong) => Ok(wrong),
        AppError::Conflict { message, .. } => Ok(vec![FieldError::new("", message)]),
        other => Err(other.into()),
    }
}

/// Configure a new unit by form
///
/// With every default; what it needs beyond is set on its page.
#[utoipa::path(post, path = "/units", tag = "Pages", request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "To the unit's page, or back with why nothing was done")))]
pub(crate) async fn create(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    form: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    match make(&state, &caller, &form).await {
        Ok((place, receipt)) => {
            let flash = Flash::done(
                "The unit is configured, with every default. Change below what it needs.",
            );
            Ok(shell.done(&place, &flash.receipt(receipt)))
        }
        Err(problem) => shell.not_done("/units", problem),
    }
}

async fn make(
    state: &State,
    caller: &Caller,
    form: &Entries,
) -> Result<(String, ReceiptId), Problem> {
    let name = unit_name(&form.text("name"))?;
    caller.may(Role::Operator, &name)?;
    let taken = name.clone();
    let update = move |before: Option<&UnitConfig>| match before {
        Some(_) => Err(AppError::Conflict {
            code: "unit_exists",
            message: format!("the unit `{taken}` is configured already"),
        }),
        None => Ok(UnitConfig::unconfigured()),
    };
    let done = state
        .console
        .configure_unit(name.clone(), caller, Box::new(update))
        .await?;
    tracing::info!(unit = %name, receipt_id = %done.receipt_id, "a unit was configured");
    Ok((
        format!("/units/{}", encoded(name.as_str())),
        done.receipt_id,
    ))
}
