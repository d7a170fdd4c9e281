//! Keys of receipts: rotation, and what others could sign with.

mod compromise;

pub use compromise::Compromise;

use utc_domain::{Code, Draft, KeyChange, KeyId, KeyState, Meta, ReceiptId, ReceiptKind, Subject};
use utc_storage::journal::Tx;
use utc_storage::rows::keys;

use crate::console::Console;
use crate::draft::change;
use crate::task::Plan;
use crate::units::stored::policy_in;
use crate::{AppError, Ticket};

impl Console {
    /// Makes the next secret's key the log's active key. The receipt of the change is signed by the old key;
    /// every server that holds both goes over with the receipt after it.
    pub fn rotate_key(&self, actor: Subject) -> Ticket<(KeyId, ReceiptId)> {
        let Some(next) = self.key_ring().next().cloned() else {
            let message =
                "set HMAC_SECRET_NEXT to the new secret first, on every server".to_owned();
            return Ticket::ready(Err(AppError::Conflict {
                code: "no_next_key",
                message,
            }));
        };
        self.control(move |tx: &mut Tx<'_>| {
            let last = i64::try_from(tx.size()).unwrap_or(i64::MAX);
            let known = keys::all(tx.db())?;
            if known.iter().any(|key| key.kid == next.as_str()) {
                let message = format!("key `{next}` has signed in this log already");
                return Err(AppError::Conflict {
                    code: "key_used",
                    message,
                });
            }
            let mut changes: Vec<KeyChange> = Vec::new();
            for key in known
                .iter()
                .filter(|key| key.state == KeyState::Active.as_str())
            {
                let kid = crate::units::stored::parse("log_keys.kid", &key.kid)?;
                changes.push(KeyChange {
                    kid,
                    state: KeyState::Retired,
                });
            }
            changes.push(KeyChange {
                kid: next.clone(),
                state: KeyState::Active,
            });
            keys::rotate(tx.db(), next.as_str(), last)?;
            tx.rotate_key(next.clone());
            let policy = policy_in(tx)?;
            let reason =
                format!("{actor} made {next} the key that signs from the next receipt on.");
            let draft = change(
                ReceiptKind::KeyChange,
                Code::KeyRotated,
                actor.clone(),
                reason,
                policy,
            );
            let draft = Draft {
                meta: Meta {
                    keys: changes,
                    ..Meta::default()
                },
                ..draft
            };
            Ok(Plan {
                answer: (next.clone(), draft.id),
                drafts: vec![draft],
                publish: None,
            })
        })
    }
}
