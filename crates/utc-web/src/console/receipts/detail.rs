//! One receipt: what it says, what belongs to it, its bytes.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use utc_app::{AppError, Console, Principal};
use utc_attestation::{Claims, SignalClaims};
use utc_domain::{ReceiptId, Role};

use super::facts::{Fact, facts, is_decision};
use super::timeline::{Step, steps};
use super::verify::ChecksView;

/// Everything on the page.
#[derive(Serialize)]
pub(super) struct DetailView {
    id: String,
    seq: u64,
    at: String,
    unit: Option<String>,
    says: Option<Summary>,
    timeline: Vec<Step>,
    claims: String,
    jws: String,
    link: String,
    checks: Option<ChecksView>,
    proof: Option<String>,
    /// Whether there is something to erase, and whoever looks may.
    erases: bool,
}

/// The claims that a person reads first.
#[derive(Serialize)]
struct Summary {
    kind: String,
    decision: Option<String>,
    would_be: Option<String>,
    code: String,
    subject: String,
    action: Option<String>,
    reason: String,
    /// Only of decisions: what spoke against it.
    rules: Option<Vec<String>>,
    facts: Vec<Fact>,
    /// The signals that it rests on.
    evidence: Vec<SignalClaims>,
    payload_hash: Option<String>,
    policy_version: u64,
    policy_digest: String,
    level: Option<String>,
    rho: Option<f64>,
    lambda: Option<f64>,
    mu: Option<f64>,
    act_before: Option<String>,
    about: Option<String>,
    approval: Option<String>,
}

impl DetailView {
    pub(super) fn of(
        console: &Console,
        by: &Arc<Principal>,
        id: ReceiptId,
        verify: bool,
        host: &str,
    ) -> Result<Self, AppError> {
        let stored = console.receipt(by, id)?;
        let claims = claims(&stored.receipt);
        let link = claims.as_ref().and_then(|claims| claims.link.as_ref());
        let approval = link.and_then(|link| link.approval.as_deref()?.parse().ok());
        let timeline = match approval {
            Some(approval) => steps(console, by, approval)?,
            None => Vec::new(),
        };
        let (checks, proof) = if verify {
            let checks = ChecksView::from(console.verify(stored.receipt.as_bytes())?);
            (
                Some(checks),
                Some(console.receipt_proof(by, id)?.to_string()),
            )
        } else {
            (None, None)
        };
        let base = console.options().public_url.clone();
        let base = base.unwrap_or_else(|| format!("http://{host}"));
        Ok(Self {
            link: format!("{}/receipts/{id}", base.trim_end_matches('/')),
            seq: stored.seq,
            at: stored.ts.to_string(),
            erases: may_erase(by, stored.unit.as_deref()) && console.keeps_input(id)?,
            unit: stored.unit,
            timeline,
            claims: pretty(&stored.receipt),
            says: claims.map(Summary::from),
            id: stored.id,
            jws: stored.receipt,
            checks,
            proof,
        })
    }
}

fn may_erase(by: &Principal, unit: Option<&str>) -> bool {
    by.holds(Role::Operator).is_ok() && by.sees(unit)
}

impl From<Claims> for Summary {
    fn from(claims: Claims) -> Self {
        let facts = facts(&claims);
        let decided = is_decision(&claims);
        let link = claims.link;
        Self {
            facts,
            evidence: claims.meta.evidence,
            kind: claims.kind,
            decision: claims.decision,
            would_be: claims.meta.would_be,
            code: claims.code,
            subject: claims.sub,
            action: claims.action,
            reason: claims.reason,
            rules: decided.then_some(claims.rules),
            payload_hash: claims.payload_hash,
            policy_version: claims.policy.version,
            policy_digest: claims.policy.digest,
            level: claims.meta.protection_level.filter(|_| decided),
            rho: claims.meta.rho,
            lambda: claims.meta.lambda_est,
            mu: claims.meta.mu_est,
            act_before: claims.meta.act_before,
            about: link.as_ref().and_then(|link| link.receipt.clone()),
            approval: link.and_then(|link| link.approval),
        }
    }
}

fn part(jws: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(jws.split('.').nth(1)?).ok()
}

/// The claims of a stored receipt; none where they cannot be read.
pub(super) fn claims(jws: &str) -> Option<Claims> {
    serde_json::from_slice(&part(jws)?).ok()
}

/// All claims, for reading: also those that this release does not know.
fn pretty(jws: &str) -> String {
    let value: Option<serde_json::Value> =
        part(jws).and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let text = value.and_then(|value| serde_json::to_string_pretty(&value).ok());
    text.unwrap_or_else(|| "The claims cannot be read.".to_owned())
}
