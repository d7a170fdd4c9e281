//! Erasing what a caller sent along, by form.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

use super::receipt_id;
use crate::State;
use crate::access::Caller;
use crate::console::{Entries, Shell};
use crate::handlers::blocking;
use crate::problem::Problem;

/// Erase the context and reason of a request by form
///
/// The receipt stays, with the digest of what was erased.
#[utoipa::path(post, path = "/receipts/{id}/erase", tag = "Pages", params(("id" = String, Path, description = "The receipt's id")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Back, with what was done")))]
pub(crate) async fn erase(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = receipt_id(&id)?;
    let by = caller.shared();
    // What the caller may not see, they cannot erase.
    blocking(&state, move |console| console.receipt(&by, id)).await?;
    let done = state.console.erase_input(id, &caller).await;
    if let Ok(receipt_id) = &done {
        tracing::info!(erased = %id, %receipt_id, "an input was erased");
    }
    let text = "Erased: the caller’s reason and context are gone, and only their digest is left.";
    shell.told(
        &format!("/receipts/{id}"),
        done.map_err(Problem::from),
        text,
    )
}
