//! What is recorded about the log itself when it is opened.

use std::sync::Arc;

use utc_domain::{Code, Draft, LogBefore, Meta, ReceiptKind, Subject};
use utc_storage::journal::Tx;
use utc_storage::rows::signers;

use super::Guard;
use super::closing::{Closed, close};
use super::judge::Due;
use super::start::Opened;
use crate::console::Console;
use crate::draft::{change, system_subject};
use crate::task::Plan;
use crate::units::stored::policy_in;
use crate::{AppError, Ticket};

/// Records what is due.
pub(crate) fn settle(console: &Console, opened: &Opened) -> Result<Option<Closed>, AppError> {
    match &opened.due {
        None => Ok(None),
        Some(Due::Register) => {
            let actor = system_subject("system:utc");
            let reason = "The key that signs checkpoints of the log is registered.".to_owned();
            record(console, opened.vkey.clone(), Recorded::key(actor, reason)).wait()?;
            Ok(None)
        }
        Some(Due::Adopt(actor)) => {
            let reason = format!(
                "{actor} accepted the log as it is found: nothing outside the database remembered it any more."
            );
            let adopted = Recorded {
                code: Code::LogAdopted,
                ..Recorded::key(actor.clone(), reason)
            };
            record(console, opened.vkey.clone(), adopted).wait()?;
            Ok(None)
        }
        Some(Due::SetBack {
            actor,
            reason,
            before,
            vkey,
        }) => set_back(console, actor, reason, before, vkey),
    }
}

fn set_back(
    console: &Console,
    actor: &Subject,
    reason: &str,
    before: &Guard,
    vkey: &str,
) -> Result<Option<Closed>, AppError> {
    let reason = format!(
        "{actor} accepted that `{}` was set back from {} receipts: {reason}",
        before.origin, before.size
    );
    let recorded = Recorded {
        actor: actor.clone(),
        code: Code::LogSetBack,
        reason,
        before: Some(LogBefore {
            origin: before.origin.clone(),
            size: before.size,
            root: before.root.to_string(),
        }),
    };
    let (cache, actor) = (Arc::clone(console.cache()), actor.clone());
    let vkey = vkey.to_owned();
    // One transaction: a server that starts after it finds everything closed, one before it does not start.
    let closed = console.control(move |tx| {
        let recorded = register(tx, &vkey, &recorded)?;
        let Plan {
            drafts,
            answer,
            publish,
        } = recorded.and(close(tx, &cache, &actor)?);
        Ok(Plan {
            drafts,
            answer: answer.1,
            publish,
        })
    });
    let closed = closed.wait()?;
    let options = console.options();
    let file = options.log.guard_path(&options.data_dir);
    let kept = before
        .keep(&file)
        .map_err(|error| AppError::Internal(Box::new(error)))?;
    tracing::warn!(guard = %kept.display(), "the guard of the log before it was set back is kept");
    let remembered = console.keeper().take_over();
    remembered.map_err(|fault| AppError::Internal(Box::new(fault)))?;
    Ok(Some(closed))
}

/// A receipt about the log itself.
pub(super) struct Recorded {
    pub(super) actor: Subject,
    pub(super) code: Code,
    pub(super) reason: String,
    pub(super) before: Option<LogBefore>,
}

impl Recorded {
    pub(super) fn key(actor: Subject, reason: String) -> Self {
        Self {
            actor,
            code: Code::LogKeyRegistered,
            reason,
            before: None,
        }
    }
}

/// Appends the receipt, and from it on `vkey` is the log's.
pub(super) fn record(console: &Console, vkey: String, recorded: Recorded) -> Ticket<()> {
    console.control(move |tx| register(tx, &vkey, &recorded))
}

fn register(tx: &mut Tx<'_>, vkey: &str, recorded: &Recorded) -> Result<Plan<()>, AppError> {
    let active = signers::active(tx.db())?;
    if active.is_none_or(|active| active.vkey != vkey) {
        let at = i64::try_from(tx.size()).unwrap_or(i64::MAX);
        signers::change(tx.db(), vkey, at)?;
    }
    let policy = policy_in(tx)?;
    let draft = change(
        ReceiptKind::KeyChange,
        recorded.code,
        recorded.actor.clone(),
        recorded.reason.clone(),
        policy,
    );
    let meta = Meta {
        log_key: Some(vkey.to_owned()),
        log_before: recorded.before.clone(),
        ..Meta::default()
    };
    Ok(Plan {
        drafts: vec![Draft { meta, ..draft }],
        answer: (),
        publish: None,
    })
}
