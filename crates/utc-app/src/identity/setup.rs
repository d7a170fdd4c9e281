//! Links that only this machine's terminal shows: one lets the first person in, the demonstration's signs one person in.

use utc_domain::{Roles, Scope, UserName};
use utc_storage::rows::users;
use utc_vault::{KeyedHash, Login, LoginLink, Setup, SetupLink};
use zeroize::Zeroizing;

use super::bearer::Vault;
use super::sessions::StartedSession;
use super::users::{NewUser, insert_user};
use crate::AppError;
use crate::console::Console;
use crate::draft::system_subject;

/// The link of this process: good until there is a person.
pub(crate) struct SetupSecret {
    text: Zeroizing<String>,
    hash: KeyedHash,
}

impl SetupSecret {
    pub(crate) fn new(vault: &Vault) -> Result<Self, AppError> {
        let (link, hash) = vault.make::<Setup>()?;
        Ok(Self {
            text: link.render(),
            hash,
        })
    }
}

/// A link that signs one person in, as often as wanted, while the process runs.
pub struct SignInLink {
    user: UserName,
    hash: KeyedHash,
}

impl Console {
    /// Makes a link that signs this person in, and gives what it carries. It is nowhere else.
    pub fn sign_in_link(
        &self,
        user: UserName,
    ) -> Result<(Zeroizing<String>, SignInLink), AppError> {
        let (link, hash) = self.vault().make::<Login>()?;
        Ok((link.render(), SignInLink { user, hash }))
    }

    /// Begins a session for whoever has the link. Blocks.
    ///
    /// # Errors
    /// [`AppError::Unauthenticated`] when the text is not the link's.
    pub fn sign_in_by(&self, link: &SignInLink, text: &str) -> Result<StartedSession, AppError> {
        let presented = LoginLink::parse(text).map_err(|_| AppError::Unauthenticated)?;
        if !self.vault().matches(&presented, &link.hash).is_match() {
            return Err(AppError::Unauthenticated);
        }
        self.sign_in_as(&link.user)
    }

    /// What the setup link carries; none once there is a person.
    pub fn setup_token(&self) -> Option<&str> {
        (!self.cache().identities().has_users()).then(|| self.setup_secret().text.as_str())
    }

    /// Whether a setup link is good.
    pub fn is_setup_token(&self, text: &str) -> bool {
        let known = SetupLink::parse(text).is_ok_and(|link| {
            self.vault()
                .matches(&link, &self.setup_secret().hash)
                .is_match()
        });
        known && !self.cache().identities().has_users()
    }

    /// Lets the first person in, as administrator, and begins a session. Of two at once one comes too late. Blocks.
    ///
    /// # Errors
    /// [`AppError::Unauthenticated`] when the link is not good (any more), [`AppError::Invalid`] for a weak password.
    pub fn set_up(
        &self,
        token: &str,
        name: UserName,
        password: &str,
    ) -> Result<StartedSession, AppError> {
        if !self.is_setup_token(token) {
            return Err(AppError::Unauthenticated);
        }
        let hash = self.vault().hash_password(&name, password)?;
        let new = NewUser {
            name,
            roles: Roles::ADMIN,
            units: Scope::All,
        };
        let created = self.control(move |tx| {
            // Another server may have been first.
            if users::any(tx.db())? {
                return Err(AppError::Unauthenticated);
            }
            insert_user(tx, &system_subject("system:setup"), &new, &hash)
        });
        self.start_session(created.wait()?.user.id)
    }
}
