//! `GET /api/v1/stream`.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use tokio::sync::mpsc;

use crate::State;
use crate::access::Caller;
use crate::problem::Problem;
use crate::stream::{Hearer, Listener, StreamBody};

/// How many pieces wait for a connection that takes them slowly.
const WAITING: usize = 8;

/// What is new, as it comes
///
/// Server-sent events: `decisions` with the number of answers of each kind, and `approvals`, `executions`, `policy`,
/// `levels`, `risk`, `units`, `access`, `progress` without data, which say that something about that changed; `reset` where
/// anything may have; `bye` when the caller may not listen any more. The ids are positions of the log: with
/// `Last-Event-ID` a stream goes on behind one. At most 4 streams for each session and for each token: one more ends the
/// oldest with `crowded`.
#[utoipa::path(get, path = "/api/v1/stream", tag = "Live", responses(
    (status = 200, description = "Events, until one side ends it", content_type = "text/event-stream"),
))]
pub(crate) async fn stream(
    state: Data<State>,
    request: HttpRequest,
    caller: Caller,
) -> Result<HttpResponse, Problem> {
    let place = state.limits.take_stream(&caller);
    let (sender, receiver) = mpsc::channel(WAITING);
    let listener = Listener {
        listening: state.console.listen()?,
        hearer: Hearer::new(caller),
        heard: heard(&request),
        sender,
        state,
    };
    actix_web::rt::spawn(listener.run());
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header(("x-accel-buffering", "no"))
        .body(StreamBody::new(receiver, place)))
}

/// The position behind the last one that the caller heard of.
fn heard(request: &HttpRequest) -> Option<u64> {
    let header = request.headers().get("last-event-id")?;
    let last: u64 = header.to_str().ok()?.parse().ok()?;
    last.checked_add(1)
}
