//! What a receipt says, as it stands in the token.

mod fill;
mod write;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utc_domain::LeafHash;

pub(crate) use fill::fill;
pub(crate) use write::write;

/// The version of the claims that this crate writes and reads.
pub const SCHEMA: u64 = 1;

/// The `aud` of every receipt.
pub const AUDIENCE: &str = "utc-receipts";

// Invariant: in every struct of this file the members stand in the order of their names on the wire
// (by UTF-16 code unit, which for these names is ASCII order). Writing them in the order of
// declaration is then writing them canonically; a property test holds this against RFC 8785.

/// The claims of a receipt. What a receipt does not have is absent in the token.
///
/// Reading ignores members it does not know, so that a later release may add some; they stay in
/// [`crate::Verification::payload`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claims {
    /// What was asked.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub action: Option<String>,
    /// [`AUDIENCE`].
    pub aud: String,
    /// The stable reason code.
    pub code: String,
    /// `ALLOW`, `DENY`, `REQUIRE_APPROVAL`, or `POLICY_CHANGE` for that kind.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub decision: Option<String>,
    /// What evaluated the request.
    pub engine: Engine,
    /// When it was placed, in whole seconds since 1970: `ts` without its fraction.
    pub iat: i64,
    /// The installation that signed.
    pub iss: String,
    /// The receipt's id, a UUID of version 7.
    pub jti: String,
    /// What is recorded.
    pub kind: String,
    /// Ids of what this receipt is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub link: Option<LinkClaims>,
    /// What the evaluator saw.
    pub meta: MetaClaims,
    /// `sha256:` digest of the request body, as the caller computed it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub payload_hash: Option<String>,
    /// The policy that was evaluated.
    pub policy: PolicyClaims,
    /// The leaf hash of the receipt before, base64url without padding.
    pub prev: String,
    /// A sentence that a person understands.
    pub reason: String,
    /// The keys of all rules that decided; empty when nothing spoke against.
    pub rules: Vec<String>,
    /// The position in the log, from 0.
    pub seq: u64,
    /// Who asked or acted.
    pub sub: String,
    /// When it was placed: ISO 8601 in UTC with six decimals.
    pub ts: String,
    /// On which unit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unit: Option<String>,
    /// [`SCHEMA`].
    pub v: u64,
}

impl Claims {
    /// The leaf hash that `prev` stands for; `None` if it is not strict base64url of 32 bytes.
    pub fn prev_leaf(&self) -> Option<LeafHash> {
        let bytes = URL_SAFE_NO_PAD.decode(&self.prev).ok()?;
        bytes.try_into().ok().map(LeafHash::new)
    }
}

/// Name and version of an evaluator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Engine {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The policy that was evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyClaims {
    /// `sha256:` and the hexadecimal digest of the policy set.
    pub digest: String,
    /// The number of the policy set, from 1.
    pub version: u64,
}

/// Ids of what a receipt is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkClaims {
    /// The approval that the receipt belongs to.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub approval: Option<String>,
    /// The decision that an execution carries out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub decision: Option<String>,
    /// Which receipts were gone through.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub filter: Option<FilterClaims>,
    /// Another receipt.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub receipt: Option<String>,
}

/// What a log had been before its database was set back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogBeforeClaims {
    /// Its name then.
    pub origin: String,
    /// The root over its receipts, base64.
    pub root: String,
    /// How many receipts it had.
    pub size: u64,
}

/// Which receipts were gone through; see [`utc_domain::LogFilter`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilterClaims {
    /// The digest of everything that was asked for.
    pub digest: String,
    /// From this time on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<String>,
    /// How many receipts the log had.
    pub log_size: u64,
    /// Of this subject.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub subject: Option<String>,
    /// Before this time.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub to: Option<String>,
    /// About this unit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unit: Option<String>,
}

/// What computing decisions again came to; see [`utc_domain::ReplayTotals`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "utc_domain::ReplayTotals documents each member"
)]
pub struct ReplayClaims {
    pub different: u64,
    pub equal: u64,
    pub not_replayable: u64,
    pub total: u64,
}

/// What a forecast said when it changed a level; see [`utc_domain::ForecastSeen`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "utc_domain::ForecastSeen documents each member, with its unit"
)]
pub struct ForecastClaims {
    pub horizon_minutes: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes_to_threshold: Option<f64>,
    pub precision: f64,
    pub predictor: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rho: Option<f64>,
}

/// One event that a score rests on; see [`utc_domain::SignalSeen`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "utc_domain::SignalSeen documents each member")]
pub struct SignalClaims {
    pub hash: String,
    pub source: String,
    pub weight: f64,
}

/// The new state of a signing key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyClaims {
    /// The first position whose tag does not count, of a key that is `compromised`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_seq: Option<u64>,
    /// Which key.
    pub kid: String,
    /// `active`, `retired` or `compromised`.
    pub state: String,
}

/// What the evaluator saw, and what a change was about; see [`utc_domain::Meta`] for each member.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
#[expect(
    missing_docs,
    reason = "utc_domain::Meta documents each member, with its unit"
)]
pub struct MetaClaims {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act_before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer_digest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval_backlog: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval_saturated: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approvals_open: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change_point: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config_digest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config_version: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<SignalClaims>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_wait_minutes: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features_ts: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forecast: Option<ForecastClaims>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<KeyClaims>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lambda_est: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_before: Option<LogBeforeClaims>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loosens: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest_digest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mu_est: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub over_share: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pinned: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub population: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_level: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protection_level: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quorum: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replay: Option<ReplayClaims>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_digest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rho: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk_score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risky: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signal_rho: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_limit: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_limit: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upstream_status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vote: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub votes: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub would_be: Option<String>,
}
