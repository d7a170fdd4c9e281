//! People: passwords, sessions, roles, the setup link, and what a restore does.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use utc_app::{AppError, Console, NewToken, Refusal, Standing, SystemClock, UserChange};
use utc_domain::{Clock, Role, Rule, Timestamp};

use super::{PASSWORD, accepted, check_refused, check_unknown, new_token, person, scope, token};
use crate::support::{Installation, actor, local, switch};

#[test]
fn a_person_signs_in_with_the_password_and_with_nothing_else() {
    let console = Installation::new().open();
    person(&console, "ann", "viewer");
    let started = console.sign_in("ann", PASSWORD).unwrap();
    let signed_in = console.session(&started.cookie).unwrap();
    assert_eq!(signed_in.principal.name().as_str(), "user:ann");
    assert_eq!(signed_in.session, started.signed_in.session);
    assert!(console.csrf_matches(signed_in.session, &signed_in.csrf));
    for (name, password) in [
        ("ann", "wrong"),
        ("ann", ""),
        ("bob", PASSWORD),
        ("Ann", PASSWORD),
    ] {
        check_unknown(console.sign_in(name, password));
    }
    check_unknown(console.session("utcsession_nonsense"));
}

#[test]
fn each_sign_in_is_a_session_of_its_own_and_ends_on_its_own() {
    let console = Installation::new().open();
    person(&console, "ann", "viewer");
    let one = console.sign_in("ann", PASSWORD).unwrap();
    let other = console.sign_in("ann", PASSWORD).unwrap();
    assert_ne!(one.cookie, other.cookie);
    let (first, second) = (one.signed_in, other.signed_in);
    assert!(!console.csrf_matches(first.session, &second.csrf));
    assert_eq!(console.sessions(None).unwrap().len(), 2);
    console.sign_out(first.session).wait().unwrap();
    check_unknown(console.session(&one.cookie));
    console.session(&other.cookie).unwrap();
    console
        .revoke_session(local(), second.session)
        .wait()
        .unwrap();
    check_unknown(console.session(&other.cookie));
}

#[test]
fn a_person_ends_sessions_of_their_own_only() {
    let console = Installation::new().open();
    person(&console, "ann", "viewer");
    person(&console, "bob", "viewer");
    let ann = console.sign_in("ann", PASSWORD).unwrap().signed_in;
    let bob = console.sign_in("bob", PASSWORD).unwrap().signed_in;
    let refused = console.revoke_session(&ann.principal, bob.session).wait();
    assert!(matches!(refused, Err(AppError::NotFound { .. })));
    console
        .revoke_session(&bob.principal, bob.session)
        .wait()
        .unwrap();
    assert_eq!(console.sessions(None).unwrap().len(), 1);
}

#[test]
fn whoever_is_shut_out_has_no_session_and_no_token() {
    let console = Installation::new().open();
    person(&console, "root", "admin");
    person(&console, "ann", "viewer");
    let started = console.sign_in("ann", PASSWORD).unwrap();
    let new = NewToken {
        owner: Some("ann".parse().unwrap()),
        ..new_token("anns", "viewer")
    };
    let (text, _) = token(&console, new);
    accepted(&console, &text);
    let change = |disabled| UserChange {
        disabled: Some(disabled),
        ..UserChange::default()
    };
    let ann = "ann".parse::<utc_domain::UserName>().unwrap();
    console
        .change_user(actor(), ann.clone(), change(true))
        .wait()
        .unwrap();
    check_unknown(console.session(&started.cookie));
    check_unknown(console.sign_in("ann", PASSWORD));
    check_unknown(console.token(&text));
    console
        .change_user(actor(), ann, change(false))
        .wait()
        .unwrap();
    console.sign_in("ann", PASSWORD).unwrap();
    accepted(&console, &text);
    check_unknown(console.session(&started.cookie));
}

#[test]
fn a_new_password_ends_every_session_and_the_old_password() {
    let console = Installation::new().open();
    person(&console, "ann", "viewer");
    let started = console.sign_in("ann", PASSWORD).unwrap();
    let other = "another horse entirely";
    let ann = "ann".parse::<utc_domain::UserName>().unwrap();
    console
        .reset_password(actor(), ann.clone(), other)
        .wait()
        .unwrap();
    check_unknown(console.session(&started.cookie));
    check_unknown(console.sign_in("ann", PASSWORD));
    console.sign_in("ann", other).unwrap();
    let weak = console.reset_password(actor(), ann, "short").wait();
    assert!(matches!(weak, Err(AppError::Invalid(fields)) if fields[0].pointer == "/password"));
}

#[test]
fn changed_roles_hold_in_running_sessions() {
    let console = Installation::new().open();
    person(&console, "ann", "viewer");
    let started = console.sign_in("ann", PASSWORD).unwrap();
    let change = UserChange {
        roles: Some("operator".parse().unwrap()),
        units: Some(scope(&["a"])),
        ..UserChange::default()
    };
    let ann = "ann".parse().unwrap();
    console.change_user(actor(), ann, change).wait().unwrap();
    let principal = console.session(&started.cookie).unwrap().principal;
    principal
        .may(Role::Operator, &"a".parse().unwrap())
        .unwrap();
    let other: utc_domain::UnitName = "b".parse().unwrap();
    check_refused(
        principal.may(Role::Operator, &other),
        &Refusal::Unit(other.clone()),
    );
    check_refused(
        principal.may_everywhere(Role::Operator),
        &Refusal::NotEverywhere,
    );
}

#[test]
fn the_last_administrator_stays() {
    let console = Installation::new().open();
    person(&console, "root", "admin");
    let root = || "root".parse().unwrap();
    for change in [
        UserChange {
            disabled: Some(true),
            ..UserChange::default()
        },
        UserChange {
            roles: Some("viewer".parse().unwrap()),
            ..UserChange::default()
        },
        UserChange {
            units: Some(scope(&["a"])),
            ..UserChange::default()
        },
    ] {
        let refused = console.change_user(actor(), root(), change).wait();
        assert!(matches!(
            refused,
            Err(AppError::Conflict {
                code: "last_admin",
                ..
            })
        ));
    }
    person(&console, "second", "admin");
    let change = UserChange {
        disabled: Some(true),
        ..UserChange::default()
    };
    console.change_user(actor(), root(), change).wait().unwrap();
}

#[test]
fn the_setup_link_lets_one_person_in() {
    let installation = Installation::new();
    let (console, other) = (installation.open(), installation.open());
    let link = console.setup_token().unwrap().to_owned();
    let others = other.setup_token().unwrap().to_owned();
    assert!(console.is_setup_token(&link) && !console.is_setup_token(&others));
    let name = || "root".parse().unwrap();
    check_unknown(console.set_up(&others, name(), PASSWORD));
    assert!(matches!(
        console.set_up(&link, name(), "weak"),
        Err(AppError::Invalid(_))
    ));
    let started = console.set_up(&link, name(), PASSWORD).unwrap();
    let root = console.session(&started.cookie).unwrap().principal;
    root.may_everywhere(Role::Admin).unwrap();
    assert!(console.setup_token().is_none() && !console.is_setup_token(&link));
    check_unknown(console.set_up(&link, "second".parse().unwrap(), PASSWORD));
    check_unknown(other.set_up(&others, "second".parse().unwrap(), PASSWORD));
}

#[test]
fn a_sign_in_link_works_as_often_as_wanted_for_its_person() {
    let console = Installation::new().open();
    person(&console, "ann", "viewer");
    let (text, link) = console.sign_in_link("ann".parse().unwrap()).unwrap();
    for _ in 0..2 {
        let started = console.sign_in_by(&link, &text).unwrap();
        assert_eq!(started.signed_in.principal.name().as_str(), "user:ann");
    }
    let (other, _) = console.sign_in_link("ann".parse().unwrap()).unwrap();
    check_unknown(console.sign_in_by(&link, &other));
    check_unknown(console.sign_in_by(&link, ""));
}

#[test]
fn the_last_use_is_there_after_a_restart() {
    let installation = Installation::new();
    let console = installation.open();
    let (text, _) = token(&console, new_token("ci", "decider"));
    person(&console, "ann", "viewer");
    let started = console.sign_in("ann", PASSWORD).unwrap();
    accepted(&console, &text);
    console.session(&started.cookie).unwrap();
    assert_eq!(console.tokens().unwrap()[0].last_used_at, None);
    drop(console);
    let console = installation.open();
    assert!(console.tokens().unwrap()[0].last_used_at.is_some());
    console.session(&started.cookie).unwrap();
}

#[test]
fn after_a_restore_nobody_is_let_in_until_somebody_says_so() {
    let console = Installation::new().open();
    person(&console, "ann", "admin");
    let started = console.sign_in("ann", PASSWORD).unwrap();
    let (text, id) = token(&console, new_token("ci", "decider"));
    assert_eq!(console.suspend_access(actor()).wait().unwrap(), 1);
    check_unknown(console.token(&text));
    check_unknown(console.session(&started.cookie));
    assert_eq!(console.tokens().unwrap()[0].standing, Standing::Suspended);
    console.resume_token(actor(), id).wait().unwrap();
    accepted(&console, &text);
    let twice = console.resume_token(actor(), id).wait();
    assert!(matches!(twice, Err(AppError::Conflict { .. })));
}

#[test]
fn no_secret_is_in_the_database() {
    let installation = Installation::new();
    let console = installation.open();
    let (text, _) = token(&console, new_token("ci", "decider"));
    person(&console, "ann", "viewer");
    let started = console.sign_in("ann", PASSWORD).unwrap();
    console
        .set_rule(switch(Rule::ReadOnlyForRisky, true))
        .wait()
        .unwrap();
    drop(console);
    // The secret may hold the separator too: it is all that stands behind the second one.
    let secret = |text: &str| text.splitn(3, '_').nth(2).unwrap().as_bytes().to_vec();
    let secrets = [
        secret(&text),
        secret(&started.cookie),
        PASSWORD.as_bytes().to_vec(),
    ];
    let mut read = 0;
    for entry in std::fs::read_dir(installation.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if !path.is_file() {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        read += bytes.len();
        for secret in &secrets {
            let found = bytes.windows(secret.len()).any(|part| part == secret);
            assert!(!found, "{} holds a secret", path.display());
        }
    }
    assert!(read > 10_000, "{read}");
}

/// The wall clock, turned on by so many seconds.
struct Ahead(AtomicI64);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        SystemClock
            .now()
            .plus_seconds(self.0.load(Ordering::Relaxed))
    }
}

#[test]
fn a_session_ends_after_12_hours_without_use_and_after_7_days_in_any_case() {
    const HOUR: i64 = 3_600;
    let clock = Arc::new(Ahead(AtomicI64::new(0)));
    let installation = Installation::new();
    let console = Console::with(utc_app::Options {
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        ..installation.options()
    })
    .unwrap();
    let later = |seconds: i64| clock.0.fetch_add(seconds, Ordering::Relaxed);
    person(&console, "ann", "viewer");
    let idle = console.sign_in("ann", PASSWORD).unwrap();
    let used = console.sign_in("ann", PASSWORD).unwrap();
    later(11 * HOUR);
    console.session(&used.cookie).unwrap();
    later(2 * HOUR);
    console.session(&used.cookie).unwrap();
    check_unknown(console.session(&idle.cookie));
    assert_eq!(console.sessions(None).unwrap().len(), 1);
    for _ in 0..14 {
        later(11 * HOUR);
        console.session(&used.cookie).unwrap();
    }
    later(11 * HOUR);
    check_unknown(console.session(&used.cookie));
}
