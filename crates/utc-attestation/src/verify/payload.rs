//! The verified bytes of a token: do they say what a receipt must say?

use serde_json::Value;
use utc_domain::{ReceiptId, Timestamp};

use super::{CheckName, Expected, Report};
use crate::token::is_sane;
use crate::{AUDIENCE, Claims, Limits, SCHEMA, check_strict};

/// A receipt nests three deep.
const LIMITS: Limits = Limits { max_depth: 16 };

/// What verified bytes say.
pub(super) struct Read {
    /// All members.
    pub(super) payload: Value,
    /// The claims, if they passed every check.
    pub(super) claims: Option<Claims>,
}

/// The checks from issuer to claims. `None` if the bytes are not one strict JSON object.
pub(super) fn check(bytes: &[u8], expected: &Expected, report: &mut Report) -> Option<Read> {
    // Reading the object comes first, but is part of the last check: report it there.
    let payload = match object(bytes) {
        Ok(payload) => payload,
        Err(why) => return report.step(CheckName::Claims, Err(why), ""),
    };
    let claims = claims(bytes, &payload, expected, report);
    Some(Read { payload, claims })
}

fn claims(
    bytes: &[u8],
    payload: &Value,
    expected: &Expected,
    report: &mut Report,
) -> Option<Claims> {
    let issuer = check_issuer(payload, expected);
    report.step(CheckName::IssuerAudience, issuer, "both exact")?;
    report.step(
        CheckName::Times,
        check_times(payload),
        "`iat` and `ts` agree, 2020 to 2199",
    )?;
    report.step(
        CheckName::Claims,
        read_claims(bytes, payload),
        "a receipt of version 1",
    )
}

fn object(bytes: &[u8]) -> Result<Value, String> {
    check_strict(bytes, LIMITS).map_err(|error| error.to_string())?;
    let value: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if value.is_object() {
        Ok(value)
    } else {
        Err("the payload is not a JSON object".to_owned())
    }
}

fn check_issuer(payload: &Value, expected: &Expected) -> Result<(), String> {
    if payload.get("iss").and_then(Value::as_str) != Some(&expected.issuer) {
        return Err(format!("`iss` is not exactly `{}`", expected.issuer));
    }
    // RFC 7519 allows a list of audiences; ours is always the one text.
    if payload.get("aud").and_then(Value::as_str) != Some(AUDIENCE) {
        return Err(format!("`aud` is not exactly `{AUDIENCE}`"));
    }
    Ok(())
}

fn check_times(payload: &Value) -> Result<(), String> {
    let iat = payload.get("iat").and_then(Value::as_i64);
    let iat = iat.ok_or("`iat` is not an integer")?;
    let ts = payload
        .get("ts")
        .and_then(Value::as_str)
        .ok_or("`ts` is not a text")?;
    let at: Timestamp = ts.parse().map_err(|_| "`ts` is not an ISO 8601 time")?;
    if at.to_string() != ts {
        return Err("`ts` is not in UTC with six decimals".to_owned());
    }
    if at.as_seconds() != iat {
        return Err("`iat` is not the whole second of `ts`".to_owned());
    }
    if is_sane(at) {
        Ok(())
    } else {
        Err("`ts` lies outside 2020 to 2199".to_owned())
    }
}

fn read_claims(bytes: &[u8], payload: &Value) -> Result<Claims, String> {
    if payload.get("v").and_then(Value::as_u64) != Some(SCHEMA) {
        return Err(format!("`v` is not {SCHEMA}; a newer verifier may know it"));
    }
    let claims: Claims = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if claims.jti.parse::<ReceiptId>().is_err() {
        return Err("`jti` is not a receipt id".to_owned());
    }
    if claims.prev_leaf().is_none() {
        return Err("`prev` is not the base64url of 32 bytes".to_owned());
    }
    Ok(claims)
}
