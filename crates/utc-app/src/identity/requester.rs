//! Which person acts, and with what.

use utc_domain::{Roles, Subject, Timestamp, UserId};
use utc_storage::connection::Db;
use utc_storage::rows::{tokens, users};

use super::principal::{Principal, Who};
use super::state::Identities;
use super::stored::read_scope;
use crate::AppError;
use crate::draft::system_subject;
use crate::units::stored::parse;

/// With what something is asked, and which person that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Requester {
    /// A token's id, `user:` and a user's id, or `local`.
    pub(crate) token: String,
    /// The user, or the token where nobody owns it. By this one person counts once.
    pub(crate) person: Subject,
    /// As receipts name whoever acts.
    pub(crate) name: Subject,
    /// As receipts name the credential: a token by its id, which no other gets; none where there is no credential.
    pub(crate) credential: Option<Subject>,
}

impl Requester {
    /// The process that this engine is part of: it vouches for whoever asks.
    pub(crate) fn embedding() -> Self {
        Self::local(system_subject("system:utc"))
    }

    fn local(name: Subject) -> Self {
        Self {
            token: "local".to_owned(),
            person: name.clone(),
            name,
            credential: None,
        }
    }

    /// Whether it is a token or a user, and not the machine itself.
    pub(crate) fn is_limited(&self) -> bool {
        self.token != "local"
    }
}

impl Identities {
    /// Which person this is.
    pub(crate) fn requester(&self, principal: &Principal) -> Requester {
        let owner = match principal.who {
            Who::Token(_, Some(owner)) => self.user(owner).map(|user| user.name.subject()),
            Who::Token(_, None) | Who::User(_) | Who::Local => None,
        };
        of(principal, owner)
    }
}

fn of(principal: &Principal, owner: Option<Subject>) -> Requester {
    let name = principal.name.clone();
    match principal.who {
        Who::Token(id, _) => Requester {
            token: id.to_string(),
            // Not its name, which another token may get later.
            person: owner.unwrap_or_else(|| id.subject()),
            name,
            credential: Some(id.subject()),
        },
        Who::User(id) => Requester {
            token: format!("user:{id}"),
            person: name.clone(),
            credential: Some(name.clone()),
            name,
        },
        Who::Local => Requester::local(name),
    }
}

/// Whoever acts, as the rows of a transaction have it. Control jobs ask here and not the cache, which an earlier job of
/// the same batch may have left behind.
pub(crate) struct Actor {
    /// With the roles and units that it has now.
    pub(crate) principal: Principal,
    /// Which person it is.
    pub(crate) requester: Requester,
    /// Every name under which that person acts.
    pub(crate) names: Vec<String>,
}

impl Actor {
    /// Who `by` is now.
    ///
    /// # Errors
    /// [`AppError::Unauthenticated`] when they may do nothing any more.
    pub(crate) fn of(db: &mut Db, now: Timestamp, by: &Principal) -> Result<Self, AppError> {
        match by.who {
            Who::Token(id, owner) => of_token(db, by, &id.to_string(), owner, now),
            Who::User(id) => of_user(db, by, id),
            Who::Local => Ok(Self {
                principal: with(by, by.roles, by.units.clone()),
                requester: Requester::local(by.name.clone()),
                names: vec![by.name.to_string()],
            }),
        }
    }
}

fn of_token(
    db: &mut Db,
    by: &Principal,
    id: &str,
    owner: Option<UserId>,
    now: Timestamp,
) -> Result<Actor, AppError> {
    let row = tokens::find(db, id)?.ok_or(AppError::Unauthenticated)?;
    let over = row.expires_at.is_some_and(|at| at <= now.as_micros());
    if row.revoked_at.is_some() || row.suspended_at.is_some() || over {
        return Err(AppError::Unauthenticated);
    }
    let (owner, names) = match owner {
        Some(owner) => person(db, owner).map(|(name, names)| (Some(name), names))?,
        None => (None, vec![by.name.to_string()]),
    };
    let units = read_scope("tokens.units", row.units.as_deref())?;
    let principal = with(by, parse("tokens.roles", &row.roles)?, units);
    Ok(Actor {
        requester: of(&principal, owner),
        principal,
        names,
    })
}

fn of_user(db: &mut Db, by: &Principal, id: UserId) -> Result<Actor, AppError> {
    let (_, names) = person(db, id)?;
    let row = users::find(db, &id.to_string())?.ok_or(AppError::Unauthenticated)?;
    let units = read_scope("users.units", row.units.as_deref())?;
    let principal = with(by, parse("users.roles", &row.roles)?, units);
    Ok(Actor {
        requester: of(&principal, None),
        principal,
        names,
    })
}

/// A person who is let in, and every name under which they act: their own, and those of their tokens.
fn person(db: &mut Db, id: UserId) -> Result<(Subject, Vec<String>), AppError> {
    let row = users::find(db, &id.to_string())?.ok_or(AppError::Unauthenticated)?;
    if row.disabled_at.is_some() {
        return Err(AppError::Unauthenticated);
    }
    let name = parse::<utc_domain::UserName>("users.name", &row.name)?.subject();
    let tokens = tokens::names_of(db, &row.id)?;
    let tokens = tokens
        .iter()
        .map(|token| parse::<utc_domain::TokenName>("tokens.name", token));
    let tokens = tokens.map(|token| Ok(token?.subject().to_string()));
    let names: Result<Vec<String>, utc_storage::StorageError> =
        std::iter::once(Ok(name.to_string()))
            .chain(tokens)
            .collect();
    Ok((name, names?))
}

fn with(by: &Principal, roles: Roles, units: utc_domain::Scope) -> Principal {
    Principal {
        who: by.who,
        name: by.name.clone(),
        roles,
        subjects: by.subjects.clone(),
        units,
        expires_at: by.expires_at,
        usage: std::sync::Arc::clone(&by.usage),
    }
}
