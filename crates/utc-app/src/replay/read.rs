//! From a receipt to what its decision was judged by.

use std::fmt;
use std::str::FromStr;

use utc_attestation::{Claims, MetaClaims};
use utc_domain::{ApprovalQueue, Decision, Mode, ProtectionLevel, ReceiptKind, SubjectShare};
use utc_policy::{ENGINE, Inputs, UnitView, Wording};

/// Why a decision cannot be computed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Obstacle {
    /// What is stored is not a receipt that verifies with the keys that are configured here.
    Unverified,
    /// There is nothing at a position of the log.
    Missing,
    /// A receipt is filed under another position, id, time, kind or unit than it says.
    Misfiled,
    /// The tag is right, of a key that was not the log's at that position.
    ForeignKey,
    /// Another version of the evaluator decided.
    OtherEngine,
    /// The receipt does not hold something that the evaluator needs.
    Incomplete,
    /// The policy set that the receipt names is not there, or this evaluator cannot read it.
    PolicyUnknown,
    /// The policy set that is there is not the one that the receipt names by its digest.
    PolicyDiffers,
}

impl Obstacle {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unverified => "unverified",
            Self::Missing => "missing",
            Self::Misfiled => "misfiled",
            Self::ForeignKey => "foreign_key",
            Self::OtherEngine => "other_engine",
            Self::Incomplete => "incomplete",
            Self::PolicyUnknown => "policy_unknown",
            Self::PolicyDiffers => "policy_differs",
        }
    }

    /// What it means, in a sentence.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::Unverified => {
                "What is stored does not verify as this receipt with the keys that are configured here."
            }
            Self::Missing => "There is nothing at this position of the log.",
            Self::Misfiled => {
                "The columns beside the receipt say something else than the receipt: it is filed as what it is not."
            }
            Self::ForeignKey => "The key that signed this was not the log's at its position.",
            Self::OtherEngine => "Another version of the evaluator decided; use that one.",
            Self::Incomplete => "The receipt does not hold something that the evaluator needs.",
            Self::PolicyUnknown => {
                "The policy set that the receipt names is not there, or this evaluator cannot read it."
            }
            Self::PolicyDiffers => {
                "The stored policy set is not the one that the receipt names by its digest."
            }
        }
    }
}

impl Obstacle {
    /// Whether it shows by itself that the log was changed. Then a faithful run counts it as different.
    pub fn is_finding(self) -> bool {
        match self {
            Self::Missing | Self::Misfiled | Self::ForeignKey => true,
            Self::Unverified
            | Self::OtherEngine
            | Self::Incomplete
            | Self::PolicyUnknown
            | Self::PolicyDiffers => false,
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A decision that cannot be computed again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotReplayable {
    /// Why.
    pub obstacle: Obstacle,
    /// What exactly is in the way.
    pub detail: String,
}

impl NotReplayable {
    pub(super) fn new(obstacle: Obstacle, detail: impl Into<String>) -> Self {
        Self {
            obstacle,
            detail: detail.into(),
        }
    }
}

/// What a receipt holds of a decision.
pub(super) struct Recorded {
    pub(super) inputs: Inputs,
    pub(super) load: Load,
    pub(super) wording: Wording,
    /// The answer that binds, or would bind if it were enforced.
    pub(super) judged: Decision,
}

/// What of a unit's load its level may follow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Load {
    pub(super) pinned: bool,
    pub(super) rho: Option<f64>,
    pub(super) change_point: bool,
}

impl Recorded {
    pub(super) fn read(claims: &Claims) -> Result<Self, NotReplayable> {
        if claims.kind != ReceiptKind::Decision.as_str() {
            let detail = format!("it is filed as a decision and is of kind `{}`", claims.kind);
            return Err(NotReplayable::new(Obstacle::Unverified, detail));
        }
        let engine = (claims.engine.name.as_str(), claims.engine.version.as_str());
        if engine != ENGINE {
            let detail = format!(
                "decided by {} {}, this is {} {}",
                engine.0, engine.1, ENGINE.0, ENGINE.1
            );
            return Err(NotReplayable::new(Obstacle::OtherEngine, detail));
        }
        let meta = &claims.meta;
        let decision = text("decision", claims.decision.as_ref())?;
        let judged = meta.would_be.as_ref().unwrap_or(decision);
        Ok(Self {
            inputs: inputs(claims)?,
            load: Load {
                pinned: needed("meta.pinned", meta.pinned)?,
                rho: meta.rho,
                change_point: meta.change_point.unwrap_or(false),
            },
            judged: word("decision", Some(judged))?,
            wording: Wording {
                decision: decision.clone(),
                would_be: meta.would_be.clone(),
                code: claims.code.clone(),
                rules: claims.rules.clone(),
                grant: text("meta.grant", meta.grant.as_ref())?.clone(),
                reason: claims.reason.clone(),
            },
        })
    }
}

fn inputs(claims: &Claims) -> Result<Inputs, NotReplayable> {
    let meta = &claims.meta;
    let level: ProtectionLevel = word("meta.protection_level", meta.protection_level.as_ref())?;
    let mode: Mode = word("meta.mode", meta.mode.as_ref())?;
    Ok(Inputs {
        action: word("action", claims.action.as_ref())?,
        unit: word("unit", claims.unit.as_ref())?,
        grant: word("meta.grant", meta.grant.as_ref())?,
        approval_queue: queue(meta)?,
        // Absent in receipts of subjects within their share, and in those from before shares were looked at.
        share: match meta.over_share {
            Some(true) => SubjectShare::Beyond,
            Some(false) | None => SubjectShare::Fair,
        },
        view: UnitView {
            level,
            risky: needed("meta.risky", meta.risky)?,
            mode,
            known: needed("meta.known", meta.known)?,
        },
    })
}

/// What [`ApprovalQueue::record_in`] wrote down.
fn queue(meta: &MetaClaims) -> Result<ApprovalQueue, NotReplayable> {
    if !needed("meta.approval_saturated", meta.approval_saturated)? {
        return Ok(ApprovalQueue::Open);
    }
    let open = || needed("meta.approvals_open", meta.approvals_open);
    Ok(match (meta.subject_limit, meta.token_limit) {
        (Some(limit), _) => ApprovalQueue::SubjectLimit {
            open: open()?,
            limit,
        },
        (None, Some(limit)) => ApprovalQueue::TokenLimit {
            open: open()?,
            limit,
        },
        (None, None) => ApprovalQueue::Saturated {
            expected_wait_minutes: needed(
                "meta.expected_wait_minutes",
                meta.expected_wait_minutes,
            )?,
            backlog: needed("meta.approval_backlog", meta.approval_backlog)?,
        },
    })
}

fn needed<T>(claim: &str, value: Option<T>) -> Result<T, NotReplayable> {
    value.ok_or_else(|| NotReplayable::new(Obstacle::Incomplete, format!("`{claim}` is missing")))
}

fn text<'a>(claim: &str, value: Option<&'a String>) -> Result<&'a String, NotReplayable> {
    needed(claim, value)
}

fn word<T: FromStr>(claim: &str, value: Option<&String>) -> Result<T, NotReplayable> {
    let text = text(claim, value)?;
    text.parse().map_err(|_| {
        let detail = format!("`{claim}` cannot be read: `{}`", text.escape_debug());
        NotReplayable::new(Obstacle::Incomplete, detail)
    })
}

#[cfg(test)]
mod tests;
