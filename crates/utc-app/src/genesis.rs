//! The first entry of a log, and settings that a start takes over.

use std::sync::Arc;

use utc_domain::{Code, Draft, KeyChange, KeyState, Meta, ReceiptKind};
use utc_policy::PolicySet;
use utc_storage::connection::Db;
use utc_storage::journal::Tx;
use utc_storage::rows::rules::{self, PolicyVersionRow, RuleRow};
use utc_storage::rows::{keys, signers};
use utc_tdx::score::Owner;

use crate::approvals::{Void, void};
use crate::console::Console;
use crate::draft::{change, system_subject};
use crate::task::Plan;
use crate::units::stored;
use crate::{AppError, Ticket};

/// Position 0 registers the key that signs and the policy that is in force. Does nothing on a log that has begun.
pub(crate) fn create_log(console: &Console, vkey: String) -> Ticket<()> {
    let kid = console.key_ring().active().clone();
    let policy = PolicySet::initial(console.options().unknown_units);
    console.control(move |tx| {
        if tx.size() > 0 {
            return Ok(Plan {
                drafts: Vec::new(),
                answer: (),
                publish: None,
            });
        }
        let now = tx.now().as_micros();
        tx.change_state();
        let subject = system_subject("system:utc");
        let reason = format!("The log begins: key {kid} signs, no rule is on.");
        let draft = change(
            ReceiptKind::KeyChange,
            Code::LogCreated,
            subject,
            reason,
            policy.reference().clone(),
        );
        let meta = Meta {
            keys: vec![KeyChange {
                kid: kid.clone(),
                state: KeyState::Active,
            }],
            log_key: Some(vkey.clone()),
            ..Meta::default()
        };
        let draft = Draft { meta, ..draft };
        signers::change(tx.db(), &vkey, 0)?;
        keys::insert(tx.db(), kid.as_str(), 0)?;
        for rule in utc_domain::Rule::ALL {
            let row = RuleRow {
                key: rule.to_string(),
                enabled: false,
                updated_at: now,
                updated_by: draft.subject.to_string(),
                receipt_id: draft.id.to_string(),
                owner: Owner::Nobody.to_string(),
            };
            rules::insert(tx.db(), &row)?;
        }
        insert_version(tx.db(), &policy, &draft, None, None, now)?;
        Ok(Plan {
            drafts: vec![draft],
            answer: (),
            publish: None,
        })
    })
}

/// Makes a change of `UTC_UNKNOWN_UNITS` part of the policy, with a receipt.
pub(crate) fn adopt_settings(console: &Console) -> Ticket<()> {
    let wanted = console.options().unknown_units;
    let cache = Arc::clone(console.cache());
    console.control(move |tx: &mut Tx<'_>| {
        let current = stored::policy_set_in(tx)?;
        if current.unknown_units() == wanted {
            return Ok(Plan {
                drafts: Vec::new(),
                answer: (),
                publish: None,
            });
        }
        tx.change_state();
        let on: Vec<_> = utc_domain::Rule::ALL
            .into_iter()
            .filter(|rule| current.is_on(*rule))
            .collect();
        let policy = PolicySet::of(&on, wanted, current.reference().version + 1);
        let reason = format!(
            "UTC_UNKNOWN_UNITS is `{wanted}` from now on, it was `{}`.",
            current.unknown_units()
        );
        let subject = system_subject("system:utc");
        let draft = change(
            ReceiptKind::PolicyChange,
            Code::SettingChanged,
            subject,
            reason,
            policy.reference().clone(),
        );
        let now = tx.now().as_micros();
        insert_version(tx.db(), &policy, &draft, None, None, now)?;
        let (voided, change) = void(tx, &cache, &Void::Policy(&policy), &draft.subject)?;
        Ok(Plan {
            drafts: std::iter::once(draft).chain(voided).collect(),
            answer: (),
            publish: Some(Box::new(move |cache| {
                cache.set_policy(policy.clone());
                change.publish(cache);
            })),
        })
    })
}

/// Records a version of the policy set.
pub(crate) fn insert_version(
    db: &mut Db,
    policy: &PolicySet,
    draft: &Draft,
    switched: Option<(utc_domain::Rule, bool)>,
    reason: Option<String>,
    now: i64,
) -> Result<(), AppError> {
    let row = PolicyVersionRow {
        version: i64::try_from(policy.reference().version).unwrap_or(i64::MAX),
        digest: policy.reference().digest.clone(),
        canonical: policy.canonical_json(),
        rule: switched.map(|(rule, _)| rule.to_string()),
        enabled: switched.map(|(_, enabled)| enabled),
        changed_by: draft.subject.to_string(),
        reason,
        receipt_id: draft.id.to_string(),
        ts: now,
    };
    rules::insert_version(db, &row).map_err(Into::into)
}
