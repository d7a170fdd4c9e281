//! A key that others could sign with.

use utc_domain::{
    Code, Draft, KeyChange, KeyId, KeyState, Meta, Reason, ReceiptId, ReceiptKind, Subject,
};
use utc_storage::journal::Tx;
use utc_storage::rows::keys::{self, CompromiseRow, KeyRow};

use crate::console::Console;
use crate::draft::change;
use crate::task::Plan;
use crate::units::stored::policy_in;
use crate::{AppError, Ticket};

/// What is said of a key.
#[derive(Debug, Clone)]
pub struct Compromise {
    /// Which key.
    pub kid: KeyId,
    /// The first position whose tag does not count: the size of the log when others may have learned the key.
    pub from: u64,
    /// How that is known.
    pub reason: Reason,
}

impl Console {
    /// Records that the tags of a key prove nothing from a position on. The key has to be retired: one that signs would go
    /// on to sign receipts that count for nothing. Said again, the smaller position holds.
    pub fn compromise_key(&self, actor: Subject, said: Compromise) -> Ticket<ReceiptId> {
        self.control(move |tx: &mut Tx<'_>| {
            let known = keys::all(tx.db())?;
            let from = position_in(&known, &said)?;
            let row = CompromiseRow {
                seq: i64::try_from(tx.size()).unwrap_or(i64::MAX),
                kid: said.kid.to_string(),
                from_seq: from,
            };
            keys::compromise(tx.db(), &row)?;
            let draft = change(
                ReceiptKind::KeyChange,
                Code::KeyCompromised,
                actor.clone(),
                sentence(&actor, &said),
                policy_in(tx)?,
            );
            let state = KeyState::Compromised { from: said.from };
            let changed = KeyChange {
                kid: said.kid.clone(),
                state,
            };
            let meta = Meta {
                keys: vec![changed],
                ..Meta::default()
            };
            Ok(Plan {
                answer: draft.id,
                drafts: vec![Draft { meta, ..draft }],
                publish: None,
            })
        })
    }
}

fn sentence(actor: &Subject, said: &Compromise) -> String {
    let Compromise { kid, from, reason } = said;
    format!("{actor} said that others could sign with {kid} from position {from} on: {reason}")
}

/// The position, where the key signed there and signs no more.
fn position_in(known: &[KeyRow], said: &Compromise) -> Result<i64, AppError> {
    let kid = &said.kid;
    let found = known.iter().find(|key| key.kid == kid.as_str());
    let key = found.ok_or_else(|| AppError::NotFound {
        what: "key",
        name: kid.to_string(),
    })?;
    let until = key.until_seq.ok_or_else(|| AppError::Conflict {
        code: "key_active",
        message: format!(
            "key `{kid}` still signs: set HMAC_SECRET_NEXT and run `utc-admin keys rotate` first"
        ),
    })?;
    let from = i64::try_from(said.from).unwrap_or(i64::MAX);
    if (key.from_seq..=until).contains(&from) {
        return Ok(from);
    }
    let signed = format!("key `{kid}` signed positions {} to {until}", key.from_seq);
    Err(AppError::invalid("/from", signed))
}
