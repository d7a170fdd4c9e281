//! The policy switches.

use utc_domain::{Code, Draft, Meta, Reason, ReceiptId, ReceiptKind, Rule, Subject};
use utc_storage::journal::Tx;
use utc_storage::rows::rules::{self, PolicyVersionRow, RuleRow};

use crate::console::Console;
use crate::draft::change;
use crate::genesis::insert_version;
use crate::task::Plan;
use crate::units::stored;
use crate::{AppError, Ticket};

/// A switch to set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleChange {
    /// Which.
    pub rule: Rule,
    /// On or off.
    pub enabled: bool,
    /// Why.
    pub reason: Option<Reason>,
    /// Who sets it.
    pub actor: Subject,
}

/// A switch was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleChanged {
    /// The receipt.
    pub receipt_id: ReceiptId,
    /// The number of the policy set from now on.
    pub policy_version: u64,
}

impl Console {
    /// Sets a switch. A receipt records it also when it was set already: someone said so. Once this is
    /// answered, no later answer of any server follows the old rule.
    pub fn set_rule(&self, request: RuleChange) -> Ticket<RuleChanged> {
        self.control(move |tx: &mut Tx<'_>| {
            let policy = stored::policy_set_in(tx)?.with_rule(request.rule, request.enabled);
            tx.change_state();
            let draft = receipt(&request, policy.reference().clone());
            let now = tx.now().as_micros();
            let row = RuleRow {
                key: request.rule.to_string(),
                enabled: request.enabled,
                updated_at: now,
                updated_by: request.actor.to_string(),
                receipt_id: draft.id.to_string(),
            };
            rules::update(tx.db(), &row)?;
            let switched = Some((request.rule, request.enabled));
            let reason = request.reason.as_ref().map(ToString::to_string);
            insert_version(tx.db(), &policy, &draft, switched, reason, now)?;
            let answer = RuleChanged {
                receipt_id: draft.id,
                policy_version: policy.reference().version,
            };
            Ok(Plan {
                drafts: vec![draft],
                answer,
                publish: Some(Box::new(move |cache| cache.set_policy(policy.clone()))),
            })
        })
    }

    /// Every switch. Blocks.
    pub fn rules(&self) -> Result<Vec<RuleRow>, AppError> {
        self.store().read(rules::all).map_err(Into::into)
    }

    /// Versions of the policy set below `before`, newest first. Blocks.
    pub fn rule_history(
        &self,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<PolicyVersionRow>, AppError> {
        self.store()
            .read(|db| rules::versions(db, before, limit))
            .map_err(Into::into)
    }
}

fn receipt(request: &RuleChange, policy: utc_domain::PolicyRef) -> Draft {
    let state = if request.enabled { "on" } else { "off" };
    let why = request
        .reason
        .as_ref()
        .map_or_else(|| ".".to_owned(), |reason| format!(": {reason}"));
    let reason = format!(
        "{} turned rule {} {state}{why}",
        request.actor, request.rule
    );
    let meta = Meta {
        rule: Some(request.rule),
        enabled: Some(request.enabled),
        ..Meta::default()
    };
    let draft = change(
        ReceiptKind::PolicyChange,
        Code::RuleChanged,
        request.actor.clone(),
        reason,
        policy,
    );
    Draft { meta, ..draft }
}
