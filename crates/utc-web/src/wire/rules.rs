//! Rules on the wire.

use serde::{Deserialize, Serialize};
use utc_app::{By, PolicyVersion, RuleChange, RuleChanged, RuleState};
use utc_domain::Rule;
use utoipa::ToSchema;

use super::parts::Fields;
use crate::problem::Problem;

/// A policy switch.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RuleView {
    /// Its key.
    key: &'static str,
    /// Whether it is on.
    enabled: bool,
    /// What it does.
    description: &'static str,
    /// When it was last switched.
    updated_at: String,
    /// Who switched it.
    updated_by: String,
    /// The receipt of that.
    receipt_id: String,
    /// Whose setting it is: `nobody`, `job` (the scorer of trust signals), or `person`, which the scorer leaves alone.
    owner: &'static str,
}

impl From<RuleState> for RuleView {
    fn from(state: RuleState) -> Self {
        Self {
            description: state.rule.description(),
            key: state.rule.as_str(),
            enabled: state.enabled,
            updated_at: state.updated_at.to_string(),
            updated_by: state.updated_by.to_string(),
            receipt_id: state.receipt_id.to_string(),
            owner: state.owner.as_str(),
        }
    }
}

/// Every switch, and the policy set that they make.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RuleList {
    /// The switches.
    pub(crate) items: Vec<RuleView>,
    /// The number of the policy set.
    pub(crate) policy_version: u64,
    /// Its digest.
    pub(crate) policy_digest: String,
}

/// A switch to set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleBody {
    /// On or off.
    enabled: bool,
    /// Why, at most 1,000 characters.
    reason: Option<String>,
}

impl RuleBody {
    pub(crate) fn into_change(
        self,
        rule: Rule,
        actor: impl Into<By>,
    ) -> Result<RuleChange, Problem> {
        let mut fields = Fields::default();
        let reason = fields.read_optional("/reason", self.reason.as_deref());
        fields.finish()?;
        Ok(RuleChange {
            rule,
            enabled: self.enabled,
            reason,
            actor: actor.into(),
        })
    }
}

/// A switch was set.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RuleAnswer {
    /// Its key.
    pub(crate) key: &'static str,
    /// Whether it is on from now on.
    pub(crate) enabled: bool,
    /// The receipt.
    pub(crate) receipt_id: String,
    /// The number of the policy set from now on.
    pub(crate) policy_version: u64,
}

impl RuleAnswer {
    pub(crate) fn new(rule: Rule, enabled: bool, changed: &RuleChanged) -> Self {
        let receipt_id = changed.receipt_id.to_string();
        Self {
            key: rule.as_str(),
            enabled,
            receipt_id,
            policy_version: changed.policy_version,
        }
    }
}

/// One version of the policy set.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PolicyVersionView {
    /// From 1.
    version: i64,
    /// Its digest.
    digest: String,
    /// The rule that was switched; absent for the first version and for settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    /// What it was switched to.
    #[serde(skip_serializing_if = "Option::is_none")]
    enabled: Option<bool>,
    /// Who did it.
    changed_by: String,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The receipt.
    receipt_id: String,
    /// When.
    ts: String,
}

impl From<PolicyVersion> for PolicyVersionView {
    fn from(version: PolicyVersion) -> Self {
        Self {
            version: version.version,
            digest: version.digest,
            rule: version.switched.map(|(rule, _)| rule.as_str()),
            enabled: version.switched.map(|(_, enabled)| enabled),
            changed_by: version.changed_by.to_string(),
            reason: version.reason,
            receipt_id: version.receipt_id.to_string(),
            ts: version.ts.to_string(),
        }
    }
}

/// A page of the policy's history, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RuleHistory {
    /// The versions.
    pub(crate) items: Vec<PolicyVersionView>,
    /// Ask again with this `cursor`; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_cursor: Option<String>,
}
