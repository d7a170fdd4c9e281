//! Runtime demo: show me.

mod act;
mod tamper;
mod view;

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use serde::Deserialize;
use utc_domain::Role;
use utoipa::IntoParams;

use self::view::DemoView;
use super::{Shell, Tab};
use crate::State;
use crate::access::{Access, Caller};
use crate::handlers::blocking;
use crate::problem::Problem;
use crate::routes::Endpoint;

pub(super) fn routes() -> Vec<Endpoint> {
    let access = Tab::Demo.access();
    vec![
        Endpoint::new::<__path_page, _, _>(access, page),
        Endpoint::new::<act::__path_send, _, _>(access, act::send),
        Endpoint::new::<act::__path_approve, _, _>(access, act::approve),
        Endpoint::new::<act::__path_switch, _, _>(access, act::switch),
        Endpoint::new::<act::__path_advance, _, _>(Access::Everywhere(Role::Admin), act::advance),
    ]
}

/// Which receipt to verify on the page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DemoQuery {
    /// A receipt's id: verify it.
    verify: Option<String>,
    /// A receipt's id: verify a copy of it in which something was changed.
    tamper: Option<String>,
}

/// Runtime demo
///
/// Requests through the real gateway to a sample service, their receipts, and what verifying them says.
#[utoipa::path(get, path = "/demo", tag = "Pages", params(DemoQuery), responses((status = 200, description = "The page", content_type = "text/html")))]
pub(crate) async fn page(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    query: Query<DemoQuery>,
) -> Result<HttpResponse, Problem> {
    let shared = state.clone();
    let query = query.into_inner();
    let work = move |console: &utc_app::Console| match &shared.runtime {
        Some(runtime) => DemoView::of(console, &caller, runtime, &query),
        None => Ok(DemoView::without_sample()),
    };
    let view = blocking(&state, work).await?;
    shell.page("demo.html", &view)
}
