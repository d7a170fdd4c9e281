//! Access: who may do what?

mod page;
mod password;
mod people;
mod sessions;
mod tokens;

use serde::Serialize;
use utc_domain::{Role, Roles, Scope};

use super::Tab;
use crate::access::Access;
use crate::routes::Endpoint;
use crate::wire::identity::rights::pattern_texts;

pub(super) fn routes() -> Vec<Endpoint> {
    const ADMIN: Access = Access::Everywhere(Role::Admin);
    const KNOWN: Access = Access::Known;
    vec![
        Endpoint::new::<page::__path_page, _, _>(Tab::Access.access(), page::page),
        Endpoint::new::<password::__path_ask, _, _>(KNOWN, password::ask),
        Endpoint::new::<password::__path_change, _, _>(KNOWN, password::change),
        Endpoint::new::<sessions::__path_ask, _, _>(KNOWN, sessions::ask),
        Endpoint::new::<sessions::__path_end, _, _>(KNOWN, sessions::end),
        Endpoint::new::<tokens::__path_form, _, _>(ADMIN, tokens::form),
        Endpoint::new::<tokens::__path_create, _, _>(ADMIN, tokens::create),
        Endpoint::new::<tokens::__path_ask, _, _>(ADMIN, tokens::ask),
        Endpoint::new::<tokens::__path_revoke, _, _>(ADMIN, tokens::revoke),
        Endpoint::new::<tokens::__path_resume, _, _>(ADMIN, tokens::resume),
        Endpoint::new::<people::__path_form, _, _>(ADMIN, people::form),
        Endpoint::new::<people::__path_create, _, _>(ADMIN, people::create),
        Endpoint::new::<people::__path_show, _, _>(ADMIN, people::show),
        Endpoint::new::<people::__path_change, _, _>(ADMIN, people::change),
        Endpoint::new::<people::__path_set_password, _, _>(ADMIN, people::set_password),
        Endpoint::new::<people::__path_admit, _, _>(ADMIN, people::admit),
    ]
}

/// A role to choose, with what it lets somebody do.
#[derive(Serialize)]
struct RoleChoice {
    name: &'static str,
    about: &'static str,
    chosen: bool,
}

/// Every role; those that `chosen` says are ticked.
fn role_choices(chosen: impl Fn(Role) -> bool) -> Vec<RoleChoice> {
    let choice = |role: Role| RoleChoice {
        name: role.as_str(),
        about: about(role),
        chosen: chosen(role),
    };
    Role::ALL.into_iter().map(choice).collect()
}

fn about(role: Role) -> &'static str {
    match role {
        Role::Viewer => "reads units, rules and receipts",
        Role::Auditor => "reads, and exports evidence",
        Role::Decider => "asks for decisions; never together with approver",
        Role::Signal => "reports events and load",
        Role::Approver => "votes on held writes; no other role includes it",
        Role::Operator => "changes rules, units, pins and risk marks",
        Role::Admin => "manages people and tokens; includes every role but approver",
    }
}

fn role_texts(roles: Roles) -> Vec<&'static str> {
    roles.iter().map(Role::as_str).collect()
}

/// Patterns as people enter them; empty for everything.
fn scope_text(scope: &Scope) -> String {
    pattern_texts(scope).join(" ")
}
