//! People: who may sign in, with which roles.

use utc_domain::{Code, ReceiptId, Role, Roles, Scope, Subject, Timestamp, UserId, UserName};
use utc_storage::connection::Db;
use utc_storage::journal::Tx;
use utc_storage::rows::sessions;
use utc_storage::rows::users::{self, UserRow};
use uuid::Uuid;

use super::change::{access_draft, scope_words, user_row};
use super::stored::{read_scope, scope_text};
use crate::console::Console;
use crate::task::Plan;
use crate::units::stored::parse;
use crate::{AppError, By, Ticket};

/// A person to let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// The name to sign in with.
    pub name: UserName,
    /// The roles.
    pub roles: Roles,
    /// On which units the roles hold.
    pub units: Scope,
}

/// What of a person is to change; what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserChange {
    /// The roles.
    pub roles: Option<Roles>,
    /// On which units the roles hold.
    pub units: Option<Scope>,
    /// Whether the person may sign in.
    pub disabled: Option<bool>,
}

/// A person, as administrators see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserView {
    /// The id.
    pub id: UserId,
    /// The name to sign in with.
    pub name: UserName,
    /// The roles.
    pub roles: Roles,
    /// On which units the roles hold.
    pub units: Scope,
    /// When they were let in.
    pub created_at: Timestamp,
    /// Since when they may not sign in any more.
    pub disabled_at: Option<Timestamp>,
    /// The receipt of the last change.
    pub receipt_id: String,
}

/// A person changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserChanged {
    /// The receipt.
    pub receipt_id: ReceiptId,
    /// The person from now on.
    pub user: UserView,
}

/// Why a person is written.
pub(super) struct Written<'a> {
    pub(super) code: Code,
    pub(super) actor: &'a Subject,
    pub(super) reason: String,
}

impl Console {
    /// Lets a person in. Hashes the password first: blocks for a moment before it gives the ticket.
    pub fn create_user(
        &self,
        actor: impl Into<By>,
        new: NewUser,
        password: &str,
    ) -> Ticket<UserChanged> {
        let hash = match self.vault().hash_password(&new.name, password) {
            Ok(hash) => hash,
            Err(error) => return Ticket::ready(Err(error)),
        };
        self.control_by(actor, move |tx, actor| insert_user(tx, actor, &new, &hash))
    }

    /// Everybody, by name. Blocks.
    pub fn users(&self) -> Result<Vec<UserView>, AppError> {
        let rows = self.store().read(users::all)?;
        rows.iter().map(|row| Ok(view(row)?)).collect()
    }

    /// Changes roles and units of a person, or whether they may sign in. Whoever may not sign in any more has no
    /// session from then on, and their tokens are not accepted.
    pub fn change_user(
        &self,
        actor: impl Into<By>,
        name: UserName,
        change: UserChange,
    ) -> Ticket<UserChanged> {
        self.control_by(actor, move |tx, actor| {
            let mut row = user_row(tx.db(), &name)?;
            apply(&mut row, &change, tx.now())?;
            refuse_without_admin(tx.db(), &row)?;
            if row.disabled_at.is_some() {
                sessions::remove_of(tx.db(), &row.id)?;
            }
            let (code, reason) = words(actor, &row, &change)?;
            let written = Written {
                code,
                actor,
                reason,
            };
            write_user(tx, row, written, users::update)
        })
    }

    /// Sets a password. Every session of the person ends. Hashes first, as [`Console::create_user`] does.
    pub fn reset_password(
        &self,
        actor: impl Into<By>,
        name: UserName,
        password: &str,
    ) -> Ticket<UserChanged> {
        let hash = match self.vault().hash_password(&name, password) {
            Ok(hash) => hash,
            Err(error) => return Ticket::ready(Err(error)),
        };
        self.control_by(actor, move |tx, actor| {
            let mut row = user_row(tx.db(), &name)?;
            row.password.clone_from(&hash);
            sessions::remove_of(tx.db(), &row.id)?;
            let written = Written {
                code: Code::PasswordReset,
                actor,
                reason: format!("{actor} set the password of user `{name}` anew."),
            };
            write_user(tx, row, written, users::update)
        })
    }
}

/// Adds a person inside a transaction.
pub(super) fn insert_user(
    tx: &mut Tx<'_>,
    actor: &Subject,
    new: &NewUser,
    hash: &str,
) -> Result<Plan<UserChanged>, AppError> {
    if users::by_name(tx.db(), new.name.as_str())?.is_some() {
        return Err(AppError::Conflict {
            code: "user_exists",
            message: format!("there is a user `{}` already", new.name),
        });
    }
    let now = tx.now().as_micros();
    let row = UserRow {
        id: UserId::new(Uuid::now_v7()).to_string(),
        name: new.name.to_string(),
        password: hash.to_owned(),
        roles: new.roles.to_string(),
        units: scope_text(&new.units),
        created_at: now,
        updated_at: now,
        disabled_at: None,
        receipt_id: String::new(),
        state_epoch: 0,
    };
    let written = Written {
        code: Code::UserCreated,
        actor,
        reason: format!(
            "{actor} let user `{}` in as {} on {}.",
            new.name,
            new.roles,
            scope_words(&new.units, "every unit")
        ),
    };
    write_user(tx, row, written, users::insert)
}

/// Stores a row with its receipt, and publishes it.
pub(super) fn write_user(
    tx: &mut Tx<'_>,
    mut row: UserRow,
    why: Written<'_>,
    store: fn(&mut Db, &UserRow) -> Result<(), utc_storage::StorageError>,
) -> Result<Plan<UserChanged>, AppError> {
    let (draft, epoch) = access_draft(tx, why.code, why.actor, why.reason)?;
    row.updated_at = tx.now().as_micros();
    row.receipt_id = draft.id.to_string();
    row.state_epoch = epoch;
    store(tx.db(), &row)?;
    Ok(Plan {
        answer: UserChanged {
            receipt_id: draft.id,
            user: view(&row)?,
        },
        drafts: vec![draft],
        publish: Some(Box::new(move |cache| cache.publish_user(&row))),
    })
}

fn apply(row: &mut UserRow, change: &UserChange, now: Timestamp) -> Result<(), AppError> {
    if let Some(roles) = change.roles {
        row.roles = roles.to_string();
    }
    if let Some(units) = &change.units {
        row.units = scope_text(units);
    }
    match change.disabled {
        Some(true) if row.disabled_at.is_none() => row.disabled_at = Some(now.as_micros()),
        Some(false) => row.disabled_at = None,
        Some(true) | None => {}
    }
    if *change == UserChange::default() {
        return Err(AppError::invalid("", "must change something"));
    }
    Ok(())
}

fn words(actor: &Subject, row: &UserRow, change: &UserChange) -> Result<(Code, String), AppError> {
    let (name, roles) = (&row.name, &row.roles);
    if change.disabled == Some(true) {
        let reason = format!("{actor} shut user `{name}` out.");
        return Ok((Code::UserDisabled, reason));
    }
    let units = read_scope("users.units", row.units.as_deref())?;
    let units = scope_words(&units, "every unit");
    let reason = format!("{actor} changed user `{name}`: {roles} on {units}.");
    Ok((Code::UserChanged, reason))
}

/// Somebody must stay who can let people in: an administrator of everything who may sign in.
fn refuse_without_admin(db: &mut Db, changed: &UserRow) -> Result<(), AppError> {
    let everybody = users::all(db)?;
    let before = everybody
        .iter()
        .map(is_admin)
        .collect::<Result<Vec<_>, _>>()?;
    let had_one = before.contains(&true);
    let mut left = is_admin(changed)?;
    for (row, admin) in everybody.iter().zip(before) {
        left |= admin && row.id != changed.id;
    }
    if left || !had_one {
        return Ok(());
    }
    Err(AppError::Conflict {
        code: "last_admin",
        message: format!(
            "`{}` is the last administrator: make somebody else one first",
            changed.name
        ),
    })
}

fn is_admin(row: &UserRow) -> Result<bool, AppError> {
    let roles: Roles = parse("users.roles", &row.roles)?;
    Ok(row.disabled_at.is_none() && row.units.is_none() && roles.holds(Role::Admin))
}

fn view(row: &UserRow) -> Result<UserView, utc_storage::StorageError> {
    Ok(UserView {
        id: parse("users.id", &row.id)?,
        name: parse("users.name", &row.name)?,
        roles: parse("users.roles", &row.roles)?,
        units: read_scope("users.units", row.units.as_deref())?,
        created_at: Timestamp::from_micros(row.created_at),
        disabled_at: row.disabled_at.map(Timestamp::from_micros),
        receipt_id: row.receipt_id.clone(),
    })
}
