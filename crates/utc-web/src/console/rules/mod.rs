//! Rules: what is enforced, and who changed it?

mod change;
mod controls;
mod preview;
mod view;

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use serde::Deserialize;
use utc_domain::Role;
use utoipa::IntoParams;

use self::view::RulesView;
use super::{Shell, Tab};
use crate::State;
use crate::access::{Access, Caller};
use crate::handlers::blocking;
use crate::problem::Problem;
use crate::routes::Endpoint;
use crate::wire::parts::Fields;
use crate::wire::receipts::read_cursor;

pub(super) fn routes() -> Vec<Endpoint> {
    // Whoever may switch a rule may see what that would do.
    const OPERATOR: Access = Access::Everywhere(Role::Operator);
    vec![
        Endpoint::new::<__path_page, _, _>(Tab::Rules.access(), page),
        // Before the switch, which would take its path for a direction.
        Endpoint::new::<change::__path_hand_back, _, _>(OPERATOR, change::hand_back),
        Endpoint::new::<change::__path_ask, _, _>(OPERATOR, change::ask),
        Endpoint::new::<change::__path_publish, _, _>(OPERATOR, change::publish),
    ]
}

/// Where to go on in the history.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// Where to go on.
    cursor: Option<String>,
}

/// Rules
///
/// What is enforced, and who changed it?
#[utoipa::path(get, path = "/rules", tag = "Pages", params(HistoryQuery), responses((status = 200, description = "The page", content_type = "text/html")))]
pub(crate) async fn page(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    query: Query<HistoryQuery>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::default();
    let before: Option<i64> = read_cursor(&mut fields, query.cursor.as_deref());
    fields.finish()?;
    let view = blocking(&state, move |console| {
        RulesView::of(console, &caller, before)
    });
    shell.page("rules.html", &view.await?)
}
