//! From a token to whoever sent it.

use std::sync::Arc;

use utc_storage::rows::tokens;
use utc_vault::{ApiToken, Match};

use super::bearer::token_id;
use super::principal::Principal;
use crate::console::Console;
use crate::{AppError, units};

impl Console {
    /// Whose token it is; none when this process does not know its id, see [`Console::look_up_token`]. Takes about
    /// a microsecond and does not block.
    ///
    /// # Errors
    /// [`AppError::Unauthenticated`] when it is no token, or one that is not accepted (any more).
    pub fn token(&self, text: &str) -> Result<Option<Arc<Principal>>, AppError> {
        let token = ApiToken::parse(text).map_err(|_| AppError::Unauthenticated)?;
        let identities = self.cache().identities();
        let Some(state) = identities.token(token_id(&token)?) else {
            return Ok(None);
        };
        let matched = self.vault().matches(&token, &state.hash);
        if !matched.is_match() {
            return Err(AppError::Unauthenticated);
        }
        let now = self.clock().now();
        let principal = identities.accepted(&state, now);
        let principal = principal.ok_or(AppError::Unauthenticated)?;
        if matched == Match::Outdated {
            let id = token_id(&token)?;
            self.renewals()
                .note_token(id, self.vault(), &token, &state.hash);
        }
        principal.usage.note(now);
        Ok(Some(principal))
    }

    /// The same for a token that another process may just have made: asks the database, and loads what changed
    /// there. Blocks.
    ///
    /// # Errors
    /// Those of [`Console::token`], and those of the database.
    pub fn look_up_token(&self, text: &str) -> Result<Arc<Principal>, AppError> {
        let token = ApiToken::parse(text).map_err(|_| AppError::Unauthenticated)?;
        let id = token_id(&token)?.to_string();
        // Without this, any invented id would make the journal work.
        if self.store().read(|db| tokens::find(db, &id))?.is_none() {
            return Err(AppError::Unauthenticated);
        }
        self.load_changes()?;
        self.token(text)?.ok_or(AppError::Unauthenticated)
    }

    /// Whether there is a person or a token, as far as this process knows.
    pub fn has_identities(&self) -> bool {
        self.cache().identities().has_any()
    }

    /// Makes the journal load what other processes changed. Blocks.
    pub(super) fn load_changes(&self) -> Result<(), AppError> {
        units::expire(self).wait().map(drop)
    }
}
