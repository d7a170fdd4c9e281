//! The transparency log: what anybody may check, and the entries behind it.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{Data, Path};
use utc_app::AppError;
use utc_app::log::{Freshness, TilePath};

use super::blocking;
use super::receipts::receipt_id;
use crate::State;
use crate::access::{Caller, MaybeCaller};
use crate::problem::Problem;

const TEXT: &str = "text/plain; charset=utf-8";

/// What a tile's path names never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Whoever works with the log sees its newest head, everybody else one that is up to a minute old.
fn freshness(caller: &MaybeCaller) -> Freshness {
    match caller.0 {
        Some(_) => Freshness::Fresh,
        None => Freshness::Public,
    }
}

/// The signed head of the log
///
/// A C2SP `tlog-checkpoint`: name, size and root, signed. Without a token it is up to a minute old.
#[utoipa::path(get, path = "/log/checkpoint", tag = "Log", responses(
    (status = 200, description = "The signed note", body = String, content_type = "text/plain"),
    (status = 503, description = "The head cannot be signed at the moment", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn checkpoint(
    state: Data<State>,
    caller: MaybeCaller,
) -> Result<HttpResponse, Problem> {
    let head = state.console.checkpoint(freshness(&caller))?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, TEXT))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(head.text.to_string()))
}

/// A tile of hashes
///
/// As C2SP `tlog-tiles` lays them out: 256 hashes of 32 bytes, or fewer where the path ends in `.p/` and their number.
#[utoipa::path(get, path = "/log/tile/{level}/{tile}", tag = "Log", params(
    ("level" = String, Path, description = "The level of tiles, from 0"),
    ("tile" = String, Path, description = "The tile's position in groups of three digits, such as `x001/234` or `x001/234.p/57`"),
), responses(
    (status = 200, description = "The hashes, one after the other", body = Vec<u8>, content_type = "application/octet-stream"),
    (status = 404, description = "No such tile in the log as far as the caller may see it", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn tile(
    state: Data<State>,
    caller: MaybeCaller,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (level, tile) = path.into_inner();
    let freshness = freshness(&caller);
    bytes(&state, format!("tile/{level}/{tile}"), freshness).await
}

/// A bundle of entries
///
/// The receipts themselves, each behind its length in two bytes (C2SP `tlog-tiles`).
#[utoipa::path(get, path = "/log/tile/entries/{tile}", tag = "Log", params(
    ("tile" = String, Path, description = "The bundle's position in groups of three digits, as of a tile of level 0"),
), responses(
    (status = 200, description = "The entries, one after the other", body = Vec<u8>, content_type = "application/octet-stream"),
    (status = 404, description = "No such bundle in the log", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn entries(
    state: Data<State>,
    path: Path<String>,
) -> Result<HttpResponse, Problem> {
    bytes(&state, format!("tile/entries/{path}"), Freshness::Fresh).await
}

async fn bytes(
    state: &Data<State>,
    path: String,
    freshness: Freshness,
) -> Result<HttpResponse, Problem> {
    let Ok(parsed) = path.parse::<TilePath>() else {
        let what = "tile";
        return Err(AppError::NotFound { what, name: path }.into());
    };
    let bytes = blocking(state, move |console| console.log_tile(parsed, freshness)).await?;
    let caching = match parsed {
        TilePath::Hashes { .. } => FOR_EVER,
        // Not for caches that others share.
        TilePath::Entries { .. } => "private, max-age=31536000, immutable",
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/octet-stream"))
        .insert_header((CACHE_CONTROL, caching))
        .body(bytes))
}

/// The key that checks the log's checkpoints
///
/// A C2SP `signed-note` verifier key: the log's name, a short hash, the public key.
#[utoipa::path(get, path = "/log/vkey", tag = "Log", responses(
    (status = 200, description = "The verifier key", body = String, content_type = "text/plain"),
))]
pub(crate) async fn vkey(state: Data<State>) -> Result<HttpResponse, Problem> {
    let keys = blocking(&state, utc_app::Console::log_keys).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, TEXT))
        .body(format!("{}\n", keys.active)))
}

/// The public keys as a JWK set
///
/// Ed25519 keys only: every one that signs or signed the log's checkpoints.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "Log", responses(
    (status = 200, description = "The keys (RFC 7517)", body = Object, content_type = "application/jwk-set+json"),
))]
pub(crate) async fn jwks(state: Data<State>) -> Result<HttpResponse, Problem> {
    let keys = blocking(&state, utc_app::Console::log_keys).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/jwk-set+json"))
        .body(keys.jwks()))
}

/// The proof that a receipt is in the log
///
/// A C2SP `tlog-proof`: the receipt's position, the hashes on its way to the root, the signed head. It can be checked
/// without this server. It may take about a second: the head must cover the receipt.
#[utoipa::path(get, path = "/api/v1/receipts/{id}/proof", tag = "Receipts", params(("id" = String, Path, description = "The receipt's id")), responses(
    (status = 200, description = "The proof", body = String, content_type = "text/plain"),
    (status = 404, description = "No such receipt", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "No head is signed at the moment", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn proof(
    state: Data<State>,
    caller: Caller,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = receipt_id("/id", &id)?;
    let proof = blocking(&state, move |console| console.receipt_proof(&caller, id)).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, TEXT))
        .body(proof.to_string()))
}
