//! `CloudEvents` 1.0 over HTTP: binary, structured and batched.

mod binary;
mod envelope;

use serde_json::Value;

use crate::adapter::{Adapter, Proof};
use crate::delivery::Delivery;
use crate::draft::Draft;
use crate::event::Event;
use crate::json;
use crate::members::Members;
use crate::receive::SignedSource;
use crate::receive::native::check_count;
use crate::refusal::Refusal;
use crate::source::{SourceName, Speaker};

/// How the sender proves itself.
#[derive(Debug, Clone, Copy)]
pub enum Authority<'a> {
    /// By a token, that may speak for the `source` of every event.
    Token(&'a Speaker),
    /// By a Standard Webhooks signature of the `source` of every event.
    Signed(&'a SignedSource),
}

impl Authority<'_> {
    fn prove(&self, delivery: &Delivery<'_>) -> Result<Proof, Refusal> {
        match self {
            Self::Token(_) => Ok(Proof::Token),
            Self::Signed(source) => source.message_id(delivery).map(|_| Proof::Hmac),
        }
    }

    /// A signature is over the body alone. In binary mode id, source and time stand in headers, where whoever carries
    /// the message could change them.
    fn covers(&self, delivery: &Delivery<'_>) -> Result<(), Refusal> {
        let binary = delivery.media_type()?.as_deref() == Some("application/json");
        match self {
            Self::Signed(_) if binary => Err(Refusal::Unsupported {
                expected: "signed events in structured form only, because no signature covers headers",
            }),
            Self::Signed(_) | Self::Token(_) => Ok(()),
        }
    }

    fn check(&self, claimed: &SourceName) -> Result<(), Refusal> {
        match self {
            Self::Token(speaker) => speaker.check(claimed),
            Self::Signed(source) if source.name == *claimed => Ok(()),
            Self::Signed(_) => Err(Refusal::NotGranted {
                source_name: claimed.to_string(),
            }),
        }
    }
}

/// The events of a delivery. Their type is the topic unless the data name one, their subject the entity unless the data
/// name some; everything else is the native form, in the data.
pub fn receive(delivery: &Delivery<'_>, authority: Authority<'_>) -> Result<Vec<Event>, Refusal> {
    let proof = authority.prove(delivery)?;
    let stamp = delivery.stamp(Adapter::CloudEvents, proof);
    let seal = |draft: Draft| {
        authority.check(&draft.source)?;
        Ok(draft.seal(&stamp))
    };
    let drafts = drafts(delivery, authority)?.into_iter();
    drafts.map(seal).collect()
}

/// The source that the first event names, before anybody proved anything: it says whose secret to verify with.
pub fn claimed_source(delivery: &Delivery<'_>) -> Result<SourceName, Refusal> {
    let envelopes = envelopes(delivery)?;
    let first = envelopes
        .first()
        .ok_or_else(|| Refusal::form("", "must hold an event"))?;
    Members::of(first, "")?.parsed("source")
}

fn drafts(delivery: &Delivery<'_>, authority: Authority<'_>) -> Result<Vec<Draft>, Refusal> {
    let batch = envelopes(delivery)?;
    authority.covers(delivery)?;
    check_count(batch.len())?;
    batch.iter().map(envelope::draft).collect()
}

/// The events in structured form, whichever way they came.
fn envelopes(delivery: &Delivery<'_>) -> Result<Vec<Value>, Refusal> {
    match delivery.media_type()?.as_deref() {
        Some("application/cloudevents+json") => Ok(vec![json::parse(delivery.body())?]),
        Some("application/cloudevents-batch+json") => match json::parse(delivery.body())? {
            Value::Array(all) => Ok(all),
            _ => Err(Refusal::form("", "must be an array")),
        },
        Some("application/json") => Ok(vec![binary::envelope(delivery)?]),
        Some(_) | None => Err(Refusal::MediaType {
            expected: "`application/cloudevents+json`, `application/cloudevents-batch+json` or, with `ce-` headers, \
                `application/json`",
        }),
    }
}
