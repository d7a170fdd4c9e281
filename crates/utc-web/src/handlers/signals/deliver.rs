//! From a request to a delivery, and what becomes of one that is not taken.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Payload};
use utc_app::AppError;
use utc_app::signals::{Incoming, NotTaken, Quarantined};
use utc_tdx::{MAX_BODY_BYTES, QuarantineReason, Refusal};

use crate::State;
use crate::access::address_of;
use crate::problem::Problem;

/// How long a sender may take for the body.
const PATIENCE: Duration = Duration::from_secs(30);

/// When a sender whose keys are out of reach, or who sent too much, should try again, in seconds.
const LATER: u64 = 60;

/// The request as it came. A body that is too large is not kept.
///
/// # Errors
/// With what there is of the delivery.
pub(super) async fn incoming(
    state: &State,
    request: &HttpRequest,
    payload: Payload,
) -> Result<Incoming, (Incoming, NotTaken)> {
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
    let incoming = Incoming {
        headers: headers.collect(),
        body: Bytes::new(),
        address: Some(address_of(&state.proxies, request.head())),
    };
    let read = tokio::time::timeout(PATIENCE, payload.to_bytes_limited(MAX_BODY_BYTES)).await;
    match read {
        Ok(Ok(Ok(body))) => Ok(Incoming { body, ..incoming }),
        Ok(Err(_)) => Err((incoming, too_large(request))),
        Ok(Ok(Err(_))) | Err(_) => {
            let broken = AppError::invalid("", "the body could not be read to its end");
            Err((incoming, broken.into()))
        }
    }
}

fn too_large(request: &HttpRequest) -> NotTaken {
    let length = request.headers().get("content-length");
    let length = length.and_then(|value| value.to_str().ok());
    let said = length.and_then(|text| text.parse().ok());
    NotTaken::Refused(Refusal::TooLarge {
        max: MAX_BODY_BYTES,
        actual: said.unwrap_or(MAX_BODY_BYTES + 1),
    })
}

/// What a delivery came to, and to which receiver.
pub(super) struct Refused<'a> {
    pub(super) adapter: &'static str,
    pub(super) source: Option<&'a str>,
    pub(super) incoming: &'a Incoming,
}

impl Refused<'_> {
    /// Counts a delivery that was not taken, and notes it in the quarantine, as far as its address may fill that.
    pub(super) async fn note(&self, state: &Data<State>, refused: &NotTaken) {
        let counted = refused.reason();
        let conflict = matches!(refused, NotTaken::Conflict);
        let heading = counted.or(conflict.then_some(QuarantineReason::Conflict));
        if let Some(heading) = heading {
            state.metrics.signal_refused(self.adapter, heading.as_str());
        }
        let Some(reason) = counted else { return };
        let detail = refused.to_string();
        tracing::info!(
            adapter = self.adapter,
            source = self.source,
            reason = reason.as_str(),
            "a delivery was not taken"
        );
        let free = self
            .incoming
            .address
            .is_none_or(|address| state.limits.may_quarantine(address));
        if !free {
            return;
        }
        let entry = Quarantined {
            adapter: self.adapter,
            source: self.source,
            reason,
            detail: &detail,
            incoming: self.incoming,
        };
        // Where it cannot be written, the journal reports the trouble, and the sender hears what is wrong all the same.
        drop(state.console.quarantine(&entry).await);
    }
}

/// A delivery that was not taken, as a problem document.
pub(super) fn problem(refused: NotTaken) -> Problem {
    let detail = refused.to_string();
    match refused {
        NotTaken::App(error) => error.into(),
        NotTaken::Refused(refusal) => {
            Problem::new(status(&refusal), refusal.reason().as_str(), detail)
        }
        NotTaken::NoSource(_) => Problem::new(StatusCode::NOT_FOUND, "not_found", detail),
        NotTaken::Keys(_) => {
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "keys_unavailable", detail)
                .retry_after(LATER)
        }
        NotTaken::Quota(_) => {
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "over_quota", detail).retry_after(LATER)
        }
        _ => Problem::new(StatusCode::CONFLICT, "conflict", detail),
    }
}

fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Refusal::MediaType { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Refusal::NotGranted { .. } | Refusal::OtherProof { .. } => StatusCode::FORBIDDEN,
        Refusal::Signature(_) => StatusCode::UNAUTHORIZED,
        _ => StatusCode::BAD_REQUEST,
    }
}
