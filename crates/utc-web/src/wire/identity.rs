//! People, tokens and sessions on the wire. Patterns are lists; an empty list means everything.

use serde::{Deserialize, Serialize};
use utc_app::{
    CreatedToken, NewToken, NewUser, Principal, SessionView, SignedIn, TokenView, UserChange,
    UserChanged, UserView,
};
use utc_domain::{Pattern, Role, Roles, Scope, Timestamp};
use utoipa::ToSchema;

use super::parts::Fields;
use crate::problem::Problem;

/// Names of roles.
fn role_names(roles: Roles) -> Vec<&'static str> {
    roles.iter().map(Role::as_str).collect()
}

fn pattern_texts(scope: &Scope) -> Vec<String> {
    scope.patterns().iter().map(Pattern::to_string).collect()
}

fn read_roles(fields: &mut Fields, names: &[String]) -> Option<Roles> {
    let mut roles = Vec::new();
    for (index, name) in names.iter().enumerate() {
        roles.extend(fields.read::<Role>(&format!("/roles/{index}"), name));
    }
    if roles.len() < names.len() {
        return None;
    }
    Roles::new(roles)
        .map_err(|error| fields.error("/roles", error.to_string()))
        .ok()
}

fn read_scope(fields: &mut Fields, member: &str, texts: &[String]) -> Option<Scope> {
    let mut patterns = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        patterns.extend(fields.read::<Pattern>(&format!("/{member}/{index}"), text));
    }
    if patterns.len() < texts.len() {
        return None;
    }
    Scope::of(patterns)
        .map_err(|error| fields.error(&format!("/{member}"), error.to_string()))
        .ok()
}

/// Who the caller is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MeAnswer {
    /// How receipts name the caller.
    name: String,
    /// The roles that were given by name.
    roles: Vec<&'static str>,
    /// The roles that are held, through others too.
    holds: Vec<&'static str>,
    /// Patterns of subjects that the caller may speak for; empty: every subject.
    subjects: Vec<String>,
    /// Patterns of units on which the roles hold; empty: every unit.
    units: Vec<String>,
    /// Until when the token or the session is accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    /// In a session: what changes must carry as `X-CSRF-Token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    csrf_token: Option<String>,
}

impl MeAnswer {
    pub(crate) fn new(principal: &Principal, session: Option<&SignedIn>) -> Self {
        let roles = principal.roles();
        let held = Role::ALL.into_iter().filter(|&role| roles.holds(role));
        let until = session
            .map(|signed_in| signed_in.expires_at)
            .or(principal.expires_at());
        Self {
            name: principal.name().to_string(),
            roles: role_names(roles),
            holds: held.map(Role::as_str).collect(),
            subjects: pattern_texts(principal.subjects()),
            units: pattern_texts(principal.units()),
            expires_at: until.map(|at| at.to_string()),
            csrf_token: session.map(|signed_in| signed_in.csrf.clone()),
        }
    }
}

/// A name and its password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInBody {
    /// The name.
    pub(crate) name: String,
    /// The password.
    pub(crate) password: String,
}

/// A person to let in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserBody {
    /// 1 to 64 characters of `[a-z0-9._@-]`.
    name: String,
    /// At least 12 characters.
    pub(crate) password: String,
    /// `viewer`, `auditor`, `decider`, `signal`, `approver`, `operator`, `admin`.
    roles: Vec<String>,
    /// Patterns of units on which the roles hold; absent or empty: every unit.
    #[serde(default)]
    units: Vec<String>,
}

impl UserBody {
    pub(crate) fn to_new_user(&self) -> Result<NewUser, Problem> {
        let mut fields = Fields::default();
        let name = fields.read("/name", &self.name);
        let roles = read_roles(&mut fields, &self.roles);
        let units = read_scope(&mut fields, "units", &self.units);
        let user = match (name, roles, units) {
            (Some(name), Some(roles), Some(units)) => Some(NewUser { name, roles, units }),
            _ => None,
        };
        fields.finish_with(user)
    }
}

/// What of a person is to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserPatch {
    /// The roles.
    roles: Option<Vec<String>>,
    /// Patterns of units on which the roles hold; empty: every unit.
    units: Option<Vec<String>>,
    /// Whether the person is shut out.
    disabled: Option<bool>,
}

impl UserPatch {
    pub(crate) fn into_change(self) -> Result<UserChange, Problem> {
        let mut fields = Fields::default();
        let roles = self.roles.and_then(|names| read_roles(&mut fields, &names));
        let units = self
            .units
            .and_then(|texts| read_scope(&mut fields, "units", &texts));
        fields.finish()?;
        Ok(UserChange {
            roles,
            units,
            disabled: self.disabled,
        })
    }
}

/// A password to set.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordBody {
    /// At least 12 characters.
    pub(crate) password: String,
}

/// A person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserAnswer {
    /// The id.
    id: String,
    /// The name to sign in with.
    name: String,
    /// The roles that were given by name.
    roles: Vec<&'static str>,
    /// Patterns of units on which the roles hold; empty: every unit.
    units: Vec<String>,
    /// When they were let in.
    created_at: String,
    /// Since when they are shut out.
    disabled_at: Option<String>,
    /// The receipt of the last change.
    receipt_id: String,
}

impl From<UserView> for UserAnswer {
    fn from(view: UserView) -> Self {
        Self {
            id: view.id.to_string(),
            name: view.name.to_string(),
            roles: role_names(view.roles),
            units: pattern_texts(&view.units),
            created_at: view.created_at.to_string(),
            disabled_at: view.disabled_at.map(|at| at.to_string()),
            receipt_id: view.receipt_id,
        }
    }
}

impl From<UserChanged> for UserAnswer {
    fn from(changed: UserChanged) -> Self {
        changed.user.into()
    }
}

/// Everybody, by name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserList {
    /// The people.
    pub(crate) items: Vec<UserAnswer>,
}

/// A token to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenBody {
    /// What people call it, 1 to 100 characters; no other token in use may be called so.
    name: String,
    /// `viewer`, `auditor`, `decider`, `signal`, `approver`, `operator`, `admin`; never both `decider` and `approver`.
    roles: Vec<String>,
    /// Patterns of subjects it may speak for; needed with `decider`.
    #[serde(default)]
    subjects: Vec<String>,
    /// Patterns of units on which the roles hold; absent or empty: every unit.
    #[serde(default)]
    units: Vec<String>,
    /// The name of the person it belongs to.
    owner: Option<String>,
    /// Until when it is accepted (ISO 8601).
    expires_at: Option<String>,
}

impl TokenBody {
    pub(crate) fn into_new_token(self) -> Result<NewToken, Problem> {
        let mut fields = Fields::default();
        let name = fields.read("/name", &self.name);
        let roles = read_roles(&mut fields, &self.roles);
        let subjects = read_scope(&mut fields, "subjects", &self.subjects);
        let units = read_scope(&mut fields, "units", &self.units);
        let owner = fields.read_optional("/owner", self.owner.as_deref());
        let expires_at = fields.read_optional("/expires_at", self.expires_at.as_deref());
        let token = match (name, roles, subjects, units) {
            (Some(name), Some(roles), Some(subjects), Some(units)) => Some(NewToken {
                name,
                roles,
                subjects,
                units,
                owner,
                expires_at,
            }),
            _ => None,
        };
        fields.finish_with(token)
    }
}

/// A token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenAnswer {
    /// The public half, which stands in the token.
    id: String,
    /// What people call it.
    name: String,
    /// The roles that were given by name.
    roles: Vec<&'static str>,
    /// Patterns of subjects it may speak for; empty: every subject.
    subjects: Vec<String>,
    /// Patterns of units on which the roles hold; empty: every unit.
    units: Vec<String>,
    /// The name of the person it belongs to.
    owner: Option<String>,
    /// `active`, `suspended` or `revoked`.
    state: &'static str,
    /// When it was made.
    created_at: String,
    /// Who made it.
    created_by: String,
    /// Until when it is accepted.
    expires_at: Option<String>,
    /// When it was last used, to the minute.
    last_used_at: Option<String>,
}

impl From<TokenView> for TokenAnswer {
    fn from(view: TokenView) -> Self {
        let time = |at: Timestamp| at.to_string();
        Self {
            id: view.id.to_string(),
            name: view.name.to_string(),
            roles: role_names(view.roles),
            subjects: pattern_texts(&view.subjects),
            units: pattern_texts(&view.units),
            owner: view.owner.map(|owner| owner.to_string()),
            state: view.standing.as_str(),
            created_at: time(view.created_at),
            created_by: view.created_by,
            expires_at: view.expires_at.map(time),
            last_used_at: view.last_used_at.map(time),
        }
    }
}

/// Every token, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenList {
    /// The tokens.
    pub(crate) items: Vec<TokenAnswer>,
}

/// A token that was made. The secret is shown here and never again.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenCreated {
    /// The token: send it as `Authorization: Bearer <token>`.
    token: String,
    /// The receipt.
    receipt_id: String,
    #[serde(flatten)]
    view: TokenAnswer,
}

impl From<CreatedToken> for TokenCreated {
    fn from(created: CreatedToken) -> Self {
        Self {
            token: created.token.to_string(),
            receipt_id: created.receipt_id.to_string(),
            view: created.view.into(),
        }
    }
}

/// A session that goes on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionAnswer {
    /// The id.
    id: String,
    /// Whose it is.
    user: String,
    /// When it began.
    created_at: String,
    /// When it was last used, to the minute.
    last_seen_at: String,
    /// When it ends at the latest; it also ends after 12 hours without use.
    expires_at: String,
    /// Whether it is the caller's own.
    current: bool,
}

impl SessionAnswer {
    pub(crate) fn new(view: &SessionView, own: Option<&SignedIn>) -> Self {
        Self {
            id: view.id.to_string(),
            user: view.user.to_string(),
            created_at: view.created_at.to_string(),
            last_seen_at: view.last_seen_at.to_string(),
            expires_at: view.expires_at.to_string(),
            current: own.is_some_and(|own| own.session == view.id),
        }
    }
}

/// Sessions, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionList {
    /// The sessions.
    pub(crate) items: Vec<SessionAnswer>,
}

/// The receipt of a change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceiptAnswer {
    /// The receipt.
    pub(crate) receipt_id: String,
}
