//! People, tokens and sessions on the wire. Patterns are lists; an empty list means everything.

pub(crate) mod rights;
pub(crate) mod tokens;
pub(crate) mod users;

use serde::{Deserialize, Serialize};
use utc_app::{Principal, SessionView, SignedIn};
use utc_domain::Role;
use utoipa::ToSchema;

use rights::{pattern_texts, role_names};

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
