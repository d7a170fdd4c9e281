//! Standard Webhooks: a signed message that holds native events.

use serde_json::{Value, json};

use crate::adapter::{Adapter, Proof};
use crate::delivery::Delivery;
use crate::draft::{Draft, Identity};
use crate::event::Event;
use crate::hash::ContentHash;
use crate::members::Members;
use crate::receive::SignedSource;
use crate::receive::native::{Origin, each};
use crate::refusal::Refusal;
use crate::source::SourceName;

/// The events of a message of `source`.
///
/// The body is `{"type", "timestamp", "data"}`, where `data` is a native event without source, topic and time; or native
/// events, one or an array. A `source` in it must be the source that signed.
pub fn receive(delivery: &Delivery<'_>, source: &SignedSource) -> Result<Vec<Event>, Refusal> {
    let id = source.message_id(delivery)?;
    let body = delivery.json()?;
    let stamp = delivery.stamp(Adapter::Webhook, Proof::Hmac);
    let draft = |value: &Value, pointer: &str| {
        let mut draft = draft(&Members::of(value, pointer)?, &source.name)?;
        let parts = json!([id, pointer]);
        draft.identities = vec![Identity::new(
            "webhook-id",
            parts,
            ContentHash::of_json(value),
        )];
        Ok(draft)
    };
    let drafts = each(&body, draft)?.into_iter();
    Ok(drafts.map(|draft| draft.seal(&stamp)).collect())
}

fn draft(message: &Members<'_>, source: &SourceName) -> Result<Draft, Refusal> {
    let claimed = message.optional_text("source")?;
    if claimed.is_some_and(|claimed| claimed != source.as_str()) {
        return Err(message.wrong("source", "must be the source that signed, or absent"));
    }
    let enveloped = message.optional_object("data")?;
    let (topic, time) = match enveloped {
        Some(_) => ("type", "timestamp"),
        None => ("topic", "event_time"),
    };
    let origin = Origin {
        source: source.clone(),
        event_time: message.parsed(time)?,
        topic: message.parsed(topic)?,
    };
    origin.draft(enveloped.as_ref().unwrap_or(message))
}
