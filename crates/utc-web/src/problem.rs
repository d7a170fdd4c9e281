//! Errors on the wire: RFC 9457 problem documents. The one place that maps errors to HTTP.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utc_app::{AppError, FieldError, Refusal};
use utoipa::ToSchema;

/// A problem document.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Problem {
    /// A URI that names the kind of problem: `urn:utc:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// The kind of problem in a few words.
    title: &'static str,
    /// The HTTP status.
    #[schema(value_type = u16)]
    #[serde(serialize_with = "status_number")]
    status: StatusCode,
    /// What is wrong here, and what to do.
    detail: String,
    /// A stable code.
    code: &'static str,
    /// What is wrong with each member of the body.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ProblemField>,
    /// Receipts to ask for when it cannot be told whether they were written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    receipts: Vec<String>,
    /// The request's id, as in `X-Request-ID`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request_id: Option<String>,
    #[serde(skip)]
    retry_after: Option<u64>,
    #[serde(skip)]
    cause: Option<String>,
}

/// What is wrong with one member.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ProblemField {
    /// JSON pointer (RFC 6901); empty for the whole body.
    pointer: String,
    /// What is wrong and what would be right.
    message: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn status_number<S: serde::Serializer>(
    status: &StatusCode,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl Problem {
    /// A problem with a status, a stable code and an explanation.
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:utc:problem:{code}"),
            title: status.canonical_reason().unwrap_or("Problem"),
            status,
            detail: detail.into(),
            code,
            errors: Vec::new(),
            receipts: Vec::new(),
            request_id: None,
            retry_after: None,
            cause: None,
        }
    }

    /// 400 with one member.
    pub(crate) fn field(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError::new(pointer, message)])
    }

    /// 400 with everything that is wrong.
    pub(crate) fn invalid(fields: Vec<FieldError>) -> Self {
        let detail = match fields.as_slice() {
            [only] if only.pointer.is_empty() => only.message.clone(),
            [only] => format!("`{}` {}", only.pointer, only.message),
            _ => format!("{} members are not valid", fields.len()),
        };
        let errors = fields
            .into_iter()
            .map(|f| ProblemField {
                pointer: f.pointer,
                message: f.message,
            })
            .collect();
        Self {
            errors,
            ..Self::new(StatusCode::BAD_REQUEST, "invalid_request", detail)
        }
    }

    /// 404 for a path that does not exist.
    pub(crate) fn no_route() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "no_such_path",
            "there is nothing at this path; /api/docs lists what there is",
        )
    }

    /// The stable code.
    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    /// The status.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// What is wrong here.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// What is wrong with each member: JSON pointer and message.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        let fields = self.errors.iter();
        fields.map(|field| (field.pointer.as_str(), field.message.as_str()))
    }

    /// What to log: the chain of causes, which answers never show.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// The finished response.
    pub(crate) fn render(&self) -> HttpResponse {
        let body = serde_json::to_vec(self).unwrap_or_default();
        self.respond("application/problem+json", body)
    }

    /// The response with this body, under the problem's status and with the headers that belong to it.
    pub(crate) fn respond(&self, content_type: &'static str, body: Vec<u8>) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        response.insert_header((CONTENT_TYPE, HeaderValue::from_static(content_type)));
        if let Some(seconds) = self.retry_after {
            response.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.insert_header((WWW_AUTHENTICATE, "Bearer realm=\"utc\""));
        }
        response.body(body)
    }

    /// One item of a batch: the same document as a JSON value.
    pub(crate) fn to_value(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Back into an error of a use case, for checks that run inside one.
    pub(crate) fn into_app_error(self) -> AppError {
        AppError::Invalid(
            self.errors
                .into_iter()
                .map(|f| FieldError::new(f.pointer, f.message))
                .collect(),
        )
    }

    /// The same, to be tried again after so many seconds.
    pub(crate) fn retry_after(self, seconds: u64) -> Self {
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }

    fn unavailable(code: &'static str, detail: &str, seconds: u64) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail).retry_after(seconds)
    }

    /// 401: nobody has said who asks, or not so that it is believed.
    fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            "send `Authorization: Bearer <token>` with a token that is valid, or sign in",
        )
    }

    /// 403: who asks is known, and may not do this.
    fn forbidden(refusal: &Refusal) -> Self {
        let code = match refusal {
            Refusal::Subject(_) => "subject_not_allowed",
            Refusal::Unit(_) | Refusal::NotEverywhere | Refusal::NoUnits => "unit_not_allowed",
            Refusal::Role(_) => "role_missing",
            Refusal::Duties(_) => "duties_not_separate",
            _ => "forbidden",
        };
        Self::new(StatusCode::FORBIDDEN, code, refusal.to_string())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status.as_u16(), self.code, self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    /// The edge middleware renders it, because it knows the request's id.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status);
        response.extensions_mut().insert(self.clone());
        response
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        let cause = Some(chain(&error));
        let problem = match error {
            AppError::Invalid(fields) => return Self::invalid(fields),
            AppError::NotFound { .. } => {
                Self::new(StatusCode::NOT_FOUND, "not_found", error.to_string())
            }
            AppError::Absent { code, message } => Self::new(StatusCode::NOT_FOUND, code, message),
            AppError::Unauthenticated => Self::unauthenticated(),
            AppError::Forbidden(refusal) => Self::forbidden(&refusal),
            AppError::Conflict { code, message } => Self::new(StatusCode::CONFLICT, code, message),
            AppError::KeyReused => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                error.to_string(),
            ),
            AppError::TooManyWaiting { .. } => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_waiting",
                error.to_string(),
            )
            .retry_after(1),
            AppError::TooMuchHeld { .. } => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_much_held",
                error.to_string(),
            )
            .retry_after(60),
            AppError::OverQuota(_) => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "over_quota",
                error.to_string(),
            )
            .retry_after(3_600),
            AppError::Busy => Self::unavailable(
                "busy",
                "too many requests are waiting to be written; try again",
                1,
            ),
            AppError::Unavailable(_) => Self::unavailable(
                "storage_unavailable",
                "the database cannot be used now, and nothing was decided or changed; do not go on, try again",
                5,
            ),
            AppError::Stopping => {
                Self::unavailable("stopping", "the service is stopping; try again", 5)
            }
            AppError::OutcomeUnknown { receipts } => {
                let detail = "the database went away while writing; ask for these receipts to learn whether it was done";
                let receipts = receipts.iter().map(ToString::to_string).collect();
                Self {
                    receipts,
                    ..Self::unavailable("outcome_unknown", detail, 5)
                }
            }
            _ => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "a fault of this service; its log has the details under the request id",
            ),
        };
        Self { cause, ..problem }
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
