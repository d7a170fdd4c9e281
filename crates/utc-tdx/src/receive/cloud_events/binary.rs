//! Binary mode: the attributes are headers, the body is the data.

use serde_json::{Map, Value};

use crate::delivery::Delivery;
use crate::json;
use crate::refusal::Refusal;

/// The longest value of an attribute that is read, in bytes.
const MAX_VALUE: usize = 2_000;

/// The same event in structured form.
pub(super) fn envelope(delivery: &Delivery<'_>) -> Result<Value, Refusal> {
    let mut members = Map::new();
    for (name, value) in delivery.headers() {
        let Some(attribute) = attribute(name) else {
            continue;
        };
        let repeated = members.insert(attribute, Value::String(decoded(value)?));
        if repeated.is_some() {
            return Err(refused("is there twice"));
        }
    }
    members.insert("data".to_owned(), json::parse(delivery.body())?);
    Ok(Value::Object(members))
}

fn refused(problem: &'static str) -> Refusal {
    Refusal::Header {
        name: "ce-…",
        problem,
    }
}

/// The attribute that a header holds. `data` is the body's name and no attribute may take it.
fn attribute(header: &str) -> Option<String> {
    let lower = header.to_ascii_lowercase();
    let name = lower.strip_prefix("ce-")?;
    (!matches!(name, "data" | "data_base64")).then(|| name.to_owned())
}

/// The value with its percent-encoding undone (HTTP binding 1.0, section 3.1.3.2).
fn decoded(value: &[u8]) -> Result<String, Refusal> {
    if value.len() > MAX_VALUE {
        return Err(refused("is too long"));
    }
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value;
    while let [first, after @ ..] = rest {
        (bytes, rest) = match (first, after) {
            (b'%', [high, low, after @ ..]) => match hex(*high, *low) {
                Some(byte) => (with(bytes, byte), after),
                None => return Err(refused("is not percent-encoded")),
            },
            (b'%', _) => return Err(refused("is not percent-encoded")),
            (byte, after) => (with(bytes, *byte), after),
        };
    }
    String::from_utf8(bytes).map_err(|_| refused("must be UTF-8"))
}

fn with(mut bytes: Vec<u8>, byte: u8) -> Vec<u8> {
    bytes.push(byte);
    bytes
}

fn hex(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}
