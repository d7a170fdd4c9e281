//! What a token is for: an ordinary event, or a word about the stream itself.

use std::fmt;
use std::str::FromStr;

use serde_json::{Value, json};
use utc_domain::DomainError;

use crate::bounded::Confidence;
use crate::draft::{Draft, Identity, Intent};
use crate::event::Event;
use crate::hash::ContentHash;
use crate::members::Members;
use crate::refusal::Refusal;
use crate::severity::Severity;
use crate::ssf::claims::Claims;
use crate::ssf::mapping::{Effect, Mapping, mapping, short_name};
use crate::ssf::{SetError, Stream, subject};
use crate::text::Summary;
use crate::topic::Topic;

const VERIFICATION: &str = "https://schemas.openid.net/secevent/ssf/event-type/verification";
const STREAM_UPDATED: &str = "https://schemas.openid.net/secevent/ssf/event-type/stream-updated";
/// How sure a transmitter is of what it says about its own accounts and sessions.
const CONFIDENCE: Confidence = Confidence::of(0.9);

/// Whether the transmitter sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StreamStatus {
    /// It sends.
    Enabled,
    /// It keeps events back; the source shows as stale.
    Paused,
    /// It sends nothing and keeps nothing; the source shows as stale.
    Disabled,
}

impl StreamStatus {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Enabled, Self::Paused, Self::Disabled];

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Paused => "paused",
            Self::Disabled => "disabled",
        }
    }

    /// Whether nothing is to be expected from the source.
    pub fn is_stale(self) -> bool {
        match self {
            Self::Enabled => false,
            Self::Paused | Self::Disabled => true,
        }
    }
}

impl fmt::Display for StreamStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for StreamStatus {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let found = Self::ALL.into_iter().find(|value| value.as_str() == text);
        found.ok_or(DomainError::Unknown {
            expected: "`enabled`, `paused`, `disabled`",
        })
    }
}

/// What a token is for.
#[derive(Debug, Clone, PartialEq)]
pub enum SetMeaning {
    /// An event about somebody or something: store and score it.
    Signal(Box<Event>),
    /// The stream works. With the state of the verification that it answers, which is answered by now; without one when
    /// the transmitter sent it of its own accord.
    Verification {
        /// One of [`Stream::expected_states`].
        state: Option<String>,
    },
    /// The transmitter changed the stream.
    StreamUpdated {
        /// What it is now.
        status: StreamStatus,
        /// Why, in the transmitter's words.
        reason: Option<Summary>,
    },
}

/// What the transmitter says of the stream; none when the token holds an ordinary event.
pub(super) fn of_stream(
    claims: &Claims<'_>,
    stream: &Stream,
) -> Option<Result<SetMeaning, Refusal>> {
    match claims.event_type {
        VERIFICATION => Some(verification(claims, stream)),
        STREAM_UPDATED => Some(updated(claims, stream)),
        _ => None,
    }
}

/// Such an event is about the stream, by its id (Shared Signals 1.0, section 8.1.4.1).
fn check_subject(claims: &Claims<'_>, stream: &Stream) -> Result<(), Refusal> {
    let Some(id) = &stream.stream_id else {
        return Ok(());
    };
    let subject = &claims.subject;
    if subject.text("format")? == "opaque" && subject.text("id")? == id.as_str() {
        return Ok(());
    }
    Err(SetError::InvalidRequest.refuse("`sub_id` is not this stream"))
}

fn verification(claims: &Claims<'_>, stream: &Stream) -> Result<SetMeaning, Refusal> {
    check_subject(claims, stream)?;
    let state = claims.event.optional_text("state")?;
    let expected = |state: &str| stream.expected_states.iter().any(|known| known == state);
    if state.is_some_and(|state| !expected(state)) {
        return Err(SetError::InvalidState.refuse("`state` answers no verification of ours"));
    }
    Ok(SetMeaning::Verification {
        state: state.map(str::to_owned),
    })
}

fn updated(claims: &Claims<'_>, stream: &Stream) -> Result<SetMeaning, Refusal> {
    check_subject(claims, stream)?;
    let event = &claims.event;
    let status = event.parsed("status")?;
    let reason = event.optional_text("reason")?;
    Ok(SetMeaning::StreamUpdated {
        status,
        reason: reason.and_then(Summary::cleaned),
    })
}

/// An ordinary event. `identity` is what the token is known by.
pub(super) fn signal(
    claims: &Claims<'_>,
    stream: &Stream,
    identity: Identity,
) -> Result<Draft, Refusal> {
    let row = mapping(claims.event_type, &claims.event);
    Ok(Draft {
        source: stream.source.clone(),
        event_time: claims.happened.unwrap_or(claims.issued),
        topic: Topic::known("identity"),
        severity: row.map_or(Severity::Info, severity),
        confidence: CONFIDENCE,
        entities: subject::about(&claims.subject)?,
        link: None,
        summary: said(claims),
        intent: row.map_or(Intent::Unknown, intent),
        identities: vec![identity],
        thread: row
            .and_then(|row| row.group)
            .map(|group| thread(claims, group)),
    })
}

fn severity(row: &Mapping) -> Severity {
    match row.effect {
        Effect::Raises(severity) => severity,
        Effect::Closes => Severity::Info,
    }
}

fn intent(row: &Mapping) -> Intent {
    match row.effect {
        Effect::Raises(_) => Intent::Raises,
        Effect::Closes => Intent::ClosesThread,
    }
}

/// The subject as a whole, in canonical form, is whom a thread is about.
fn thread(claims: &Claims<'_>, group: &str) -> Value {
    let subject = Value::Object(claims.subject.map().clone());
    json!([group, ContentHash::of_json(&subject).to_string()])
}

fn said(claims: &Claims<'_>) -> Option<Summary> {
    let name = short_name(claims.event_type);
    let reason = reason(&claims.event);
    let text = reason.map_or_else(|| name.to_owned(), |reason| format!("{name}: {reason}"));
    Summary::cleaned(&text)
}

/// CAEP gives its reasons by language; any will do, English first.
fn reason<'a>(event: &Members<'a>) -> Option<&'a str> {
    let reasons = event.get("reason_admin")?;
    match reasons {
        Value::String(text) => Some(text),
        Value::Object(by_language) => {
            let english = by_language.get("en");
            english.or_else(|| by_language.values().next())?.as_str()
        }
        _ => None,
    }
}
