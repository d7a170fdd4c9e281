//! API tokens on the wire.

use serde::{Deserialize, Serialize};
use utc_app::{CreatedToken, NewToken, TokenView};
use utc_domain::Timestamp;
use utoipa::ToSchema;

use super::rights::{pattern_texts, read_roles, read_scope, role_names};
use crate::problem::Problem;
use crate::wire::parts::Fields;

/// A token to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenBody {
    /// What people call it, 1 to 100 characters; no other token in use may be called so.
    pub(crate) name: String,
    /// `viewer`, `auditor`, `decider`, `signal`, `approver`, `operator`, `admin`; never both `decider` and `approver`.
    pub(crate) roles: Vec<String>,
    /// Patterns of subjects it may speak for; needed with `decider`.
    #[serde(default)]
    pub(crate) subjects: Vec<String>,
    /// Patterns of units on which the roles hold; absent or empty: every unit.
    #[serde(default)]
    pub(crate) units: Vec<String>,
    /// The name of the person it belongs to.
    pub(crate) owner: Option<String>,
    /// Until when it is accepted (ISO 8601).
    pub(crate) expires_at: Option<String>,
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
