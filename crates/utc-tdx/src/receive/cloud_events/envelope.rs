//! Structured mode: attributes and data in one object.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::draft::{Draft, Identity};
use crate::hash::ContentHash;
use crate::json;
use crate::members::Members;
use crate::receive::native::Origin;
use crate::refusal::Refusal;

/// The longest `id`, in bytes.
const MAX_ID: usize = 500;

pub(super) fn draft(envelope: &Value) -> Result<Draft, Refusal> {
    let event = Members::of(envelope, "")?;
    if event.text("specversion")? != "1.0" {
        return Err(event.wrong("specversion", "must be `1.0`"));
    }
    check_content_type(&event)?;
    let content = completed(&event)?;
    let data = Members::of(&content, "/data")?;
    let origin = Origin {
        source: event.parsed("source")?,
        event_time: event.parsed("time")?,
        topic: data.parsed("topic")?,
    };
    let mut draft = origin.draft(&data)?;
    draft.identities = vec![identity(&event, envelope)?];
    Ok(draft)
}

fn identity(event: &Members<'_>, envelope: &Value) -> Result<Identity, Refusal> {
    let id = event.text("id")?;
    if id.is_empty() || id.len() > MAX_ID {
        return Err(event.wrong("id", "must have 1 to 500 bytes"));
    }
    let content = ContentHash::of_json(envelope);
    Ok(Identity::new("cloudevents-id", json!(id), content))
}

fn check_content_type(event: &Members<'_>) -> Result<(), Refusal> {
    let Some(given) = event.optional_text("datacontenttype")? else {
        return Ok(());
    };
    let (plain, _) = given.split_once(';').unwrap_or((given, ""));
    let plain = plain.trim().to_ascii_lowercase();
    if plain == "application/json" || plain.ends_with("+json") {
        return Ok(());
    }
    Err(event.wrong("datacontenttype", "must be JSON"))
}

/// The data, with what they leave to the envelope.
fn completed(event: &Members<'_>) -> Result<Value, Refusal> {
    let data = data(event)?;
    let mut content = Members::of(&data, "/data")?.map().clone();
    if !content.contains_key("topic") {
        content.insert("topic".to_owned(), json!(event.text("type")?));
    }
    if !content.contains_key("entities") {
        let subject = event.optional_text("subject")?;
        let entities: Vec<&str> = subject.into_iter().collect();
        content.insert("entities".to_owned(), json!(entities));
    }
    Ok(Value::Object(content))
}

fn data<'a>(event: &Members<'a>) -> Result<Cow<'a, Value>, Refusal> {
    match (event.get("data"), event.optional_text("data_base64")?) {
        (Some(data), None) => Ok(Cow::Borrowed(data)),
        (None, Some(encoded)) => {
            let bytes = STANDARD.decode(encoded);
            let bytes = bytes.map_err(|_| event.wrong("data_base64", "must be base64"))?;
            json::parse(&bytes).map(Cow::Owned)
        }
        (Some(_), Some(_)) => Err(event.wrong("data_base64", "must not stand beside `data`")),
        (None, None) => Err(event.wrong("data", "is missing")),
    }
}
