//! Passwords: who knows one, and changing one's own.

use utc_domain::{Code, ReceiptId, UserName};
use utc_storage::rows::sessions;
use utc_storage::rows::users::{self, UserRow};
use utc_vault::PasswordCheck;

use super::principal::Who;
use super::sessions::SignedIn;
use super::users::{Written, write_user};
use crate::console::Console;
use crate::task::Plan;
use crate::units::stored::parse;
use crate::{AppError, Ticket};

impl Console {
    /// Whose name and password these are. Takes as long for a name that nobody has. One that is stored with other
    /// parameters than today's is stored anew.
    pub(super) fn who_knows(&self, name: &str, password: &str) -> Result<UserRow, AppError> {
        let row = self.store().read(|db| users::by_name(db, name))?;
        let stored = row.as_ref().map(|row| row.password.as_str());
        let check = self.vault().check_password(password, stored)?;
        let row = row.filter(|row| row.disabled_at.is_none());
        let row = row.ok_or(AppError::Unauthenticated)?;
        match check {
            PasswordCheck::Right => {}
            PasswordCheck::RightButOutdated => self.store_anew(&row, password)?,
            PasswordCheck::Wrong => return Err(AppError::Unauthenticated),
        }
        Ok(row)
    }

    /// The same password with today's parameters. Nobody's access changes, so there is no receipt.
    fn store_anew(&self, row: &UserRow, password: &str) -> Result<(), AppError> {
        let name = parse("users.name", &row.name)?;
        let Ok(hash) = self.vault().hash_password(&name, password) else {
            // It could not be chosen any more; it opens all the same until its person chooses another one.
            return Ok(());
        };
        let (id, old) = (row.id.clone(), row.password.clone());
        let stored = self.control(move |tx| {
            users::renew_password(tx.db(), &id, &old, &hash)?;
            Ok(Plan::silent(()))
        });
        // Whoever signs in does not wait for it; where it fails, the next time does it.
        drop(stored);
        Ok(())
    }

    /// Changes one's own password. Every other session of the person ends. Hashes first: blocks for a moment before it
    /// gives the ticket. The caller counts tries.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when `current` is not the password, or the new one may not be chosen; [`AppError::Conflict`]
    /// when somebody else set it meanwhile; [`AppError::Unauthenticated`] when the session has ended.
    pub fn change_own_password(
        &self,
        by: &SignedIn,
        current: &str,
        new: &str,
    ) -> Ticket<ReceiptId> {
        let (before, hash) = match self.checked_change(by, current, new) {
            Ok(checked) => checked,
            Err(error) => return Ticket::ready(Err(error)),
        };
        let session = by.session.to_string();
        let changed = self.control_by(by, move |tx, actor| {
            let row = users::find(tx.db(), &before.id)?;
            let row = row.filter(|row| row.password == before.password);
            let mut row = row.ok_or_else(|| AppError::Conflict {
                code: "password_changed",
                message: "the password was changed meanwhile: sign in with the new one".to_owned(),
            })?;
            row.password.clone_from(&hash);
            sessions::remove_others(tx.db(), &row.id, &session)?;
            let written = Written {
                code: Code::PasswordChanged,
                actor,
                reason: format!("{actor} changed their own password."),
            };
            write_user(tx, row, written, users::update)
        });
        changed.map(|changed| changed.receipt_id)
    }

    /// The person's row, and the hash of the new password.
    fn checked_change(
        &self,
        by: &SignedIn,
        current: &str,
        new: &str,
    ) -> Result<(UserRow, String), AppError> {
        let Who::User(id) = by.principal.who() else {
            return Err(AppError::Unauthenticated);
        };
        let row = self.store().read(|db| users::find(db, &id.to_string()))?;
        let row = row.ok_or(AppError::Unauthenticated)?;
        match self.vault().check_password(current, Some(&row.password))? {
            PasswordCheck::Right | PasswordCheck::RightButOutdated => {}
            PasswordCheck::Wrong => {
                return Err(AppError::invalid("/current", "is not your password"));
            }
        }
        let name: UserName = parse("users.name", &row.name)?;
        let hash = self.vault().hash_member("/new", &name, new)?;
        Ok((row, hash))
    }
}
