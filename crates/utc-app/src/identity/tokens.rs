//! API tokens: made, listed, revoked.

use std::collections::HashMap;

use utc_domain::{
    Code, ReceiptId, Role, Roles, Scope, Subject, Timestamp, TokenId, TokenName, UserName,
};
use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::journal::Tx;
use utc_storage::rows::tokens::{self, TokenRow};
use utc_storage::rows::users;
use utc_vault::Api;
use zeroize::Zeroizing;

use super::bearer::token_id;
use super::change::{access_draft, scope_words, user_row};
use super::stored::{read_scope, scope_text};
use crate::console::Console;
use crate::task::Plan;
use crate::units::stored::parse;
use crate::{AppError, By, Ticket};

/// A token to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// What people call it; no other token in use may be called so.
    pub name: TokenName,
    /// The roles.
    pub roles: Roles,
    /// Which subjects it may speak for when it asks.
    pub subjects: Scope,
    /// On which units the roles hold.
    pub units: Scope,
    /// Whom it belongs to.
    pub owner: Option<UserName>,
    /// Until when it is accepted.
    pub expires_at: Option<Timestamp>,
}

/// A token that was made.
pub struct CreatedToken {
    /// The token itself. It is nowhere else: whoever loses it makes another one.
    pub token: Zeroizing<String>,
    /// What can be seen of it from now on.
    pub view: TokenView,
    /// The receipt.
    pub receipt_id: ReceiptId,
}

/// Whether a token is accepted, apart from its expiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is accepted.
    Active,
    /// It is not accepted until somebody resumes it: the database was restored.
    Suspended,
    /// It is never accepted again.
    Revoked,
}

impl Standing {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
        }
    }
}

/// A token, as administrators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenView {
    /// The public half.
    pub id: TokenId,
    /// What people call it.
    pub name: TokenName,
    /// The roles.
    pub roles: Roles,
    /// Which subjects it may speak for.
    pub subjects: Scope,
    /// On which units the roles hold.
    pub units: Scope,
    /// Whom it belongs to.
    pub owner: Option<UserName>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// Until when it is accepted.
    pub expires_at: Option<Timestamp>,
    /// Whether it is accepted until then.
    pub standing: Standing,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
}

/// A token was revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRevoked {
    /// Which.
    pub id: TokenId,
    /// The receipt.
    pub receipt_id: ReceiptId,
}

impl Console {
    /// Makes a token.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when it could ask without a subject to speak for, or ends before it begins;
    /// [`AppError::Conflict`] when the name is in use; [`AppError::NotFound`] when there is no such owner.
    pub fn create_token(&self, actor: impl Into<By>, new: NewToken) -> Ticket<CreatedToken> {
        let made = check(&new).and_then(|()| self.vault().make::<Api>());
        let (bearer, hash) = match made {
            Ok(made) => made,
            Err(error) => return Ticket::ready(Err(error)),
        };
        let id = match token_id(&bearer) {
            Ok(id) => id,
            Err(error) => return Ticket::ready(Err(error)),
        };
        let hash = hash.to_string();
        let created = self.control_by(actor, move |tx, actor| insert(tx, actor, &new, id, &hash));
        created.map(move |(view, receipt_id)| CreatedToken {
            token: bearer.render(),
            view,
            receipt_id,
        })
    }

    /// Every token, newest first. Blocks.
    pub fn tokens(&self) -> Result<Vec<TokenView>, AppError> {
        self.store().read(|db| {
            let names: HashMap<String, String> = users::all(db)?
                .into_iter()
                .map(|user| (user.id, user.name))
                .collect();
            let rows = tokens::all(db)?;
            let views = rows.iter().map(|row| {
                let owner = row.owner.as_ref().and_then(|id| names.get(id));
                view(row, owner.map(String::as_str))
            });
            Ok(views.collect::<Result<_, StorageError>>()?)
        })
    }

    /// Revokes a token for ever. No decision that it asked for is sealed from then on.
    pub fn revoke_token(&self, actor: impl Into<By>, id: TokenId) -> Ticket<TokenRevoked> {
        self.control_by(actor, move |tx, actor| {
            let mut row = found(tx.db(), id)?;
            if row.revoked_at.is_some() {
                return Err(AppError::Conflict {
                    code: "token_revoked",
                    message: format!("the token {id} is revoked already"),
                });
            }
            row.revoked_at = Some(tx.now().as_micros());
            let reason = format!("{actor} revoked token `{}` ({id}).", row.name);
            let (draft, epoch) = access_draft(tx, Code::TokenRevoked, actor, reason)?;
            row.receipt_id = draft.id.to_string();
            row.state_epoch = epoch;
            tokens::update(tx.db(), &row)?;
            Ok(Plan {
                answer: TokenRevoked {
                    id,
                    receipt_id: draft.id,
                },
                drafts: vec![draft],
                publish: Some(Box::new(move |cache| cache.publish_token(&row))),
            })
        })
    }

    /// The token that people call so, in use or, where none is, by its id. Blocks.
    pub fn find_token(&self, text: &str) -> Result<TokenId, AppError> {
        let named = self.store().read(|db| tokens::by_name(db, text))?;
        let id = named.map_or_else(|| text.to_owned(), |row| row.id);
        id.parse().map_err(|_| AppError::NotFound {
            what: "token",
            name: text.escape_default().to_string(),
        })
    }
}

pub(super) fn found(db: &mut Db, id: TokenId) -> Result<TokenRow, AppError> {
    tokens::find(db, &id.to_string())?.ok_or_else(|| AppError::NotFound {
        what: "token",
        name: id.to_string(),
    })
}

/// Who asks must say for whom: a token that could name anybody would be everybody.
fn check(new: &NewToken) -> Result<(), AppError> {
    let asks = new.roles.names(Role::Decider) && !new.roles.holds(Role::Admin);
    if asks && new.subjects == Scope::All {
        let message =
            "must be given with `decider`: which subjects may it speak for? (`**` for all)";
        return Err(AppError::invalid("/subjects", message));
    }
    Ok(())
}

fn insert(
    tx: &mut Tx<'_>,
    actor: &Subject,
    new: &NewToken,
    id: TokenId,
    hash: &str,
) -> Result<Plan<(TokenView, ReceiptId)>, AppError> {
    let now = tx.now();
    if new.expires_at.is_some_and(|at| at <= now) {
        let message = format!("must lie in the future; it is {now} now");
        return Err(AppError::invalid("/expires_at", message));
    }
    if tokens::by_name(tx.db(), new.name.as_str())?.is_some() {
        return Err(AppError::Conflict {
            code: "token_exists",
            message: format!("there is a token `{}` in use already", new.name),
        });
    }
    let owner = match &new.owner {
        Some(name) => Some(user_row(tx.db(), name)?.id),
        None => None,
    };
    let (draft, epoch) = access_draft(tx, Code::TokenCreated, actor, words(actor, new, id))?;
    let row = TokenRow {
        id: id.to_string(),
        name: new.name.to_string(),
        secret_hash: hash.to_owned(),
        roles: new.roles.to_string(),
        subjects: scope_text(&new.subjects),
        units: scope_text(&new.units),
        owner,
        created_at: now.as_micros(),
        created_by: actor.to_string(),
        expires_at: new.expires_at.map(Timestamp::as_micros),
        suspended_at: None,
        revoked_at: None,
        last_used_at: None,
        receipt_id: draft.id.to_string(),
        state_epoch: epoch,
    };
    tokens::insert(tx.db(), &row)?;
    let view = view(&row, new.owner.as_ref().map(UserName::as_str))?;
    Ok(Plan {
        answer: (view, draft.id),
        drafts: vec![draft],
        publish: Some(Box::new(move |cache| cache.publish_token(&row))),
    })
}

fn words(actor: &Subject, new: &NewToken, id: TokenId) -> String {
    let name = &new.name;
    let roles = new.roles;
    let subjects = scope_words(&new.subjects, "any subject");
    let units = scope_words(&new.units, "every unit");
    let owner = match &new.owner {
        Some(owner) => format!(", for user `{owner}`"),
        None => String::new(),
    };
    let until = match new.expires_at {
        Some(at) => format!(", until {at}"),
        None => String::new(),
    };
    format!(
        "{actor} made token `{name}` ({id}): {roles}; speaks for {subjects}; on {units}{owner}{until}."
    )
}

fn view(row: &TokenRow, owner: Option<&str>) -> Result<TokenView, StorageError> {
    Ok(TokenView {
        id: parse("tokens.id", &row.id)?,
        name: parse("tokens.name", &row.name)?,
        roles: parse("tokens.roles", &row.roles)?,
        subjects: read_scope("tokens.subjects", row.subjects.as_deref())?,
        units: read_scope("tokens.units", row.units.as_deref())?,
        owner: match owner {
            Some(name) => Some(parse("users.name", name)?),
            None => None,
        },
        created_at: Timestamp::from_micros(row.created_at),
        created_by: row.created_by.clone(),
        expires_at: row.expires_at.map(Timestamp::from_micros),
        standing: match (row.revoked_at, row.suspended_at) {
            (Some(_), _) => Standing::Revoked,
            (None, Some(_)) => Standing::Suspended,
            (None, None) => Standing::Active,
        },
        last_used_at: row.last_used_at.map(Timestamp::from_micros),
    })
}
