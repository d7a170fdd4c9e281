//! What a token says, checked against what is configured for its stream.

use serde_json::Value;
use utc_domain::Timestamp;

use crate::members::Members;
use crate::refusal::Refusal;
use crate::ssf::{SET_RETENTION_DAYS, SetError, Stream};

/// How far ahead of the clock a token may be issued, in seconds.
const MAX_AHEAD_SECONDS: i64 = 300;
/// From here on a number of seconds lies beyond the year 5138, and is one of milliseconds.
const MILLIS_FROM: f64 = 1e11;
/// The longest `jti` and event type, in bytes.
const MAX_TEXT: usize = 500;

/// The claims that every token has.
pub(super) struct Claims<'a> {
    pub(super) issuer: &'a str,
    pub(super) id: &'a str,
    pub(super) issued: Timestamp,
    pub(super) happened: Option<Timestamp>,
    pub(super) subject: Members<'a>,
    pub(super) event_type: &'a str,
    pub(super) event: Members<'a>,
}

impl<'a> Claims<'a> {
    pub(super) fn read(
        claims: &Members<'a>,
        stream: &Stream,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        check_absent(claims)?;
        let issuer = checked_issuer(claims, stream)?;
        check_audience(claims, stream)?;
        let at = time(claims, "iat")?.ok_or_else(|| claims.wrong("iat", "is missing"))?;
        check_issued(claims, at, now)?;
        let (event_type, event) = event(claims)?;
        Ok(Self {
            issuer,
            id: short(claims, "jti", claims.text("jti")?)?,
            issued: at,
            happened: time(&event, "event_timestamp")?.or(time(claims, "toe")?),
            subject: claims.object("sub_id")?,
            event_type: short(claims, "events", event_type)?,
            event,
        })
    }
}

/// `sub` and `exp` make a token look like one that grants access (RFC 8417, sections 4.1 and 2.2).
fn check_absent(claims: &Members<'_>) -> Result<(), Refusal> {
    for name in ["sub", "exp"] {
        if claims.has(name) {
            return Err(claims.wrong(name, "must be absent"));
        }
    }
    Ok(())
}

fn checked_issuer<'a>(claims: &Members<'a>, stream: &Stream) -> Result<&'a str, Refusal> {
    let issuer = claims.text("iss")?;
    if issuer == stream.issuer {
        return Ok(issuer);
    }
    Err(SetError::InvalidIssuer.refuse("`iss` is not the issuer of this source"))
}

fn check_audience(claims: &Members<'_>, stream: &Stream) -> Result<(), Refusal> {
    let ours = |one: &Value| {
        let one = one.as_str();
        one.is_some_and(|one| stream.audience.iter().any(|known| known == one))
    };
    let named = match claims.value("aud")? {
        Value::Array(all) => all.iter().any(ours),
        one => ours(one),
    };
    if named {
        return Ok(());
    }
    Err(SetError::InvalidAudience.refuse("`aud` does not name this receiver"))
}

/// Ids are remembered for so long; a token that is older could be sent again without being known.
fn check_issued(claims: &Members<'_>, issued: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    if issued > now.plus_seconds(MAX_AHEAD_SECONDS) {
        return Err(claims.wrong("iat", "lies in the future"));
    }
    if issued < now.plus_seconds(-SET_RETENTION_DAYS * 24 * 3_600) {
        return Err(claims.wrong("iat", "is more than 30 days ago"));
    }
    Ok(())
}

fn event<'a>(claims: &Members<'a>) -> Result<(&'a str, Members<'a>), Refusal> {
    let events = claims.object("events")?;
    let mut all = events.map().iter();
    match (all.next(), all.next()) {
        (Some((event_type, event)), None) => Ok((event_type, Members::of(event, "/events/0")?)),
        (None, _) | (_, Some(_)) => Err(claims.wrong("events", "must hold exactly one event")),
    }
}

fn short<'a>(claims: &Members<'_>, name: &str, text: &'a str) -> Result<&'a str, Refusal> {
    if text.is_empty() || text.len() > MAX_TEXT {
        return Err(claims.wrong(name, "must have 1 to 500 bytes"));
    }
    Ok(text)
}

/// A `NumericDate` (RFC 7519, section 2): seconds since 1970, fractions allowed. Earlier drafts of CAEP had milliseconds.
fn time(members: &Members<'_>, name: &str) -> Result<Option<Timestamp>, Refusal> {
    let Some(number) = members.optional_number(name)? else {
        return Ok(None);
    };
    let seconds = if number >= MILLIS_FROM {
        number / 1e3
    } else {
        number
    };
    if !(0.0..=MILLIS_FROM).contains(&seconds) {
        return Err(members.wrong(name, "must be seconds since 1970"));
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "at most 10¹⁷ microseconds, which an `i64` holds"
    )]
    let micros = (seconds * 1e6) as i64;
    Ok(Some(Timestamp::from_micros(micros)))
}
