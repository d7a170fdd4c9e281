//! One attempt to hand over one notice.

use std::error::Error;
use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderName, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method};
use tokio::time::timeout;
use utc_app::Parcel;
use utc_domain::{Timestamp, WebhookUrl};
use utc_outbound::{
    Body, Connection, Outbound, OutboundError, OutboundPolicy, Request, Resolve, Response,
    SystemResolver, Target, Timeouts,
};

use crate::signature;
use crate::verdict::Report;

/// How long a receiver may take to answer, connecting included.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long its answer's body is read, once the status is known.
const BODY_PATIENCE: Duration = Duration::from_secs(2);

/// How many bytes of an answer are read, to show them to a person.
const SHOWN_BYTES: usize = 1_000;

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// Hands notices over. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Courier {
    outbound: Outbound,
}

impl Courier {
    /// A courier that goes where `policy` lets it. Reads the operating system's certificates.
    ///
    /// # Errors
    ///
    /// Fails when TLS cannot be set up.
    pub fn new(policy: OutboundPolicy) -> Result<Self, OutboundError> {
        Self::with_resolver(policy, std::sync::Arc::new(SystemResolver))
    }

    /// The same, asking `resolver` for addresses.
    ///
    /// # Errors
    ///
    /// Fails when TLS cannot be set up.
    pub fn with_resolver(
        policy: OutboundPolicy,
        resolver: std::sync::Arc<dyn Resolve>,
    ) -> Result<Self, OutboundError> {
        let timeouts = Timeouts {
            first_byte: PATIENCE,
            idle: BODY_PATIENCE,
            ..Timeouts::default()
        };
        let outbound = Outbound::with_resolver(policy, timeouts, resolver)?;
        Ok(Self { outbound })
    }

    /// Why `url` could not be called now, for an early answer to whoever sets it; none when it could, or when that cannot be
    /// told. Each attempt is judged again.
    pub async fn objection(&self, url: &WebhookUrl) -> Option<String> {
        let target: Target = match url.as_str().parse() {
            Ok(target) => target,
            Err(error) => return Some(chain(&error)),
        };
        match self.outbound.check(&target).await {
            Err(error @ OutboundError::Refused(_)) => Some(chain(&error)),
            // A name that cannot be resolved now may be tomorrow.
            Err(_) | Ok(()) => None,
        }
    }

    /// Sends a notice once. `now` goes out as the time of the attempt.
    pub async fn deliver(&self, parcel: &Parcel, now: Timestamp) -> Report {
        let request = match request(parcel, now) {
            Ok(request) => request,
            Err(error) => return Report::Refused { error },
        };
        match timeout(PATIENCE, self.outbound.send(request)).await {
            Ok(Ok(response)) => answered(response).await,
            Ok(Err(error @ OutboundError::Refused(_))) => Report::Refused {
                error: chain(&error),
            },
            Ok(Err(error)) => Report::Unanswered {
                error: chain(&error),
            },
            Err(_) => Report::Unanswered {
                error: format!("no answer within {} seconds", PATIENCE.as_secs()),
            },
        }
    }
}

fn request(parcel: &Parcel, now: Timestamp) -> Result<Request, String> {
    Ok(Request {
        method: Method::POST,
        target: parcel.url.as_str().parse().map_err(|error| chain(&error))?,
        headers: headers(parcel, now)?,
        body: Body::whole(parcel.body.clone()),
        // Nothing of another notice can have happened on it, and it belongs to no other thread's runtime.
        connection: Connection::Fresh,
    })
}

fn headers(parcel: &Parcel, now: Timestamp) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let agent = concat!("utc-notify/", env!("CARGO_PKG_VERSION"));
    headers.insert(USER_AGENT, HeaderValue::from_static(agent));
    if !parcel.secrets.is_empty() {
        let (id, seconds) = (parcel.id.to_string(), now.as_seconds());
        headers.insert(SIGNATURE, value(&signatures(parcel, &id, seconds)?)?);
        headers.insert(ID, value(&id)?);
        headers.insert(TIMESTAMP, HeaderValue::from(seconds));
    }
    Ok(headers)
}

/// One for each secret, with a space between them: a receiver takes the notice when one of them is right.
fn signatures(parcel: &Parcel, id: &str, seconds: i64) -> Result<String, String> {
    let made = parcel.secrets.iter().map(|secret| {
        let made = signature(secret, id, seconds, &parcel.body);
        made.map_err(|error| chain(&error))
    });
    Ok(made.collect::<Result<Vec<String>, String>>()?.join(" "))
}

fn value(text: &str) -> Result<HeaderValue, String> {
    HeaderValue::from_str(text).map_err(|error| chain(&error))
}

async fn answered(mut response: Response) -> Report {
    let status = response.status().as_u16();
    let mut bytes = Vec::new();
    let read = async {
        while bytes.len() < SHOWN_BYTES
            && let Ok(Some(chunk)) = response.chunk().await
        {
            bytes.extend_from_slice(&chunk);
        }
    };
    // The status is what counts; of the body there is what came in time.
    let _ = timeout(BODY_PATIENCE, read).await;
    bytes.truncate(SHOWN_BYTES);
    let text = shown(&bytes);
    Report::Answered { status, text }
}

/// One line without control characters, whatever the receiver sent.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.collect::<String>().trim().to_owned()
}

/// The error and its causes.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
