//! What callers are told when a body did not come, or no answer.

use actix_web::http::StatusCode;
use utc_outbound::OutboundError;

use crate::body::BodyError;
use crate::problem::Problem;
use crate::upstream::SendError;

impl From<BodyError> for Problem {
    fn from(error: BodyError) -> Self {
        let said = error.to_string();
        let problem = match error {
            BodyError::TooLarge { .. } => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", said)
            }
            BodyError::Slow => Self::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", said),
            BodyError::NoRoom => Self::unavailable("busy", &said, 1),
            BodyError::Broken(_) => Self::bad("body_broken", said),
        };
        problem.caused_by(&error)
    }
}

/// 502, 503 or 504.
pub(crate) fn no_answer(error: &SendError) -> Problem {
    let gateway = |code, detail: &str| Problem::new(StatusCode::BAD_GATEWAY, code, detail);
    let problem = match error {
        SendError::Suspended(pause) => {
            let seconds = pause.as_secs() + 1;
            Problem::unavailable("upstream_suspended", &error.to_string(), seconds)
        }
        SendError::Form(_) => Problem::bad(
            "request_refused",
            "the request cannot be sent to the unit's upstream",
        ),
        SendError::Outbound(OutboundError::Timeout(phase)) => Problem::new(
            StatusCode::GATEWAY_TIMEOUT,
            "upstream_timeout",
            format!("the upstream: {phase}"),
        ),
        SendError::Outbound(OutboundError::Refused(_)) => gateway(
            "upstream_refused",
            "the unit's upstream has an address that may not be called",
        ),
        SendError::Outbound(OutboundError::Body(_)) => Problem::bad(
            "body_broken",
            "the body of the request broke off, or did not come in time",
        ),
        SendError::Outbound(error) if error.is_unsent() => gateway(
            "upstream_unreachable",
            "the unit's upstream cannot be reached; nothing was sent",
        ),
        SendError::Outbound(_) => gateway(
            "upstream_broken",
            "the connection to the unit's upstream broke; the request may have been carried out",
        ),
    };
    problem.caused_by(error)
}
