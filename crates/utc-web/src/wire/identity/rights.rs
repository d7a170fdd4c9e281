//! Roles and patterns on the wire.

use utc_domain::{Pattern, Role, Roles, Scope};

use crate::wire::parts::Fields;

/// Names of roles.
pub(super) fn role_names(roles: Roles) -> Vec<&'static str> {
    roles.iter().map(Role::as_str).collect()
}

pub(crate) fn pattern_texts(scope: &Scope) -> Vec<String> {
    scope.patterns().iter().map(Pattern::to_string).collect()
}

pub(super) fn read_roles(fields: &mut Fields, names: &[String]) -> Option<Roles> {
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

pub(crate) fn read_scope(fields: &mut Fields, member: &str, texts: &[String]) -> Option<Scope> {
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
