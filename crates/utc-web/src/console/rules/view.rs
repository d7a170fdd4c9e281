//! What the page shows.

use serde::Serialize;
use utc_app::{AppError, Console, ObservedUnit, PolicyVersion, Principal, RuleState};
use utc_domain::{Role, Rule};
use utc_tdx::score::Owner;

use super::controls::{self, Control};
use crate::wire::receipts::cursor;

/// How many versions of the policy one page lists.
const LISTED: usize = 20;

/// The rule that trust signals switch.
const FLIPPED: Rule = Rule::ReadOnlyForRisky;

/// How receipts name what switches it.
const SCORER: &str = "system:tdx";

/// How many flips are shown, and among how many versions of the policy they are looked for.
const FLIPS: usize = 5;
const SEARCHED: i64 = 200;

/// Everything on the page.
#[derive(Serialize)]
pub(super) struct RulesView {
    rules: Vec<RuleRow>,
    policy_version: u64,
    policy_digest: String,
    may_switch: bool,
    trust: TrustView,
    observed: Vec<ObservedRow>,
    history: Vec<VersionRow>,
    next: Option<String>,
    is_newest: bool,
}

#[derive(Serialize)]
struct RuleRow {
    key: &'static str,
    description: &'static str,
    on: bool,
    updated_at: String,
    updated_by: String,
    receipt: String,
    controls: [Control; 3],
}

/// What trust signals did to the rule for risky units.
#[derive(Serialize)]
struct TrustView {
    key: &'static str,
    tone: &'static str,
    icon: &'static str,
    /// Whose the rule is, in two words.
    owner: &'static str,
    /// What that means.
    meaning: &'static str,
    is_persons: bool,
    flips: Vec<VersionRow>,
}

impl TrustView {
    /// The newest flips are looked for among the newest versions of the policy.
    fn of(rules: &[RuleState], versions: Vec<PolicyVersion>) -> Self {
        let state = rules.iter().find(|state| state.rule == FLIPPED);
        let owner = state.map_or(Owner::Nobody, |state| state.owner);
        let (tone, icon, words, meaning) = match owner {
            Owner::Nobody => (
                "good",
                "shield",
                "watching",
                "The scorer turns the rule on when a unit becomes risky, and off again when none is.",
            ),
            Owner::Job => (
                "warn",
                "shield",
                "turned on by signals",
                "The scorer turned the rule on. It turns it off when no unit is risky any more.",
            ),
            Owner::Person => (
                "info",
                "person",
                "set by a person",
                "A person set the rule, so the scorer leaves it alone until it is handed back.",
            ),
        };
        let by_itself = versions
            .into_iter()
            .filter(|version| version.changed_by.as_str() == SCORER);
        Self {
            key: FLIPPED.as_str(),
            tone,
            icon,
            owner: words,
            meaning,
            is_persons: owner == Owner::Person,
            flips: by_itself.take(FLIPS).map(VersionRow::from).collect(),
        }
    }
}

#[derive(Serialize)]
struct ObservedRow {
    unit: String,
    looked_at: usize,
    held: usize,
    refused: usize,
    example: Option<String>,
}

#[derive(Serialize)]
struct VersionRow {
    version: i64,
    rule: Option<&'static str>,
    on: bool,
    by: String,
    reason: Option<String>,
    at: String,
    receipt: String,
}

impl RulesView {
    pub(super) fn of(
        console: &Console,
        by: &Principal,
        before: Option<i64>,
    ) -> Result<Self, AppError> {
        let wanted = i64::try_from(LISTED + 1).unwrap_or(i64::MAX);
        let mut history = console.rule_history(before, wanted)?;
        let more = history.len() > LISTED;
        history.truncate(LISTED);
        let last = history.last().filter(|_| more);
        let policy = console.policy();
        let rules = console.rules()?;
        Ok(Self {
            next: last.map(|last| format!("/rules?cursor={}", cursor(&last.version.to_string()))),
            trust: TrustView::of(&rules, console.rule_history(None, SEARCHED)?),
            rules: rules.into_iter().map(RuleRow::from).collect(),
            policy_version: policy.reference().version,
            policy_digest: policy.reference().digest.clone(),
            may_switch: by.may_everywhere(Role::Operator).is_ok(),
            observed: console
                .observed_units(by)?
                .into_iter()
                .map(ObservedRow::from)
                .collect(),
            history: history.into_iter().map(VersionRow::from).collect(),
            is_newest: before.is_none(),
        })
    }
}

impl From<RuleState> for RuleRow {
    fn from(state: RuleState) -> Self {
        Self {
            key: state.rule.as_str(),
            description: state.rule.description(),
            on: state.enabled,
            updated_at: state.updated_at.to_string(),
            updated_by: state.updated_by.to_string(),
            receipt: state.receipt_id.to_string(),
            controls: controls::of(state.rule),
        }
    }
}

impl From<ObservedUnit> for ObservedRow {
    fn from(unit: ObservedUnit) -> Self {
        Self {
            unit: unit.unit.to_string(),
            looked_at: unit.looked_at,
            held: unit.held,
            refused: unit.refused,
            example: unit.example,
        }
    }
}

impl From<PolicyVersion> for VersionRow {
    fn from(version: PolicyVersion) -> Self {
        Self {
            version: version.version,
            rule: version.switched.map(|(rule, _)| rule.as_str()),
            on: version.switched.is_some_and(|(_, on)| on),
            by: version.changed_by.to_string(),
            reason: version.reason,
            at: version.ts.to_string(),
            receipt: version.receipt_id.to_string(),
        }
    }
}
