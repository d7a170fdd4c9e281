//! Units: how loaded, what next?

mod act;
mod config_fields;
mod config_form;
mod load;
mod query;
mod view;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use utc_domain::Role;

use self::query::UnitsQuery;
use self::view::{UnitPageView, UnitsView};
use super::{Shell, Tab};
use crate::State;
use crate::access::{Access, Caller};
use crate::handlers::blocking;
use crate::handlers::units::unit_name;
use crate::problem::Problem;
use crate::routes::Endpoint;

pub(super) fn routes() -> Vec<Endpoint> {
    const OPERATOR: Access = Access::Role(Role::Operator);
    vec![
        Endpoint::new::<__path_page, _, _>(Tab::Units.access(), page),
        Endpoint::new::<config_form::__path_create, _, _>(OPERATOR, config_form::create),
        Endpoint::new::<__path_one, _, _>(Tab::Units.access(), one),
        Endpoint::new::<act::__path_pin, _, _>(OPERATOR, act::pin),
        Endpoint::new::<act::__path_unpin, _, _>(OPERATOR, act::unpin),
        Endpoint::new::<act::__path_mark, _, _>(OPERATOR, act::mark),
        Endpoint::new::<act::__path_clear, _, _>(OPERATOR, act::clear),
        Endpoint::new::<config_form::__path_configure, _, _>(OPERATOR, config_form::configure),
        Endpoint::new::<load::__path_observe, _, _>(Access::Observer, load::observe),
        Endpoint::new::<load::__path_gate, _, _>(OPERATOR, load::gate),
    ]
}

/// Units
///
/// The tightest level first.
#[utoipa::path(get, path = "/units", tag = "Pages", params(UnitsQuery), responses(
    (status = 200, description = "The page", content_type = "text/html"),
    (status = 400, description = "A condition is not valid", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn page(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    query: Query<UnitsQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let search = query.search()?;
    let work = move |console: &utc_app::Console| UnitsView::of(console, &caller, &query, &search);
    let view = blocking(&state, work).await?;
    shell.page("units.html", &view)
}

/// One unit
///
/// Its load and what is forecast of it, what a write meets and what would let it through, its past, its configuration.
#[utoipa::path(get, path = "/units/{unit}", tag = "Pages", params(("unit" = String, Path, description = "Name or alias, percent-encoded")), responses(
    (status = 200, description = "The page", content_type = "text/html"),
    (status = 404, description = "No such unit", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn one(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    unit: Path<String>,
) -> Result<HttpResponse, Problem> {
    let name = unit_name(&unit)?;
    let work = move |console: &utc_app::Console| UnitPageView::of(console, &caller, &name);
    let view = blocking(&state, work).await?;
    shell.page("unit.html", &view)
}
