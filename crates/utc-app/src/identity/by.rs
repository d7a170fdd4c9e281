//! On whose authority a change is made, asked again in the transaction that makes it.

use std::sync::Arc;

use utc_domain::{Role, Roles, SessionId, Subject};
use utc_storage::journal::Tx;
use utc_storage::rows::sessions;

use super::principal::Principal;
use super::requester::Actor;
use super::sessions::SignedIn;
use crate::AppError;
use crate::console::Console;
use crate::task::{Plan, Ticket};

/// On whose authority something is changed.
///
/// Whoever was let in when the request came may have lost their rights before it is carried out, so the transaction
/// asks again. From a bare name it is the authority of this process, which vouches for whoever it names: tools on this
/// machine, and programs that embed the engine.
#[derive(Debug, Clone)]
pub struct By {
    name: Subject,
    principal: Option<Arc<Principal>>,
    session: Option<SessionId>,
}

impl By {
    /// How receipts name who acts.
    pub fn name(&self) -> &Subject {
        &self.name
    }

    /// Whoever it is, unless this process vouches for them.
    pub fn principal(&self) -> Option<&Arc<Principal>> {
        self.principal.as_ref()
    }

    /// Whether they hold the role. This process holds every role but the approver's, as whoever runs programs here.
    pub(crate) fn holds(&self, role: Role) -> bool {
        let roles = self.principal.as_ref().map_or(Roles::ADMIN, |by| by.roles);
        roles.holds(role)
    }

    /// That they are who they were, and may do what they might: nothing is changed for a token that was revoked, a
    /// session that ended or a person who was shut out before, or whose rights became others.
    pub(crate) fn check(&self, tx: &mut Tx<'_>) -> Result<(), AppError> {
        let now = self.actor(tx)?.principal;
        let same = |before: &Arc<Principal>| now.roles == before.roles && now.units == before.units;
        if self.principal.as_ref().is_none_or(same) {
            return Ok(());
        }
        Err(AppError::Conflict {
            code: "rights_changed",
            message: "your rights changed meanwhile; nothing was done, ask again".to_owned(),
        })
    }

    /// Who they are now, for use cases that ask themselves what they may do.
    pub(crate) fn actor(&self, tx: &mut Tx<'_>) -> Result<Actor, AppError> {
        if let Some(session) = self.session {
            check_session(tx, session)?;
        }
        let now = tx.now();
        match &self.principal {
            Some(principal) => Actor::of(tx.db(), now, principal),
            None => Actor::of(tx.db(), now, &Principal::local(self.name.clone())),
        }
    }
}

fn check_session(tx: &mut Tx<'_>, id: SessionId) -> Result<(), AppError> {
    let now = tx.now().as_micros();
    let row = sessions::find(tx.db(), &id.to_string())?;
    match row {
        Some(row) if now < row.expires_at => Ok(()),
        Some(_) | None => Err(AppError::Unauthenticated),
    }
}

impl From<Subject> for By {
    fn from(name: Subject) -> Self {
        Self {
            name,
            principal: None,
            session: None,
        }
    }
}

impl From<Arc<Principal>> for By {
    fn from(principal: Arc<Principal>) -> Self {
        Self {
            name: principal.name().clone(),
            principal: Some(principal),
            session: None,
        }
    }
}

impl From<&Arc<Principal>> for By {
    fn from(principal: &Arc<Principal>) -> Self {
        Arc::clone(principal).into()
    }
}

impl From<Principal> for By {
    fn from(principal: Principal) -> Self {
        Arc::new(principal).into()
    }
}

impl From<&SignedIn> for By {
    fn from(signed_in: &SignedIn) -> Self {
        Self {
            session: Some(signed_in.session),
            ..Self::from(&signed_in.principal)
        }
    }
}

impl Console {
    /// Runs a control job on somebody's authority: it does nothing where that is gone by then.
    pub(crate) fn control_by<T, F>(&self, by: impl Into<By>, mut work: F) -> Ticket<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>, &Subject) -> Result<Plan<T>, AppError> + Send + 'static,
    {
        let by = by.into();
        self.control(move |tx| {
            by.check(tx)?;
            work(tx, by.name())
        })
    }
}
