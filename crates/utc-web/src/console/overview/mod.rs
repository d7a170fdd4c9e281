//! Overview: is anything wrong now?

mod view;

use actix_web::HttpResponse;
use actix_web::web::Data;

use self::view::OverviewView;
use super::{Shell, Tab};
use crate::State;
use crate::access::Caller;
use crate::handlers::blocking;
use crate::problem::Problem;
use crate::routes::Endpoint;

pub(super) fn routes() -> Vec<Endpoint> {
    vec![Endpoint::new::<__path_page, _, _>(
        Tab::Overview.access(),
        page,
    )]
}

/// Overview
///
/// Is anything wrong now?
#[utoipa::path(get, path = "/overview", tag = "Pages", responses((status = 200, description = "The page", content_type = "text/html")))]
pub(crate) async fn page(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
) -> Result<HttpResponse, Problem> {
    let by = caller.shared();
    let view = blocking(&state, move |console| OverviewView::of(console, &by)).await?;
    shell.page("overview.html", &view)
}
