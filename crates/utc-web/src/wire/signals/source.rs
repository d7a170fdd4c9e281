//! Sources on the wire.

use serde::{Deserialize, Serialize};
use utc_app::signals::{SavedSource, SourceConfig, SourceView, VerificationAsked};
use utc_domain::{Pattern, Scope, Timestamp};
use utc_tdx::ssf::StreamStatus;
use utc_tdx::{Standing, Trust};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::problem::Problem;
use crate::wire::parts::Fields;

/// The longest text of a member, in characters.
const MAX_TEXT: usize = 1_000;
/// The longest location of keys, in characters.
const MAX_LOCATION: usize = 2_000;
/// The longest id of a stream, in characters.
const MAX_STREAM_ID: usize = 200;

/// What an admin sets of a source. It replaces what was set before, but for a secret that is not given again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceBody {
    /// How far it is believed, from 0 to 1.
    trust: f64,
    /// Whether it may lock units alone.
    authoritative: bool,
    /// How it proves itself: `token`, `standard_webhooks`, `github` or `ssf`.
    signature: String,
    /// What it signs with: `whsec_…` for `standard_webhooks`, at least 16 characters for `github`. Not shown again.
    secret: Option<String>,
    /// For `ssf`: where its keys are, a path on the server or a URL.
    jwks: Option<String>,
    /// For `ssf`: its `iss`.
    issuer: Option<String>,
    /// For `ssf`: what `aud` may name; one of these is enough.
    #[serde(default)]
    audience: Vec<String>,
    /// For `ssf`: the id of its stream, which events about the stream must name.
    stream_id: Option<String>,
    /// Patterns of the units that it may speak about, also by label. Without: every unit, by name and alias only.
    #[serde(default)]
    units: Vec<String>,
}

impl SourceBody {
    /// Where its keys are.
    pub(crate) fn jwks(&self) -> Option<&str> {
        self.jwks.as_deref()
    }

    pub(crate) fn into_config(self) -> Result<SourceConfig, Problem> {
        let mut fields = Fields::default();
        let trust = Trust::new(self.trust);
        let trust = trust.map_err(|error| fields.error("/trust", error.to_string()));
        let signature = fields.read("/signature", &self.signature);
        let units = patterns(&mut fields, &self.units);
        check(&mut fields, "/jwks", self.jwks.as_deref(), MAX_LOCATION);
        check(&mut fields, "/issuer", self.issuer.as_deref(), MAX_TEXT);
        let stream_id = self.stream_id.as_deref();
        check(&mut fields, "/stream_id", stream_id, MAX_STREAM_ID);
        for (index, audience) in self.audience.iter().enumerate() {
            let pointer = format!("/audience/{index}");
            check(&mut fields, &pointer, Some(audience), MAX_TEXT);
        }
        let standing = if self.authoritative {
            Standing::Authoritative
        } else {
            Standing::Registered
        };
        let read = trust.ok().zip(signature).zip(units);
        let ((trust, signature), units) = fields.finish_with(read)?;
        Ok(SourceConfig {
            trust,
            standing,
            signature,
            secret: self.secret.map(Zeroizing::new),
            jwks: self.jwks,
            issuer: self.issuer,
            audience: self.audience,
            stream_id: self.stream_id,
            units,
        })
    }
}

fn patterns(fields: &mut Fields, texts: &[String]) -> Option<Scope> {
    let numbered = texts.iter().enumerate();
    let read: Vec<Option<Pattern>> = numbered
        .map(|(index, text)| fields.read(&format!("/units/{index}"), text))
        .collect();
    let patterns: Option<Vec<Pattern>> = read.into_iter().collect();
    Scope::of(patterns?)
        .map_err(|error| fields.error("/units", error.to_string()))
        .ok()
}

fn check(fields: &mut Fields, pointer: &str, text: Option<&str>, max: usize) {
    let Some(text) = text else { return };
    let visible = text.chars().all(|c| !c.is_control());
    if text.is_empty() || text.chars().count() > max || !visible {
        let message = format!("must have 1 to {max} characters without control characters");
        fields.error(pointer, message);
    }
}

/// A source of trust signals.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourceAnswer {
    /// Its name.
    source: String,
    /// How far it is believed, from 0 to 1.
    trust: f64,
    /// `appeared` (nobody registered it), `registered` or `authoritative`.
    standing: &'static str,
    /// How it proves itself.
    signature: &'static str,
    /// Whether there is a secret to verify with.
    has_secret: bool,
    /// Where its keys are.
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks: Option<String>,
    /// What went wrong when its keys were last asked for, on this server.
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks_trouble: Option<String>,
    /// Its `iss`.
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    /// What `aud` may name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    audience: Vec<String>,
    /// The id of its stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_id: Option<String>,
    /// What it last said of its stream: `enabled`, `paused` or `disabled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_status: Option<&'static str>,
    /// Why, in its words.
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_reason: Option<String>,
    /// When it last answered a verification.
    #[serde(skip_serializing_if = "Option::is_none")]
    verified_at: Option<String>,
    /// The units that it may speak about; absent: every unit, by name and alias only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    units: Vec<String>,
    /// `heard`, `silent` (it never said anything) or `stale` (its stream is paused or off, or a day has passed).
    health: &'static str,
    /// When it last said anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen_at: Option<String>,
    /// How many events were taken from it.
    events: u64,
    /// How many came again.
    repeats: u64,
    /// When it was first heard of.
    created_at: String,
    /// When a person last changed it.
    updated_at: String,
    /// Who did.
    updated_by: String,
    /// The receipt of that; absent for a source that only appeared.
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt_id: Option<String>,
}

impl SourceAnswer {
    pub(crate) fn new(view: SourceView, jwks_trouble: Option<String>) -> Self {
        let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
        Self {
            source: view.name.to_string(),
            trust: view.trust.get(),
            standing: view.standing.as_str(),
            signature: view.signature.as_str(),
            has_secret: view.has_secret,
            jwks: view.jwks,
            jwks_trouble,
            issuer: view.issuer,
            audience: view.audience,
            stream_id: view.stream_id,
            stream_status: view.stream_status.map(StreamStatus::as_str),
            stream_reason: view.stream_reason,
            verified_at: time(view.verified_at),
            units: view
                .units
                .patterns()
                .iter()
                .map(Pattern::to_string)
                .collect(),
            health: view.health.as_str(),
            last_seen_at: time(view.last_seen_at),
            events: view.events,
            repeats: view.repeats,
            created_at: view.created_at.to_string(),
            updated_at: view.updated_at.to_string(),
            updated_by: view.updated_by,
            receipt_id: view.receipt_id,
        }
    }
}

/// Every source.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourceList {
    /// By name.
    pub(crate) items: Vec<SourceAnswer>,
}

/// A source was registered or changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourceSaved {
    /// The receipt.
    receipt_id: String,
    #[serde(flatten)]
    source: SourceAnswer,
}

impl From<SavedSource> for SourceSaved {
    fn from(saved: SavedSource) -> Self {
        let mut source = SourceAnswer::new(saved.view, None);
        source.receipt_id = None;
        Self {
            receipt_id: saved.receipt_id.to_string(),
            source,
        }
    }
}

/// A verification is waited for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VerificationAnswer {
    /// The `state` to ask the transmitter's verification endpoint for.
    state: String,
    /// The receipt.
    receipt_id: String,
}

impl From<VerificationAsked> for VerificationAnswer {
    fn from(asked: VerificationAsked) -> Self {
        Self {
            state: asked.state,
            receipt_id: asked.receipt_id.to_string(),
        }
    }
}
