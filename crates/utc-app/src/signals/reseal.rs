//! The secrets of sources move to the active data key.

use std::sync::Arc;

use utc_storage::journal::Tx;
use utc_storage::rows::sources::{self, SourceRow};
use utc_tdx::SourceName;

use super::secret::moved;
use super::stored::name;
use crate::console::Console;
use crate::gateway::Resealed;
use crate::identity::Vault;
use crate::task::Plan;
use crate::{AppError, Ticket};

impl Console {
    /// Moves the secrets of all sources to the active data key, in one transaction: there are few. One that does not verify
    /// any more is forgotten instead. Changes no meaning, so there is no receipt.
    pub fn reseal_sources(&self) -> Ticket<Resealed> {
        let vault = Arc::clone(self.vault());
        self.control(move |tx| {
            let mut all = Resealed::default();
            for row in sources::all(tx.db())? {
                move_row(tx, &vault, row, &mut all)?;
            }
            Ok(Plan::silent(all))
        })
    }
}

fn move_row(
    tx: &mut Tx<'_>,
    vault: &Vault,
    row: SourceRow,
    all: &mut Resealed,
) -> Result<(), AppError> {
    let source = name(&row)?;
    let before = row.clone();
    let mut row = row;
    let now = tx.now().as_micros();
    if row.previous_until.is_some_and(|until| until <= now) {
        (row.previous_secret, row.previous_until) = (None, None);
    }
    for secret in [&mut row.secret, &mut row.previous_secret]
        .into_iter()
        .flatten()
    {
        move_secret(vault, &source, secret, all);
    }
    if row != before {
        sources::update(tx.db(), &row)?;
    }
    Ok(())
}

fn move_secret(vault: &Vault, source: &SourceName, secret: &mut String, all: &mut Resealed) {
    match moved(vault, source, secret) {
        Ok(Some(new)) => {
            all.moved += 1;
            *secret = new;
        }
        Ok(None) => all.current += 1,
        Err(error) => {
            tracing::error!(%source, %error, "a sealed value does not open");
            all.unreadable += 1;
        }
    }
}
