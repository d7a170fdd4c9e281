//! The policy switches.

use std::sync::Arc;

use utc_domain::{Code, Draft, Meta, Reason, ReceiptId, ReceiptKind, Rule, Subject, Timestamp};
use utc_storage::StorageError;
use utc_storage::journal::Tx;
use utc_storage::rows::rules::{self, PolicyVersionRow, RuleRow};
use utc_tdx::score::Owner;

use crate::approvals::{Void, void};
use crate::cache::StateCache;
use crate::console::Console;
use crate::draft::change;
use crate::genesis::insert_version;
use crate::task::Plan;
use crate::units::stored;
use crate::{AppError, By, Ticket};

/// A switch to set.
#[derive(Debug, Clone)]
pub struct RuleChange {
    /// Which.
    pub rule: Rule,
    /// On or off.
    pub enabled: bool,
    /// Why.
    pub reason: Option<Reason>,
    /// Who sets it.
    pub actor: By,
}

/// A switch was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleChanged {
    /// The receipt.
    pub receipt_id: ReceiptId,
    /// The number of the policy set from now on.
    pub policy_version: u64,
}

/// A switch as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleState {
    /// Which.
    pub rule: Rule,
    /// Whether it is on.
    pub enabled: bool,
    /// When it was last set.
    pub updated_at: Timestamp,
    /// Who set it.
    pub updated_by: Subject,
    /// The receipt of that.
    pub receipt_id: ReceiptId,
    /// Whose setting that is. The scorer switches no rule that is a person's.
    pub owner: Owner,
}

impl TryFrom<RuleRow> for RuleState {
    type Error = StorageError;

    fn try_from(row: RuleRow) -> Result<Self, StorageError> {
        Ok(Self {
            rule: stored::parse("rules.key", &row.key)?,
            enabled: row.enabled,
            updated_at: Timestamp::from_micros(row.updated_at),
            updated_by: stored::parse("rules.updated_by", &row.updated_by)?,
            receipt_id: stored::parse("rules.receipt_id", &row.receipt_id)?,
            owner: stored::parse("rules.owner", &row.owner)?,
        })
    }
}

/// One version of the policy set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyVersion {
    /// From 1, without gaps.
    pub version: i64,
    /// `sha256:` digest of the set's canonical JSON.
    pub digest: String,
    /// The rule that was set and what to; none for the first version and for settings.
    pub switched: Option<(Rule, bool)>,
    /// Who did it.
    pub changed_by: Subject,
    /// Why, in their words.
    pub reason: Option<String>,
    /// The receipt.
    pub receipt_id: ReceiptId,
    /// When.
    pub ts: Timestamp,
}

impl TryFrom<PolicyVersionRow> for PolicyVersion {
    type Error = StorageError;

    fn try_from(row: PolicyVersionRow) -> Result<Self, StorageError> {
        let rule = row.rule.as_deref();
        let rule: Option<Rule> = rule
            .map(|key| stored::parse("policy_versions.rule", key))
            .transpose()?;
        Ok(Self {
            version: row.version,
            digest: row.digest,
            switched: rule.zip(row.enabled),
            changed_by: stored::parse("policy_versions.changed_by", &row.changed_by)?,
            reason: row.reason,
            receipt_id: stored::parse("policy_versions.receipt_id", &row.receipt_id)?,
            ts: Timestamp::from_micros(row.ts),
        })
    }
}

impl Console {
    /// Sets a switch. A receipt records it also when it was set already: someone said so. Once this is
    /// answered, no later answer of any server follows the old rule.
    pub fn set_rule(&self, request: RuleChange) -> Ticket<RuleChanged> {
        let cache = Arc::clone(self.cache());
        self.control_by(request.actor.clone(), move |tx, actor| {
            switch(tx, &cache, &request, actor)
        })
    }

    /// Leaves a rule to the scorer again: its setting stays, and is nobody's from now on.
    ///
    /// # Errors
    /// [`AppError::Conflict`] when it is no person's.
    pub fn hand_back_rule(&self, rule: Rule, actor: impl Into<By>) -> Ticket<ReceiptId> {
        self.control_by(actor, move |tx, actor| hand_back(tx, rule, actor))
    }

    /// Every switch. Blocks.
    pub fn rules(&self) -> Result<Vec<RuleState>, AppError> {
        let rows = self.store().read(rules::all)?;
        let states: Result<_, StorageError> = rows.into_iter().map(RuleState::try_from).collect();
        states.map_err(Into::into)
    }

    /// Versions of the policy set below `before`, newest first. Blocks.
    pub fn rule_history(
        &self,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<PolicyVersion>, AppError> {
        let rows = self.store().read(|db| rules::versions(db, before, limit))?;
        let versions: Result<_, StorageError> =
            rows.into_iter().map(PolicyVersion::try_from).collect();
        versions.map_err(Into::into)
    }
}

fn hand_back(tx: &mut Tx<'_>, rule: Rule, actor: &Subject) -> Result<Plan<ReceiptId>, AppError> {
    let row = rules::find(tx.db(), rule.as_str())?.ok_or(StorageError::NotFound)?;
    if row.owner != Owner::Person.as_str() {
        return Err(AppError::Conflict {
            code: "not_a_persons",
            message: format!("nobody took rule {rule} over; the scorer may switch it anyway"),
        });
    }
    let policy = stored::policy_in(tx)?;
    let reason = format!("{actor} leaves rule {rule} to the scorer again.");
    let kind = ReceiptKind::ConfigChange;
    let draft = change(kind, Code::RuleHandedBack, actor.clone(), reason, policy);
    let meta = Meta {
        rule: Some(rule),
        enabled: Some(row.enabled),
        ..Meta::default()
    };
    let owner = Owner::Nobody.to_string();
    rules::update(tx.db(), &RuleRow { owner, ..row })?;
    Ok(Plan {
        answer: draft.id,
        drafts: vec![Draft { meta, ..draft }],
        publish: None,
    })
}

/// Sets a switch in this transaction on a person's word, and voids what it contradicts.
pub(crate) fn switch(
    tx: &mut Tx<'_>,
    cache: &StateCache,
    request: &RuleChange,
    actor: &Subject,
) -> Result<Plan<RuleChanged>, AppError> {
    let switch = Switch {
        rule: request.rule,
        enabled: request.enabled,
        reason: request.reason.as_ref().map(ToString::to_string),
        owner: Owner::Person,
        seen: Meta::default(),
    };
    switch_as(tx, cache, &switch, actor)
}

/// A switch to set, whoever sets it.
pub(crate) struct Switch {
    /// Which.
    pub(crate) rule: Rule,
    /// On or off.
    pub(crate) enabled: bool,
    /// Why.
    pub(crate) reason: Option<String>,
    /// Whose setting it is from now on.
    pub(crate) owner: Owner,
    /// What led to it.
    pub(crate) seen: Meta,
}

/// Sets a switch in this transaction, and voids what it contradicts.
pub(crate) fn switch_as(
    tx: &mut Tx<'_>,
    cache: &StateCache,
    switch: &Switch,
    actor: &Subject,
) -> Result<Plan<RuleChanged>, AppError> {
    let policy = stored::policy_set_in(tx)?.with_rule(switch.rule, switch.enabled);
    tx.change_state();
    let draft = receipt(switch, actor, policy.reference().clone());
    let now = tx.now().as_micros();
    let row = RuleRow {
        key: switch.rule.to_string(),
        enabled: switch.enabled,
        updated_at: now,
        updated_by: actor.to_string(),
        receipt_id: draft.id.to_string(),
        owner: switch.owner.to_string(),
    };
    rules::update(tx.db(), &row)?;
    let switched = Some((switch.rule, switch.enabled));
    let reason = switch.reason.clone();
    insert_version(tx.db(), &policy, &draft, switched, reason, now)?;
    let (voided, change) = void(tx, cache, &Void::Policy(&policy), actor)?;
    let answer = RuleChanged {
        receipt_id: draft.id,
        policy_version: policy.reference().version,
    };
    Ok(Plan {
        drafts: std::iter::once(draft).chain(voided).collect(),
        answer,
        publish: Some(Box::new(move |cache| {
            cache.set_policy(policy.clone());
            change.publish(cache);
        })),
    })
}

fn receipt(switch: &Switch, actor: &Subject, policy: utc_domain::PolicyRef) -> Draft {
    let state = if switch.enabled { "on" } else { "off" };
    let why = switch
        .reason
        .as_ref()
        .map_or_else(|| ".".to_owned(), |reason| format!(": {reason}"));
    let reason = format!("{actor} turned rule {} {state}{why}", switch.rule);
    let meta = Meta {
        rule: Some(switch.rule),
        enabled: Some(switch.enabled),
        ..switch.seen.clone()
    };
    let draft = change(
        ReceiptKind::PolicyChange,
        Code::RuleChanged,
        actor.clone(),
        reason,
        policy,
    );
    Draft { meta, ..draft }
}
