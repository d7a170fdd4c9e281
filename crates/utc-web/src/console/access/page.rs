//! The page: who may do what.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;
use utc_app::{AppError, Console, SessionView, Standing, TokenView, UserView, Who};
use utc_domain::{NoticeKind, Role, SessionId};

use super::{role_texts, scope_text};
use crate::State;
use crate::access::Caller;
use crate::console::Shell;
use crate::console::webhooks::WebhookRow;
use crate::handlers::blocking;
use crate::problem::Problem;

/// Everything on the page.
#[derive(Serialize)]
struct AccessView {
    name: String,
    roles: Vec<&'static str>,
    holds: Vec<&'static str>,
    units: String,
    subjects: String,
    expires_at: Option<String>,
    has_session: bool,
    sessions: Vec<SessionRow>,
    admin: Option<AdminView>,
    /// Whether whoever looks may say who hears of what happens.
    operates: bool,
    webhooks: Vec<WebhookRow>,
    /// How many kinds of notices there are.
    kinds: usize,
}

/// What administrators of everything see beside.
#[derive(Serialize)]
struct AdminView {
    people: Vec<PersonRow>,
    tokens: Vec<TokenRow>,
}

#[derive(Serialize)]
struct SessionRow {
    id: String,
    user: String,
    created_at: String,
    last_seen_at: String,
    expires_at: String,
    is_own: bool,
}

#[derive(Serialize)]
struct PersonRow {
    name: String,
    roles: Vec<&'static str>,
    units: String,
    created_at: String,
    disabled_at: Option<String>,
    receipt: String,
}

#[derive(Serialize)]
struct TokenRow {
    id: String,
    name: String,
    roles: Vec<&'static str>,
    subjects: String,
    units: String,
    owner: Option<String>,
    created_at: String,
    created_by: String,
    expires_at: Option<String>,
    last_used_at: Option<String>,
    state: &'static str,
    is_active: bool,
    is_suspended: bool,
}

/// Access
///
/// Who may do what? Everybody sees their own rights and sessions; administrators of everything see people and tokens.
#[utoipa::path(get, path = "/access", tag = "Pages", responses((status = 200, description = "The page", content_type = "text/html")))]
pub(crate) async fn page(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
) -> Result<HttpResponse, Problem> {
    let view = blocking(&state, move |console| AccessView::of(console, &caller)).await?;
    shell.page("access.html", &view)
}

impl AccessView {
    fn of(console: &Console, caller: &Caller) -> Result<Self, AppError> {
        let everything = caller.may_everywhere(Role::Admin).is_ok();
        let operates = caller.may_everywhere(Role::Operator).is_ok();
        let roles = caller.roles();
        let session = caller.session();
        let own = session.map(|signed_in| signed_in.session);
        let until = session
            .map(|signed_in| signed_in.expires_at)
            .or(caller.expires_at());
        let held = Role::ALL.into_iter().filter(|&role| roles.holds(role));
        Ok(Self {
            name: caller.name().to_string(),
            roles: role_texts(roles),
            holds: held.map(Role::as_str).collect(),
            units: scope_text(caller.units()),
            subjects: scope_text(caller.subjects()),
            expires_at: until.map(|at| at.to_string()),
            has_session: session.is_some(),
            sessions: sessions(console, caller, everything)?
                .iter()
                .map(|view| SessionRow::new(view, own))
                .collect(),
            operates,
            webhooks: if operates {
                WebhookRow::all(console)?
            } else {
                Vec::new()
            },
            kinds: NoticeKind::ALL.len(),
            admin: everything.then(|| AdminView::of(console)).transpose()?,
        })
    }
}

fn sessions(
    console: &Console,
    caller: &Caller,
    everything: bool,
) -> Result<Vec<SessionView>, AppError> {
    match caller.who() {
        _ if everything => console.sessions(None),
        Who::User(user) | Who::Token(_, Some(user)) => console.sessions(Some(user)),
        Who::Token(_, None) | Who::Local => Ok(Vec::new()),
    }
}

impl AdminView {
    fn of(console: &Console) -> Result<Self, AppError> {
        Ok(Self {
            people: console.users()?.into_iter().map(PersonRow::from).collect(),
            tokens: console.tokens()?.into_iter().map(TokenRow::from).collect(),
        })
    }
}

impl SessionRow {
    fn new(view: &SessionView, own: Option<SessionId>) -> Self {
        Self {
            id: view.id.to_string(),
            user: view.user.to_string(),
            created_at: view.created_at.to_string(),
            last_seen_at: view.last_seen_at.to_string(),
            expires_at: view.expires_at.to_string(),
            is_own: own == Some(view.id),
        }
    }
}

impl From<UserView> for PersonRow {
    fn from(view: UserView) -> Self {
        Self {
            name: view.name.to_string(),
            roles: role_texts(view.roles),
            units: scope_text(&view.units),
            created_at: view.created_at.to_string(),
            disabled_at: view.disabled_at.map(|at| at.to_string()),
            receipt: view.receipt_id,
        }
    }
}

impl From<TokenView> for TokenRow {
    fn from(view: TokenView) -> Self {
        Self {
            id: view.id.to_string(),
            name: view.name.to_string(),
            roles: role_texts(view.roles),
            subjects: scope_text(&view.subjects),
            units: scope_text(&view.units),
            owner: view.owner.map(|owner| owner.to_string()),
            created_at: view.created_at.to_string(),
            created_by: view.created_by,
            expires_at: view.expires_at.map(|at| at.to_string()),
            last_used_at: view.last_used_at.map(|at| at.to_string()),
            state: view.standing.as_str(),
            is_active: view.standing == Standing::Active,
            is_suspended: view.standing == Standing::Suspended,
        }
    }
}
