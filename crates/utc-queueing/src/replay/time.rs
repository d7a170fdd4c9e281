//! Times as recordings write them.

use utc_domain::Timestamp;

const MICROS_PER_SECOND: f64 = 1e6;

/// Reads seconds (with or without a fraction, from 0) or an ISO 8601 time; one without a zone is taken for UTC.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    match text.parse::<f64>() {
        Ok(seconds) => from_seconds(seconds),
        Err(_) => iso(text).parse().ok(),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "checked to be in the range of a timestamp"
)]
fn from_seconds(seconds: f64) -> Option<Timestamp> {
    let micros = libm::rint(seconds * MICROS_PER_SECOND) as i64;
    let in_range = (0..=Timestamp::MAX.as_micros()).contains(&micros);
    (seconds.is_finite() && in_range).then(|| Timestamp::from_micros(micros))
}

/// The same in the form of RFC 3339, as far as it is one.
fn iso(text: &str) -> String {
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00:00"));
    let time = time.trim();
    let (clock, zone) = match time.find(['Z', 'z', '+', '-']) {
        Some(place) => time.split_at(place),
        None => (time, "Z"),
    };
    let zone = match zone {
        "z" => "Z",
        zone => zone,
    };
    let seconds = if clock.matches(':').count() == 1 {
        ":00"
    } else {
        ""
    };
    format!("{date}T{}{seconds}{zone}", clock.trim())
}
