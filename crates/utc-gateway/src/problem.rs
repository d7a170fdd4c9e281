//! Errors on the wire: RFC 9457 problem documents, of the form that the console's have.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use serde::Serialize;

use crate::decided::Decided;
use crate::port::Refused;

const STORAGE: &str =
    "the database cannot be used now; nothing was decided and nothing was forwarded";
const LOST: &str = "the database went away while writing; nothing was forwarded. Ask for these receipts to learn \
                    whether the decision was recorded";

/// A problem document.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Problem {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    #[serde(serialize_with = "number")]
    status: StatusCode,
    detail: String,
    code: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    receipts: Vec<String>,
    #[serde(flatten)]
    decided: Option<Box<Decided>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request_id: Option<String>,
    #[serde(skip)]
    retry_after: Option<u64>,
    #[serde(skip)]
    cause: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:utc:problem:{code}"),
            title: status.canonical_reason().unwrap_or("Problem"),
            status,
            detail: detail.into(),
            code,
            receipts: Vec::new(),
            decided: None,
            request_id: None,
            retry_after: None,
            cause: None,
        }
    }

    /// 400.
    pub(crate) fn bad(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 500 for a fault of this program.
    pub(crate) fn internal() -> Self {
        let detail = "a fault of this service; its log has the details under the request id";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }

    /// 503 with the seconds after which to try again.
    pub(crate) fn unavailable(code: &'static str, detail: &str, retry_after: u64) -> Self {
        Self {
            retry_after: Some(retry_after),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail)
        }
    }

    /// The same with what to log about its cause, which the document never shows.
    pub(crate) fn caused_by(self, error: &dyn std::error::Error) -> Self {
        Self {
            cause: Some(chain(error)),
            ..self
        }
    }

    /// The same problem of a request that was decided.
    pub(crate) fn of(self, decided: Decided) -> Self {
        Self {
            decided: Some(Box::new(decided)),
            ..self
        }
    }

    /// What was decided before the problem arose.
    pub(crate) fn decided(&self) -> Option<&Decided> {
        self.decided.as_deref()
    }

    /// The status.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable code.
    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    /// What to log: the chain of causes.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// The finished answer.
    pub(crate) fn render(&self) -> HttpResponse {
        const KIND: HeaderValue = HeaderValue::from_static("application/problem+json");
        const SCHEME: HeaderValue = HeaderValue::from_static("UTC-Token");
        let mut answer = HttpResponse::build(self.status);
        answer.insert_header((CONTENT_TYPE, KIND));
        if let Some(seconds) = self.retry_after {
            answer.insert_header((RETRY_AFTER, seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            answer.insert_header((WWW_AUTHENTICATE, SCHEME));
        }
        answer.body(serde_json::to_vec(self).unwrap_or_default())
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let said = refused.to_string();
        let problem = match &refused {
            Refused::Unauthenticated => Self::new(
                StatusCode::UNAUTHORIZED,
                "unauthenticated",
                "send a valid token in the header `UTC-Token`",
            ),
            Refused::Forbidden(_) => Self::new(StatusCode::FORBIDDEN, "forbidden", said),
            Refused::NoUnit(_) => Self::new(StatusCode::NOT_FOUND, "no_such_unit", said),
            Refused::Invalid(_) => Self::bad("invalid_request", said),
            Refused::TooMany { retry_after } => Self {
                retry_after: Some(retry_after.as_secs().max(1)),
                ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", said)
            },
            Refused::TooMuchHeld(_) => Self {
                retry_after: Some(60),
                ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too_much_held", said)
            },
            Refused::Changed => Self::unavailable("unit_changed", &said, 1),
            Refused::KeyReused => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                said,
            ),
            Refused::Conflict { code, .. } => Self::new(StatusCode::CONFLICT, code, said),
            Refused::Busy => Self::unavailable("busy", &said, 1),
            Refused::Unavailable(_) => Self::unavailable("storage_unavailable", STORAGE, 5),
            Refused::OutcomeUnknown { receipts } => Self {
                receipts: receipts.iter().map(ToString::to_string).collect(),
                ..Self::unavailable("outcome_unknown", LOST, 5)
            },
            Refused::Stopping => Self::unavailable("stopping", &said, 5),
            Refused::Internal(_) => Self::internal(),
        };
        problem.caused_by(&refused)
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
