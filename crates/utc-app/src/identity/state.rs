//! People and tokens in memory: what every request is checked against.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use arc_swap::ArcSwap;
use dashmap::DashMap;
use utc_domain::{Role, Roles, Scope, Subject, Timestamp, TokenId, TokenName, UserId, UserName};
use utc_storage::StorageError;
use utc_storage::rows::tokens::TokenRow;
use utc_storage::rows::users::UserRow;
use utc_vault::KeyedHash;

use super::approvers::Approvers;
use super::principal::{Principal, Usage, Who};
use super::stored::read_scope;
use crate::units::stored::parse;

/// A person as far as requests depend on them.
pub(super) struct UserState {
    pub(super) name: UserName,
    pub(super) enabled: bool,
    pub(super) principal: Arc<Principal>,
}

/// A token as far as requests depend on it.
pub(super) struct TokenState {
    pub(super) hash: KeyedHash,
    pub(super) usable: bool,
    pub(super) principal: Arc<Principal>,
}

/// Everybody. Only the journal's thread changes it, as the rest of the cache.
#[derive(Default)]
pub(crate) struct Identities {
    users: DashMap<UserId, Arc<UserState>>,
    tokens: DashMap<TokenId, Arc<TokenState>>,
    approvers: ArcSwap<Approvers>,
}

impl Identities {
    /// Puts a person in as the row says.
    pub(crate) fn put_user(&self, row: &UserRow) -> Result<(), StorageError> {
        let id: UserId = parse("users.id", &row.id)?;
        let name: UserName = parse("users.name", &row.name)?;
        let roles: Roles = parse("users.roles", &row.roles)?;
        let usage = self.users.get(&id).map(|user| user.usage());
        let principal = Principal {
            who: Who::User(id),
            name: name.subject(),
            roles,
            subjects: subjects_of(&name.subject(), roles),
            units: read_scope("users.units", row.units.as_deref())?,
            expires_at: None,
            usage: usage.unwrap_or_default(),
        };
        let state = UserState {
            name,
            enabled: row.disabled_at.is_none(),
            principal: Arc::new(principal),
        };
        self.users.insert(id, Arc::new(state));
        Ok(())
    }

    /// Puts a token in as the row says.
    pub(crate) fn put_token(&self, row: &TokenRow) -> Result<(), StorageError> {
        let id: TokenId = parse("tokens.id", &row.id)?;
        let name: TokenName = parse("tokens.name", &row.name)?;
        let owner = match &row.owner {
            Some(owner) => Some(parse("tokens.owner", owner)?),
            None => None,
        };
        let usage = self.tokens.get(&id).map(|token| token.usage());
        let principal = Principal {
            who: Who::Token(id, owner),
            name: name.subject(),
            roles: parse("tokens.roles", &row.roles)?,
            subjects: read_scope("tokens.subjects", row.subjects.as_deref())?,
            units: read_scope("tokens.units", row.units.as_deref())?,
            expires_at: row.expires_at.map(Timestamp::from_micros),
            usage: usage.unwrap_or_default(),
        };
        let state = TokenState {
            hash: parse("tokens.secret_hash", &row.secret_hash)?,
            usable: row.revoked_at.is_none() && row.suspended_at.is_none(),
            principal: Arc::new(principal),
        };
        self.tokens.insert(id, Arc::new(state));
        Ok(())
    }

    /// Brings the people who approve up to date, after people or tokens were put in.
    pub(crate) fn count_approvers(&self) {
        self.approvers.store(Arc::new(self.make_approvers()));
    }

    /// The people who approve.
    pub(crate) fn approvers(&self) -> Arc<Approvers> {
        self.approvers.load_full()
    }

    /// Everybody who is accepted, apart from the expiry of tokens.
    pub(super) fn each_accepted(&self, visit: &mut dyn FnMut(&Principal)) {
        for user in self.users.iter().filter(|user| user.enabled) {
            visit(&user.principal);
        }
        for token in &self.tokens {
            if token.usable && self.owner_is_enabled(&token.principal) {
                visit(&token.principal);
            }
        }
    }

    /// Whose token has this id, while it is accepted.
    pub(crate) fn by_id(&self, id: TokenId, now: Timestamp) -> Option<Arc<Principal>> {
        self.token(id).and_then(|token| self.accepted(&token, now))
    }

    pub(super) fn token(&self, id: TokenId) -> Option<Arc<TokenState>> {
        self.tokens.get(&id).map(|token| Arc::clone(&token))
    }

    pub(super) fn user(&self, id: UserId) -> Option<Arc<UserState>> {
        self.users.get(&id).map(|user| Arc::clone(&user))
    }

    /// Whether there is a person, enabled or not.
    pub(super) fn has_users(&self) -> bool {
        !self.users.is_empty()
    }

    /// Whether there is anybody at all, person or token.
    pub(super) fn has_any(&self) -> bool {
        !self.users.is_empty() || !self.tokens.is_empty()
    }

    /// Who `before` is now; none when they may do nothing any more.
    pub(crate) fn still(&self, before: &Arc<Principal>, now: Timestamp) -> Option<Arc<Principal>> {
        match before.who {
            Who::Token(id, _) => self.token(id).and_then(|token| self.accepted(&token, now)),
            Who::User(id) => {
                let user = self.user(id).filter(|user| user.enabled)?;
                Some(Arc::clone(&user.principal))
            }
            Who::Local => Some(Arc::clone(before)),
        }
    }

    /// Whose token it is, while it is accepted.
    pub(super) fn accepted(&self, token: &TokenState, now: Timestamp) -> Option<Arc<Principal>> {
        let principal = &token.principal;
        let over = principal.expires_at.is_some_and(|until| until <= now);
        (token.usable && !over && self.owner_is_enabled(principal)).then(|| Arc::clone(principal))
    }

    fn owner_is_enabled(&self, principal: &Principal) -> bool {
        match principal.who {
            Who::Token(_, Some(owner)) => self.user(owner).is_some_and(|owner| owner.enabled),
            Who::Token(_, None) | Who::User(_) | Who::Local => true,
        }
    }

    /// Tokens that were used since this was last asked, each with the time of the last use.
    pub(super) fn take_used(&self) -> Vec<(TokenId, i64)> {
        let used = self.tokens.iter().filter_map(|token| {
            let usage = &token.principal.usage;
            let last = usage.last.load(Ordering::Relaxed);
            let stored = usage.stored.swap(last, Ordering::Relaxed);
            (last > stored).then(|| (*token.key(), last))
        });
        used.collect()
    }
}

impl UserState {
    fn usage(&self) -> Arc<Usage> {
        Arc::clone(&self.principal.usage)
    }
}

impl TokenState {
    fn usage(&self) -> Arc<Usage> {
        Arc::clone(&self.principal.usage)
    }
}

/// A person speaks for themselves, and an administrator for anybody.
fn subjects_of(own: &Subject, roles: Roles) -> Scope {
    if roles.holds(Role::Admin) {
        return Scope::All;
    }
    // A user's name holds no star: as a pattern it is itself.
    Scope::Only(own.as_str().parse().into_iter().collect())
}
