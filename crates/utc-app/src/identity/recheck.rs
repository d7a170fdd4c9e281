//! Whether somebody is still who they were when they were let in: asked again and again while they listen.

use std::sync::Arc;

use utc_storage::rows::sessions;

use super::principal::{Principal, Who};
use super::sessions::SignedIn;
use crate::AppError;
use crate::console::Console;

impl Console {
    /// Whoever came with a token, as they are now. It does not count as a use of the token.
    ///
    /// # Errors
    /// [`AppError::Unauthenticated`] when the token is not accepted any more.
    pub fn recheck(&self, principal: &Arc<Principal>) -> Result<Arc<Principal>, AppError> {
        let now = self.clock().now();
        match principal.who() {
            Who::Token(id, _) => self.cache().identities().by_id(id, now),
            Who::User(id) => Some(self.person(id)?),
            Who::Local => Some(Arc::clone(principal)),
        }
        .ok_or(AppError::Unauthenticated)
    }

    /// Whoever came with a session, as they are now. A page that is only open does not keep its session from ending: this
    /// counts as no use. Blocks.
    ///
    /// # Errors
    /// [`AppError::Unauthenticated`] when the session has ended, or its person may not sign in any more.
    pub fn recheck_session(&self, signed_in: &SignedIn) -> Result<Arc<Principal>, AppError> {
        let id = signed_in.session;
        let row = self
            .store()
            .read(|db| sessions::find(db, &id.to_string()))?;
        let row = row.ok_or(AppError::Unauthenticated)?;
        if !self.goes_on(id, &row, self.clock().now()) {
            return Err(AppError::Unauthenticated);
        }
        self.recheck(&signed_in.principal)
    }
}
