//! The secrets of webhooks move to the active data key.

use std::sync::Arc;

use utc_domain::WebhookId;
use utc_storage::journal::Tx;
use utc_storage::rows::webhooks::{self, WebhookRow};

use super::secret::moved;
use super::stored;
use crate::console::Console;
use crate::gateway::Resealed;
use crate::identity::Vault;
use crate::task::Plan;
use crate::{AppError, Ticket};

impl Console {
    /// Moves the secrets of all webhooks to the active data key, in one transaction: there are few. One that does not sign
    /// any more is forgotten instead. Changes no meaning, so there is no receipt.
    pub fn reseal_webhooks(&self) -> Ticket<Resealed> {
        let vault = Arc::clone(self.vault());
        self.control(move |tx| {
            let mut all = Resealed::default();
            for row in webhooks::all(tx.db())? {
                move_row(tx, &vault, row, &mut all)?;
            }
            Ok(Plan::silent(all))
        })
    }
}

fn move_row(
    tx: &mut Tx<'_>,
    vault: &Vault,
    row: WebhookRow,
    all: &mut Resealed,
) -> Result<(), AppError> {
    let id = stored::id(&row)?;
    let before = row.clone();
    let mut row = row;
    if row
        .previous_until
        .is_some_and(|until| until <= tx.now().as_micros())
    {
        (row.previous_secret, row.previous_until) = (None, None);
    }
    for secret in [&mut row.secret, &mut row.previous_secret]
        .into_iter()
        .flatten()
    {
        move_secret(vault, id, secret, all);
    }
    if row != before {
        webhooks::update(tx.db(), &row)?;
    }
    Ok(())
}

fn move_secret(vault: &Vault, id: WebhookId, secret: &mut String, all: &mut Resealed) {
    match moved(vault, id, secret) {
        Ok(Some(new)) => {
            all.moved += 1;
            *secret = new;
        }
        Ok(None) => all.current += 1,
        Err(error) => {
            tracing::error!(webhook = %id, %error, "a sealed value does not open");
            all.unreadable += 1;
        }
    }
}
