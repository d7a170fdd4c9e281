//! Request bodies: strict JSON into wire types, with a pointer to what is wrong.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::{PayloadError, UrlencodedError};
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use utc_app::{AppError, Once};
use utc_attestation::{Limits, check_strict, sha256_hex};
use utc_domain::{DomainError, IdempotencyKey};

use crate::problem::Problem;

/// The largest body, in bytes.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// The deepest body, in levels: the context may have 32 of its own inside an item of a batch.
const MAX_DEPTH: usize = 64;

/// A body of type `application/json` that is one valid JSON value without duplicate members, numbers that other
/// readers would change, or too many levels.
pub(crate) struct Json<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if let Err(problem) = require_json(request, "application/json") {
            return Box::pin(std::future::ready(Err(problem)));
        }
        let bytes = Bytes::from_request(request, payload);
        Box::pin(async move {
            let bytes = bytes.await.map_err(|error| payload_problem(&error))?;
            parse(&bytes).map(Json)
        })
    }
}

/// A body that may be absent: then it is as if every member were.
pub(crate) struct OptionalJson<T>(pub T);

impl<T: DeserializeOwned + Default + 'static> FromRequest for OptionalJson<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = require_json(request, "application/json");
        let bytes = Bytes::from_request(request, payload);
        Box::pin(async move {
            let bytes = bytes.await.map_err(|error| payload_problem(&error))?;
            if bytes.is_empty() {
                return Ok(Self(T::default()));
            }
            kind?;
            parse(&bytes).map(Self)
        })
    }
}

/// A body as [`Json`] reads it, and what the caller names the request by: the header `Idempotency-Key`.
pub(crate) struct Keyed<T> {
    pub(crate) body: T,
    pub(crate) once: Option<Once>,
}

impl<T: DeserializeOwned + 'static> FromRequest for Keyed<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let key = require_json(request, "application/json").and_then(|()| key_of(request));
        let bytes = Bytes::from_request(request, payload);
        Box::pin(async move {
            let key = key?;
            let bytes = bytes.await.map_err(|error| payload_problem(&error))?;
            Ok(Self {
                body: parse(&bytes)?,
                once: key.map(|key| once(key, &bytes)).transpose()?,
            })
        })
    }
}

/// The request's key, where it has one.
pub(crate) fn key_of(request: &HttpRequest) -> Result<Option<IdempotencyKey>, Problem> {
    let mut headers = request.headers().get_all("idempotency-key");
    let Some(header) = headers.next() else {
        return Ok(None);
    };
    let text = header.to_str().unwrap_or_default();
    match (text.parse(), headers.next()) {
        (Ok(key), None) => Ok(Some(key)),
        _ => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "idempotency_key_invalid",
            "`Idempotency-Key` must be given once, with 1 to 255 visible ASCII characters",
        )),
    }
}

fn once(key: IdempotencyKey, bytes: &[u8]) -> Result<Once, Problem> {
    let digest = sha256_hex(bytes).parse();
    let digest = digest.map_err(|error| AppError::Internal(Box::<DomainError>::new(error)))?;
    Ok(Once { key, digest })
}

/// Refuses every content type but `wanted` (parameters such as `charset=utf-8` are fine): a web page elsewhere
/// cannot send that without asking the browser for permission, which is never given.
pub(crate) fn require_json(request: &HttpRequest, wanted: &str) -> Result<(), Problem> {
    let given = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = given.map(|value| value.split(';').next().unwrap_or(value).trim());
    match essence {
        Some(essence) if essence.eq_ignore_ascii_case(wanted) => Ok(()),
        Some(other) => {
            let detail = format!(
                "the body must be `Content-Type: {wanted}`, not `{}`",
                printable(other)
            );
            Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                detail,
            ))
        }
        None => {
            let detail = format!("the body needs `Content-Type: {wanted}`");
            Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                detail,
            ))
        }
    }
}

fn printable(text: &str) -> String {
    text.chars()
        .filter(char::is_ascii_graphic)
        .take(100)
        .collect()
}

fn payload_problem(error: &actix_web::Error) -> Problem {
    if let Some(PayloadError::Overflow) = error.as_error::<PayloadError>() {
        let detail = format!("the body must have at most {MAX_BODY_BYTES} bytes");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail)
    } else {
        let status = error.as_response_error().status_code();
        if status == StatusCode::PAYLOAD_TOO_LARGE {
            let detail = format!("the body must have at most {MAX_BODY_BYTES} bytes");
            return Problem::new(status, "body_too_large", detail);
        }
        Problem::new(
            StatusCode::BAD_REQUEST,
            "body_unreadable",
            "the body could not be read to its end",
        )
    }
}

/// What is wrong with the body of a form.
pub(crate) fn form_problem(error: &UrlencodedError) -> Problem {
    match error {
        UrlencodedError::ContentType => Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "the body must be `Content-Type: application/x-www-form-urlencoded`",
        ),
        UrlencodedError::Overflow { .. } => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            "the form is too large",
        ),
        _ => Problem::field("", "the form has not the fields that are needed"),
    }
}

/// Reads bytes as strict JSON of a type.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    check_strict(
        bytes,
        Limits {
            max_depth: MAX_DEPTH,
        },
    )
    .map_err(|error| Problem::field("", error.to_string()))?;
    // The fast way first; only a refused body is read again, to learn where it is wrong.
    serde_json::from_slice(bytes).or_else(|_| parse_with_pointer(bytes))
}

fn parse_with_pointer<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer(error.path());
        let message = error.into_inner().to_string();
        // serde_json adds the place in the text; the pointer says it better.
        let message = message
            .split(" at line ")
            .next()
            .unwrap_or(&message)
            .to_owned();
        Problem::field(pointer, message)
    })
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut out = String::new();
    for segment in path {
        let part = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            Segment::Enum { variant } => variant.clone(),
            Segment::Unknown => continue,
        };
        out.push('/');
        out.push_str(&part);
    }
    out
}

/// Reads an already parsed value as a type.
pub(crate) fn from_value<T: DeserializeOwned>(value: serde_json::Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let pointer = pointer(error.path());
        Problem::field(pointer, error.into_inner().to_string())
    })
}
