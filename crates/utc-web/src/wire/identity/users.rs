//! People on the wire.

use serde::{Deserialize, Serialize};
use utc_app::{NewUser, UserChange, UserChanged, UserView};
use utoipa::ToSchema;

use super::rights::{pattern_texts, read_roles, read_scope, role_names};
use crate::problem::Problem;
use crate::wire::parts::Fields;

/// A person to let in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserBody {
    /// 1 to 64 characters of `[a-z0-9._@-]`.
    pub(crate) name: String,
    /// At least 12 characters.
    pub(crate) password: String,
    /// `viewer`, `auditor`, `decider`, `signal`, `approver`, `operator`, `admin`.
    pub(crate) roles: Vec<String>,
    /// Patterns of units on which the roles hold; absent or empty: every unit.
    #[serde(default)]
    pub(crate) units: Vec<String>,
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
    pub(crate) roles: Option<Vec<String>>,
    /// Patterns of units on which the roles hold; empty: every unit.
    pub(crate) units: Option<Vec<String>>,
    /// Whether the person is shut out.
    pub(crate) disabled: Option<bool>,
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

/// A password of one's own to change.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnPasswordBody {
    /// The present one.
    pub(crate) current: String,
    /// The next one: at least 12 characters.
    pub(crate) new: String,
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
