//! `/api/v1/receipts` and `/api/v1/verify`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use utc_domain::ReceiptId;

use super::blocking;
use crate::State;
use crate::access::Caller;
use crate::body::Json;
use crate::problem::Problem;
use crate::wire::receipts::{ReceiptList, ReceiptQuery, ReceiptView, VerifyAnswer, VerifyBody};

/// The longest token that is looked at, in bytes.
const MAX_TOKEN: usize = 64 * 1024;

/// Search receipts, newest first
///
/// Every condition must hold. A page may hold fewer receipts than asked for and still have a `next_cursor`.
#[utoipa::path(get, path = "/api/v1/receipts", tag = "Receipts", params(ReceiptQuery), responses(
    (status = 200, description = "A page of receipts", body = ReceiptList),
    (status = 400, description = "A condition is not valid", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    state: Data<State>,
    caller: Caller,
    query: Query<ReceiptQuery>,
) -> Result<HttpResponse, Problem> {
    let (filter, limit) = query.into_inner().into_filter()?;
    let work = move |console: &utc_app::Console| console.receipts(&caller, &filter, limit);
    let page = blocking(&state, work).await?;
    Ok(HttpResponse::Ok().json(ReceiptList::from(page)))
}

/// One receipt
#[utoipa::path(get, path = "/api/v1/receipts/{id}", tag = "Receipts", params(("id" = String, Path, description = "The receipt's id")), responses(
    (status = 200, description = "The receipt and its claims", body = ReceiptView),
    (status = 404, description = "No such receipt", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn get(
    state: Data<State>,
    caller: Caller,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = receipt_id("/id", &id)?;
    let receipt = blocking(&state, move |console| console.receipt(&caller, id)).await?;
    Ok(HttpResponse::Ok().json(ReceiptView::from(receipt)))
}

/// Erase the context and reason that came with a request
///
/// The receipt and its digest of them stay; the erasure is a receipt of its own.
#[utoipa::path(delete, path = "/api/v1/receipts/{id}/input", tag = "Receipts", params(("id" = String, Path, description = "The receipt's id")), responses(
    (status = 200, description = "Erased, with the receipt of that", body = ErasedAnswer),
    (status = 404, description = "No such receipt, or nothing stored with it", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn erase_input(
    state: Data<State>,
    caller: Caller,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = receipt_id("/id", &id)?;
    let by = caller.shared();
    // What the caller may not see, they cannot erase.
    blocking(&state, move |console| console.receipt(&by, id)).await?;
    let receipt = state.console.erase_input(id, &caller).await?;
    Ok(HttpResponse::Ok().json(ErasedAnswer {
        receipt_id: receipt.to_string(),
    }))
}

/// An input was erased.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(crate) struct ErasedAnswer {
    /// The receipt of the erasure.
    receipt_id: String,
}

/// Verify a receipt
///
/// Every check is reported by name. A token that makes no sense is not an error: it is not valid.
#[utoipa::path(post, path = "/api/v1/verify", tag = "Receipts", request_body = VerifyBody, responses(
    (status = 200, description = "Every check", body = VerifyAnswer),
    (status = 404, description = "No such receipt", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn verify(
    state: Data<State>,
    caller: Caller,
    body: Json<VerifyBody>,
) -> Result<HttpResponse, Problem> {
    let verification = match (body.0.receipt, body.0.receipt_id) {
        (Some(token), None) => {
            // One byte more than allowed is enough to see that it is too long.
            let bytes: Vec<u8> = token.into_bytes().into_iter().take(MAX_TOKEN + 1).collect();
            blocking(&state, move |console| console.verify(&bytes)).await?
        }
        (None, Some(id)) => {
            let id = receipt_id("/receipt_id", &id)?;
            blocking(&state, move |console| {
                let stored = console.receipt(&caller, id)?;
                console.verify(stored.receipt.as_bytes())
            })
            .await?
        }
        (Some(_), Some(_)) | (None, None) => {
            return Err(Problem::field("", "give either `receipt` or `receipt_id`"));
        }
    };
    Ok(HttpResponse::Ok().json(VerifyAnswer::from(verification)))
}

pub(super) fn receipt_id(pointer: &str, text: &str) -> Result<ReceiptId, Problem> {
    text.parse()
        .map_err(|error: utc_domain::DomainError| Problem::field(pointer, error.to_string()))
}
