//! People and tokens: who may do what, from when, until when.

mod authority;
mod passwords;
mod people;
mod renewal;
mod tokens;

use std::sync::Arc;

use utc_app::{AppError, Console, NewToken, NewUser, Principal, Refusal};
use utc_domain::{Scope, TokenId};

use crate::support::actor;

pub(crate) const PASSWORD: &str = "correct horse battery staple";

pub(crate) fn scope(patterns: &[&str]) -> Scope {
    Scope::of(patterns.iter().map(|text| text.parse().unwrap()).collect()).unwrap()
}

pub(crate) fn new_token(name: &str, roles: &str) -> NewToken {
    NewToken {
        name: name.parse().unwrap(),
        roles: roles.parse().unwrap(),
        subjects: scope(&["agent-*"]),
        units: Scope::All,
        owner: None,
        expires_at: None,
    }
}

/// A token's text and id.
pub(crate) fn token(console: &Console, new: NewToken) -> (String, TokenId) {
    let created = console.create_token(actor(), new).wait().unwrap();
    (created.token.to_string(), created.view.id)
}

pub(crate) fn person(console: &Console, name: &str, roles: &str) {
    let new = NewUser {
        name: name.parse().unwrap(),
        roles: roles.parse().unwrap(),
        units: Scope::All,
    };
    console.create_user(actor(), new, PASSWORD).wait().unwrap();
}

#[track_caller]
pub(crate) fn accepted(console: &Console, text: &str) -> Arc<Principal> {
    console.token(text).unwrap().unwrap()
}

#[track_caller]
pub(crate) fn check_unknown<T>(result: Result<T, AppError>) {
    assert!(matches!(result.err(), Some(AppError::Unauthenticated)));
}

#[track_caller]
pub(crate) fn check_refused<T>(result: Result<T, AppError>, expected: &Refusal) {
    match result {
        Err(AppError::Forbidden(refusal)) => assert_eq!(refusal, *expected),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("must be refused: {expected}"),
    }
}
