//! Trust signals: why is it risky?

mod act;
mod query;
mod source_view;
mod sources;
mod view;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use utc_app::{AppError, Console};
use utc_domain::Role;
use utc_tdx::ContentHash;

use self::query::SignalsQuery;
use self::view::{EventPageView, RiskPageView, SignalsView};
use super::{Shell, Tab};
use crate::State;
use crate::access::{Access, Caller};
use crate::handlers::blocking;
use crate::handlers::units::unit_name;
use crate::problem::Problem;
use crate::routes::Endpoint;

pub(super) fn routes() -> Vec<Endpoint> {
    const OPERATOR: Access = Access::Everywhere(Role::Operator);
    const ADMIN: Access = Access::Everywhere(Role::Admin);
    let access = Tab::Signals.access();
    vec![
        Endpoint::new::<__path_page, _, _>(access, page),
        Endpoint::new::<__path_unit, _, _>(access, unit),
        Endpoint::new::<__path_event, _, _>(access, event),
        Endpoint::new::<sources::__path_form, _, _>(ADMIN, sources::form),
        Endpoint::new::<sources::__path_register, _, _>(ADMIN, sources::register),
        Endpoint::new::<sources::__path_page, _, _>(
            Access::Everywhere(Role::Viewer),
            sources::page,
        ),
        Endpoint::new::<sources::__path_change, _, _>(ADMIN, sources::change),
        Endpoint::new::<sources::__path_verify, _, _>(OPERATOR, sources::verify),
        Endpoint::new::<act::__path_dismiss, _, _>(OPERATOR, act::dismiss),
        Endpoint::new::<act::__path_run, _, _>(OPERATOR, act::run),
        Endpoint::new::<act::__path_set_aside, _, _>(Access::Role(Role::Admin), act::set_aside),
        Endpoint::new::<act::__path_count_again, _, _>(
            Access::Role(Role::Operator),
            act::count_again,
        ),
    ]
}

/// Trust signals
///
/// Risky units, the latest events, sources with their health, runs of the scorer, what was not taken.
#[utoipa::path(get, path = "/signals", tag = "Pages", params(SignalsQuery), responses(
    (status = 200, description = "The page", content_type = "text/html"),
    (status = 400, description = "A condition is not valid", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn page(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    query: Query<SignalsQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let wanted = query.wanted()?;
    let shared = state.clone();
    let work = move |console: &Console| {
        let trouble = |jwks: &str| shared.jwks.trouble(jwks).map(|error| error.chain());
        SignalsView::of(console, &caller, query, &wanted, &trouble)
    };
    let view = blocking(&state, work).await?;
    shell.page("signals.html", &view)
}

/// The risk of a unit
///
/// Its score over time, and the events that it rests on.
#[utoipa::path(get, path = "/signals/units/{unit}", tag = "Pages", params(("unit" = String, Path, description = "Name or alias, percent-encoded")), responses(
    (status = 200, description = "The page", content_type = "text/html"),
    (status = 404, description = "No such unit", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn unit(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    unit: Path<String>,
) -> Result<HttpResponse, Problem> {
    let name = unit_name(&unit)?;
    let work = move |console: &Console| RiskPageView::of(console, &caller, &name);
    let view = blocking(&state, work).await?;
    shell.page("risk.html", &view)
}

/// One event
#[utoipa::path(get, path = "/signals/events/{id}", tag = "Pages", params(("id" = String, Path, description = "`sha256:…`, as receipts name it")), responses(
    (status = 200, description = "The page", content_type = "text/html"),
    (status = 404, description = "No such event that the caller may know of", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn event(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = event_id(&id)?;
    let work = move |console: &Console| EventPageView::of(console, &caller, id);
    let view = blocking(&state, work).await?;
    shell.page("event.html", &view)
}

fn event_id(text: &str) -> Result<ContentHash, AppError> {
    text.parse().map_err(|_| AppError::NotFound {
        what: "event",
        name: text.escape_default().to_string(),
    })
}
