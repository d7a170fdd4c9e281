//! `/api/v1/evidence`: bundles of receipts for whoever checks them elsewhere.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, LOCATION};
use actix_web::web::{Data, Path};
use utc_app::AppError;

use super::blocking;
use crate::State;
use crate::access::Caller;
use crate::body::Json;
use crate::file_body::FileBody;
use crate::problem::Problem;
use crate::wire::evidence::{EvidenceBody, EvidenceStarted, EvidenceView};
use crate::wire::work::work_id;

/// What an id stands for here.
const KIND: &str = "export";

/// Export evidence
///
/// In the background: a ZIP with the receipts and everything that proves them, to be checked without this server by
/// `utc-verify`, or by the commands in its `VERIFY.md`. At its end one receipt of kind `export` records it. The process that began
/// it knows how it stands, keeps the last bundles, and deletes them when it ends.
#[utoipa::path(post, path = "/api/v1/evidence", tag = "Evidence", request_body = EvidenceBody, responses(
    (status = 202, description = "It has begun", body = EvidenceStarted),
    (status = 400, description = "The request is not valid", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "An export runs already", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn start(
    state: Data<State>,
    caller: Caller,
    body: Json<EvidenceBody>,
) -> Result<HttpResponse, Problem> {
    let request = body.0.into_request()?;
    let id = state.console.start_export(&caller, &request)?;
    tracing::info!(export = %id, by = %caller.name(), "an export has begun");
    let started = EvidenceStarted::new(id);
    let location = (LOCATION, started.status_url().to_owned());
    Ok(HttpResponse::Accepted()
        .insert_header(location)
        .json(started))
}

/// How an export stands
#[utoipa::path(get, path = "/api/v1/evidence/{id}", tag = "Evidence", params(("id" = String, Path, description = "The export's id")), responses(
    (status = 200, description = "How it stands, with what there is to fetch once it is done", body = EvidenceView),
    (status = 404, description = "This process knows no such export", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn get(
    state: Data<State>,
    caller: Caller,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let view = state.console.export_state(&caller, work_id(KIND, &id)?)?;
    Ok(HttpResponse::Ok().json(EvidenceView::from(view)))
}

/// Cancel an export
///
/// It ends at the next page of the log, without bundle and without receipt. One that has ended stays as it is.
#[utoipa::path(post, path = "/api/v1/evidence/{id}/cancel", tag = "Evidence", params(("id" = String, Path, description = "The export's id")), responses(
    (status = 200, description = "How it stands", body = EvidenceView),
    (status = 404, description = "This process knows no such export", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn cancel(
    state: Data<State>,
    caller: Caller,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let view = state.console.cancel_export(&caller, work_id(KIND, &id)?)?;
    tracing::info!(export = %view.id, by = %caller.name(), "an export was cancelled");
    Ok(HttpResponse::Ok().json(EvidenceView::from(view)))
}

/// Fetch a bundle
#[utoipa::path(get, path = "/api/v1/evidence/{id}/download", tag = "Evidence", params(("id" = String, Path, description = "The export's id")), responses(
    (status = 200, description = "The bundle", body = Vec<u8>, content_type = "application/zip"),
    (status = 404, description = "This process knows no such export", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "It is not done", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn download(
    state: Data<State>,
    caller: Caller,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = work_id(KIND, &id)?;
    let (bytes, file) = blocking(&state, move |console| {
        let kept = console.exported(&caller, id)?;
        let file = std::fs::File::open(kept.path());
        let file = file.map_err(|error| AppError::Internal(Box::new(error)))?;
        // Once it is open it can be read to its end, whatever happens to its name.
        Ok((kept.bundled.bytes, file))
    })
    .await?;
    let name = format!("attachment; filename=\"utc-evidence-{id}.zip\"");
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/zip"))
        .insert_header((CONTENT_DISPOSITION, name))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(FileBody::new(file, bytes)))
}
