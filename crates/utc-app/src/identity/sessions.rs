//! Sessions of people in browsers.

use std::sync::Arc;

use utc_domain::{Code, SessionId, Timestamp, UserId, UserName};
use utc_storage::rows::sessions::{self, SessionRow};
use utc_storage::rows::users;
use utc_vault::{KeyedHash, Match, Session, SessionSecret};
use zeroize::Zeroizing;

use super::bearer::session_id;
use super::change::access_draft;
use super::principal::{Principal, Who};
use crate::console::Console;
use crate::task::Plan;
use crate::units::stored::parse;
use crate::{AppError, By, Ticket};

/// A session that nobody uses ends after this long.
const IDLE_SECONDS: i64 = 12 * 3_600;

/// A session ends after this long, however much it is used.
const LONGEST_SECONDS: i64 = 7 * 86_400;

/// Whoever a session belongs to.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The person.
    pub principal: Arc<Principal>,
    /// The session.
    pub session: SessionId,
    /// What the session's own pages send along, and no other site knows.
    pub csrf: String,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

/// A session that begins.
pub struct StartedSession {
    /// What goes into the cookie. It is nowhere else.
    pub cookie: Zeroizing<String>,
    /// The session.
    pub signed_in: SignedIn,
}

/// A session, as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionView {
    /// The session.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserName,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_seen_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

impl Console {
    /// Begins a session for whoever knows the password. Always a new one, whatever the browser sent along. Blocks,
    /// and takes as long for a name that nobody has.
    ///
    /// # Errors
    /// [`AppError::Unauthenticated`] for a wrong name or password, and for somebody who may not sign in any more:
    /// the three are not told apart.
    pub fn sign_in(&self, name: &str, password: &str) -> Result<StartedSession, AppError> {
        let row = self.who_knows(name, password)?;
        self.start_session(parse("users.id", &row.id)?)
    }

    /// Whoever knows the password, without a session: for one thing that they do at a terminal. Blocks.
    ///
    /// # Errors
    /// Those of [`Console::sign_in`].
    pub fn person_by_password(
        &self,
        name: &str,
        password: &str,
    ) -> Result<Arc<Principal>, AppError> {
        let row = self.who_knows(name, password)?;
        self.person(parse("users.id", &row.id)?)
    }

    /// Begins a session for a person without a password: for links that only this machine's terminal showed. Blocks.
    pub(super) fn sign_in_as(&self, name: &UserName) -> Result<StartedSession, AppError> {
        let row = self.store().read(|db| users::by_name(db, name.as_str()))?;
        match row {
            Some(row) if row.disabled_at.is_none() => {
                self.start_session(parse("users.id", &row.id)?)
            }
            Some(_) | None => Err(AppError::Unauthenticated),
        }
    }

    pub(super) fn start_session(&self, user: UserId) -> Result<StartedSession, AppError> {
        let principal = self.person(user)?;
        let (secret, hash) = self.vault().make::<Session>()?;
        let id = session_id(&secret)?;
        let hash = hash.to_string();
        let begun = self.control(move |tx| {
            let now = tx.now();
            let idle_since = now.plus_seconds(-IDLE_SECONDS);
            sessions::remove_ended(tx.db(), now.as_micros(), idle_since.as_micros())?;
            let expires_at = now.plus_seconds(LONGEST_SECONDS);
            let row = SessionRow {
                id: id.to_string(),
                user_id: user.to_string(),
                secret_hash: hash.clone(),
                created_at: now.as_micros(),
                last_seen_at: now.as_micros(),
                expires_at: expires_at.as_micros(),
            };
            sessions::insert(tx.db(), &row)?;
            Ok(Plan::silent(expires_at))
        });
        Ok(StartedSession {
            signed_in: SignedIn {
                principal,
                session: id,
                csrf: self.vault().csrf(&secret),
                expires_at: begun.wait()?,
            },
            cookie: secret.render(),
        })
    }

    /// Whose session a cookie is. Blocks.
    ///
    /// # Errors
    /// [`AppError::Unauthenticated`] when it is none, or one that has ended.
    pub fn session(&self, cookie: &str) -> Result<SignedIn, AppError> {
        let secret = SessionSecret::parse(cookie).map_err(|_| AppError::Unauthenticated)?;
        let id = session_id(&secret)?;
        let row = self
            .store()
            .read(|db| sessions::find(db, &id.to_string()))?;
        let row = row.ok_or(AppError::Unauthenticated)?;
        let stored: KeyedHash = parse("sessions.secret_hash", &row.secret_hash)?;
        let now = self.clock().now();
        let matched = self.vault().matches(&secret, &stored);
        if !matched.is_match() || !self.goes_on(id, &row, now) {
            return Err(AppError::Unauthenticated);
        }
        if matched == Match::Outdated {
            self.renewals()
                .note_session(id, self.vault(), &secret, &stored);
        }
        let principal = self.person(parse("sessions.user_id", &row.user_id)?)?;
        self.seen().insert(id, now.as_micros());
        Ok(SignedIn {
            principal,
            session: id,
            csrf: self.vault().csrf(&secret),
            expires_at: Timestamp::from_micros(row.expires_at),
        })
    }

    /// Whether what a page sent along belongs to the session.
    pub fn csrf_matches(&self, session: SessionId, presented: &str) -> bool {
        self.vault().csrf_matches(session, presented)
    }

    pub(super) fn goes_on(&self, id: SessionId, row: &SessionRow, now: Timestamp) -> bool {
        let here = self.seen().get(&id).map_or(0, |at| *at);
        let last = Timestamp::from_micros(row.last_seen_at.max(here));
        now.as_micros() < row.expires_at && now < last.plus_seconds(IDLE_SECONDS)
    }

    /// A person who may act.
    pub(super) fn person(&self, id: UserId) -> Result<Arc<Principal>, AppError> {
        if self.cache().identities().user(id).is_none() {
            self.load_changes()?;
        }
        let user = self.cache().identities().user(id);
        match user.filter(|user| user.enabled) {
            Some(user) => Ok(Arc::clone(&user.principal)),
            None => Err(AppError::Unauthenticated),
        }
    }

    /// Ends a session because its person said so. Nothing is recorded: nobody's access changes. Does nothing when
    /// there is none.
    pub fn sign_out(&self, id: SessionId) -> Ticket<()> {
        self.seen().remove(&id);
        self.control(move |tx| {
            sessions::remove(tx.db(), &id.to_string())?;
            Ok(Plan::silent(()))
        })
    }

    /// Sessions that go on, newest first; of one person where one is given. Blocks.
    pub fn sessions(&self, user: Option<UserId>) -> Result<Vec<SessionView>, AppError> {
        let user = user.map(|id| id.to_string());
        let rows = self.store().read(|db| sessions::all(db, user.as_deref()))?;
        let now = self.clock().now();
        let views = rows
            .iter()
            .filter_map(|row| self.session_view(row, now).transpose());
        views.collect()
    }

    /// One row for a list; none when the session has ended.
    fn session_view(
        &self,
        row: &SessionRow,
        now: Timestamp,
    ) -> Result<Option<SessionView>, AppError> {
        let id: SessionId = parse("sessions.id", &row.id)?;
        let user = self
            .cache()
            .identities()
            .user(parse("sessions.user_id", &row.user_id)?);
        let Some(user) = user.filter(|_| self.goes_on(id, row, now)) else {
            return Ok(None);
        };
        let here = self.seen().get(&id).map_or(0, |at| *at);
        Ok(Some(SessionView {
            id,
            user: user.name.clone(),
            created_at: Timestamp::from_micros(row.created_at),
            last_seen_at: Timestamp::from_micros(row.last_seen_at.max(here)),
            expires_at: Timestamp::from_micros(row.expires_at),
        }))
    }

    /// Ends a session of one's own, or of anybody for an administrator, with a receipt.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is none that `by` may know of.
    pub fn revoke_session(
        &self,
        by: impl Into<By>,
        id: SessionId,
    ) -> Ticket<utc_domain::ReceiptId> {
        let by = by.into();
        let own = match by.principal().map(|principal| principal.who()) {
            Some(Who::User(user)) => Some(user.to_string()),
            Some(Who::Token(..) | Who::Local) | None => None,
        };
        let any = by
            .principal()
            .is_none_or(|principal| principal.may_everywhere(utc_domain::Role::Admin).is_ok());
        self.seen().remove(&id);
        self.control_by(by, move |tx, actor| {
            let row = sessions::find(tx.db(), &id.to_string())?;
            let row = row.filter(|row| any || own.as_ref() == Some(&row.user_id));
            let Some(row) = row else {
                return Err(AppError::NotFound {
                    what: "session",
                    name: id.to_string(),
                });
            };
            let user = users::find(tx.db(), &row.user_id)?;
            let name = user.map_or_else(String::new, |user| user.name);
            sessions::remove(tx.db(), &row.id)?;
            let reason = format!("{actor} ended session {id} of user `{name}`.");
            let (draft, _) = access_draft(tx, Code::SessionRevoked, actor, reason)?;
            Ok(Plan {
                answer: draft.id,
                drafts: vec![draft],
                publish: None,
            })
        })
    }
}
