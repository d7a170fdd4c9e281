//! Receipts: what happened?

mod detail;
mod erase;
mod facts;
mod search;
mod timeline;
mod verify;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;
use utc_app::AppError;
use utc_domain::{ReceiptId, Role};
use utoipa::IntoParams;

use self::detail::DetailView;
use self::search::{SearchForm, SearchView};
use super::{FormErrors, Shell, Tab};
use crate::State;
use crate::access::{Access, Caller};
use crate::handlers::blocking;
use crate::problem::Problem;
use crate::routes::Endpoint;

pub(super) use verify::ChecksView;

pub(super) fn routes() -> Vec<Endpoint> {
    const VIEWER: Access = Access::Role(Role::Viewer);
    vec![
        Endpoint::new::<__path_page, _, _>(Tab::Receipts.access(), page),
        // Before the receipts with an id, which would take its path for theirs.
        Endpoint::new::<verify::__path_ask, _, _>(VIEWER, verify::ask),
        Endpoint::new::<verify::__path_check, _, _>(VIEWER, verify::check),
        Endpoint::new::<__path_detail, _, _>(VIEWER, detail),
        Endpoint::new::<erase::__path_erase, _, _>(Access::Role(Role::Operator), erase::erase),
    ]
}

/// Receipts
///
/// What happened? A search, newest first.
#[utoipa::path(get, path = "/receipts", tag = "Pages", params(SearchForm), responses(
    (status = 200, description = "The page", content_type = "text/html"),
    (status = 400, description = "The page, with what is wrong with the search", content_type = "text/html"),
))]
pub(crate) async fn page(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    query: Query<SearchForm>,
) -> Result<HttpResponse, Problem> {
    let form = query.into_inner();
    let (filter, limit) = match form.to_query().into_filter() {
        Ok(read) => read,
        Err(problem) => {
            let (status, errors) = FormErrors::of(problem)?;
            return shell.page_with(status, "receipts.html", &SearchView::wrong(form, errors));
        }
    };
    let work = move |console: &utc_app::Console| console.receipts(&caller, &filter, limit);
    let found = blocking(&state, work).await?;
    shell.page("receipts.html", &SearchView::new(form, found))
}

/// Whether to verify at once.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DetailQuery {
    /// Anything: the receipt is verified, and every check shown.
    verify: Option<String>,
}

/// One receipt
///
/// What it says, what came before and after it, its bytes; verified when asked for. Links of notices lead here.
#[utoipa::path(get, path = "/receipts/{id}", tag = "Pages", params(DetailQuery, ("id" = String, Path, description = "The receipt's id")), responses(
    (status = 200, description = "The page", content_type = "text/html"),
    (status = 404, description = "No such receipt", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn detail(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    id: Path<String>,
    query: Query<DetailQuery>,
) -> Result<HttpResponse, Problem> {
    let id = receipt_id(&id)?;
    let (by, verify) = (caller.shared(), query.verify.is_some());
    let host = state.hosts.first().cloned().unwrap_or_default();
    let view = blocking(&state, move |console| {
        DetailView::of(console, &by, id, verify, &host)
    });
    shell.page("receipt.html", &view.await?)
}

fn receipt_id(text: &str) -> Result<ReceiptId, AppError> {
    text.parse().map_err(|_| AppError::NotFound {
        what: "receipt",
        name: text.escape_default().to_string(),
    })
}
