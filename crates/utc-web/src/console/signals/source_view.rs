//! What the page of a source shows.

use serde::Serialize;
use utc_app::signals::{SourceSignature, SourceView};
use utc_domain::Role;
use utc_tdx::Standing;

use crate::access::Caller;
use crate::console::link::encoded;
use crate::console::{Entries, FormErrors};
use crate::wire::identity::rights::pattern_texts;
use crate::wire::signals::source::SourceAnswer;

/// A source, or the form of a new one.
#[derive(Serialize)]
pub(super) struct SourcePageView {
    /// None for a new one.
    source: Option<SourceAnswer>,
    /// Where the form goes.
    path: String,
    /// Where it sends its events to.
    receivers: Vec<String>,
    events_path: String,
    fields: SourceFields,
    signatures: Vec<&'static str>,
    errors: FormErrors,
    /// Whether whoever looks may change it, and ask for a verification.
    may_change: bool,
    may_verify: bool,
}

/// The fields as texts, in the form. A secret is never among them.
#[derive(Debug, Clone, Serialize)]
pub(super) struct SourceFields {
    name: String,
    trust: String,
    authoritative: bool,
    signature: String,
    jwks: String,
    issuer: String,
    audience: String,
    stream_id: String,
    units: String,
}

impl Default for SourceFields {
    fn default() -> Self {
        Self {
            name: String::new(),
            trust: "0.8".to_owned(),
            authoritative: false,
            signature: SourceSignature::Token.as_str().to_owned(),
            jwks: String::new(),
            issuer: String::new(),
            audience: String::new(),
            stream_id: String::new(),
            units: String::new(),
        }
    }
}

impl SourceFields {
    pub(super) fn of(view: &SourceView) -> Self {
        Self {
            name: view.name.to_string(),
            trust: view.trust.get().to_string(),
            authoritative: view.standing == Standing::Authoritative,
            signature: view.signature.as_str().to_owned(),
            jwks: view.jwks.clone().unwrap_or_default(),
            issuer: view.issuer.clone().unwrap_or_default(),
            audience: view.audience.join(" "),
            stream_id: view.stream_id.clone().unwrap_or_default(),
            units: pattern_texts(&view.units).join(" "),
        }
    }

    pub(super) fn entered(form: &Entries) -> Self {
        Self {
            name: form.text("name"),
            trust: form.text("trust"),
            authoritative: form.get("authoritative").is_some(),
            signature: form.text("signature"),
            jwks: form.text("jwks"),
            issuer: form.text("issuer"),
            audience: form.text("audience"),
            stream_id: form.text("stream_id"),
            units: form.text("units"),
        }
    }
}

impl SourcePageView {
    /// The form of a new one.
    pub(super) fn new(fields: SourceFields) -> Self {
        Self {
            source: None,
            path: "/signals/register".to_owned(),
            receivers: Vec::new(),
            events_path: String::new(),
            fields,
            signatures: SourceSignature::ALL.map(SourceSignature::as_str).to_vec(),
            errors: FormErrors::default(),
            may_change: true,
            may_verify: false,
        }
    }

    pub(super) fn of(by: &Caller, source: SourceAnswer, fields: SourceFields) -> Self {
        let name = encoded(&fields.name);
        Self {
            source: Some(source),
            path: format!("/signals/sources/{name}"),
            receivers: receivers(&fields.signature, &name),
            events_path: format!("/signals?source={name}"),
            may_change: by.may_everywhere(Role::Admin).is_ok(),
            may_verify: by.may_everywhere(Role::Operator).is_ok() && fields.signature == "ssf",
            ..Self::new(fields)
        }
    }

    /// The same with what somebody entered.
    pub(super) fn with(self, fields: SourceFields) -> Self {
        Self { fields, ..self }
    }

    /// The same with what is wrong.
    pub(super) fn wrong(self, errors: FormErrors) -> Self {
        Self { errors, ..self }
    }
}

/// The addresses that take what it sends.
fn receivers(signature: &str, name: &str) -> Vec<String> {
    let below = "/api/v1/tdx";
    match signature {
        "standard_webhooks" => vec![
            format!("{below}/webhooks/{name}"),
            format!("{below}/cloudevents"),
        ],
        "github" => vec![format!("{below}/github/{name}")],
        "ssf" => vec![format!("{below}/ssf/{name}")],
        _ => vec![
            format!("{below}/events"),
            format!("{below}/cloudevents"),
            format!("{below}/alertmanager/{name}"),
            format!("{below}/falco/{name}"),
        ],
    }
}
