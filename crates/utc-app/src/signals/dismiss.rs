//! A person's word that an event does not count.

use std::sync::Arc;

use utc_domain::{Code, Draft, Meta, PayloadHash, Reason, ReceiptId, ReceiptKind, Subject};
use utc_storage::journal::Tx;
use utc_storage::rows::events::{self, Dismissal, EventRow};
use utc_storage::rows::{risks, unit_signals};
use utc_tdx::ContentHash;

use crate::console::Console;
use crate::draft::change;
use crate::task::Plan;
use crate::units::stored::policy_in;
use crate::{AppError, By, Ticket};

impl Console {
    /// Dismisses an event: it is kept and shown, and weighs nothing from now on. A flag that rests on it clears as any does.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where there is none of this digest; [`AppError::Conflict`] where it was dismissed already, or
    /// raises nothing.
    pub fn dismiss_event(
        &self,
        actor: impl Into<By>,
        hash: ContentHash,
        reason: Reason,
    ) -> Ticket<ReceiptId> {
        let wake = Arc::clone(self.wake());
        self.control_by(actor, move |tx, actor| {
            let row = found(tx, hash)?;
            let draft = receipt(tx, actor, &row, hash, &reason)?;
            let dismissal = Dismissal {
                at: tx.now().as_micros(),
                by: actor.as_str(),
                reason: reason.as_str(),
                receipt_id: &draft.id.to_string(),
            };
            events::dismiss(tx.db(), row.seq, &dismissal)?;
            unit_signals::silence(tx.db(), row.seq)?;
            risks::revise(tx.db())?;
            let stamp = tx.now().as_micros();
            for unit in unit_signals::units_of(tx.db(), row.seq)? {
                risks::put_due(tx.db(), &unit, stamp)?;
            }
            let wake = Arc::clone(&wake);
            Ok(Plan {
                answer: draft.id,
                drafts: vec![draft],
                publish: Some(Box::new(move |_| wake.due())),
            })
        })
    }
}

fn found(tx: &mut Tx<'_>, hash: ContentHash) -> Result<EventRow, AppError> {
    let row = events::by_hash(tx.db(), hash.as_bytes())?;
    let row = row.ok_or_else(|| AppError::NotFound {
        what: "event",
        name: hash.to_string(),
    })?;
    let objection = if row.dismissed_at.is_some() {
        Some(("event_dismissed", "it was dismissed already"))
    } else if row.meaning != "raises" {
        Some((
            "event_weightless",
            "it raises no score, so there is nothing to dismiss",
        ))
    } else {
        None
    };
    match objection {
        None => Ok(row),
        Some((code, message)) => Err(AppError::Conflict {
            code,
            message: message.to_owned(),
        }),
    }
}

fn receipt(
    tx: &mut Tx<'_>,
    actor: &Subject,
    row: &EventRow,
    hash: ContentHash,
    reason: &Reason,
) -> Result<Draft, AppError> {
    let text = format!(
        "{actor} dismissed a signal of source `{}` ({}, {}): {reason}",
        row.source, row.topic, row.severity
    );
    let policy = policy_in(tx)?;
    let kind = ReceiptKind::RiskChange;
    let draft = change(kind, Code::EventDismissed, actor.clone(), text, policy);
    let meta = Meta {
        event: Some(PayloadHash::from_sha256(hash.as_bytes())),
        ..Meta::default()
    };
    Ok(Draft { meta, ..draft })
}
