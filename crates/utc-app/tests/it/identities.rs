//! People and tokens: who may do what, from when, until when.

use std::sync::Arc;

use utc_app::{
    AppError, Console, Filter, NewToken, NewUser, Principal, Refusal, Standing, SystemClock,
    UserChange,
};
use utc_domain::{Clock as _, Role, Rule, Scope, Timestamp, TokenId};

use crate::support::{Installation, actor, ask, local, switch};

const PASSWORD: &str = "correct horse battery staple";

fn scope(patterns: &[&str]) -> Scope {
    Scope::of(patterns.iter().map(|text| text.parse().unwrap()).collect()).unwrap()
}

fn new_token(name: &str, roles: &str) -> NewToken {
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
fn token(console: &Console, new: NewToken) -> (String, TokenId) {
    let created = console.create_token(actor(), new).wait().unwrap();
    (created.token.to_string(), created.view.id)
}

fn person(console: &Console, name: &str, roles: &str) {
    let new = NewUser {
        name: name.parse().unwrap(),
        roles: roles.parse().unwrap(),
        units: Scope::All,
    };
    console.create_user(actor(), new, PASSWORD).wait().unwrap();
}

#[track_caller]
fn accepted(console: &Console, text: &str) -> Arc<Principal> {
    console.token(text).unwrap().unwrap()
}

#[track_caller]
fn check_unknown<T>(result: Result<T, AppError>) {
    assert!(matches!(result.err(), Some(AppError::Unauthenticated)));
}

#[track_caller]
fn check_refused<T>(result: Result<T, AppError>, expected: &Refusal) {
    match result {
        Err(AppError::Forbidden(refusal)) => assert_eq!(refusal, *expected),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("must be refused: {expected}"),
    }
}

#[test]
fn a_token_is_accepted_from_its_receipt_to_its_revocation() {
    let installation = Installation::new();
    let console = installation.open();
    assert!(!console.has_identities());
    let (text, id) = token(&console, new_token("ci", "decider"));
    assert!(console.has_identities());
    let principal = accepted(&console, &text);
    assert_eq!(principal.name().as_str(), "token:ci");
    console
        .submit_as(&principal, ask("write:x", "a"))
        .wait()
        .unwrap();
    console.revoke_token(actor(), id).wait().unwrap();
    check_unknown(console.token(&text));
    let again = console.revoke_token(actor(), id).wait();
    assert!(matches!(
        again,
        Err(AppError::Conflict {
            code: "token_revoked",
            ..
        })
    ));
    let filter = Filter {
        kind: Some("access_change".to_owned()),
        ..Filter::default()
    };
    let page = console.receipts(&local(), &filter, 10).unwrap();
    assert_eq!(page.items.len(), 2);
}

#[test]
fn a_changed_cut_or_invented_token_is_not_accepted() {
    let console = Installation::new().open();
    let (text, _) = token(&console, new_token("ci", "decider"));
    let (head, last) = text.split_at(text.len() - 1);
    let other = if last == "A" { "B" } else { "A" };
    for changed in [
        "",
        "utc_",
        head,
        &format!("{head}{other}"),
        &format!("{text} "),
    ] {
        check_unknown(console.token(changed));
        check_unknown(console.look_up_token(changed));
    }
    let elsewhere = Installation::new();
    let (foreign, _) = token(&elsewhere.open(), new_token("ci", "decider"));
    assert!(console.token(&foreign).unwrap().is_none());
    check_unknown(console.look_up_token(&foreign));
}

#[test]
fn a_decision_whose_token_was_revoked_meanwhile_is_not_sealed() {
    let console = Installation::new().open();
    let (text, id) = token(&console, new_token("ci", "decider"));
    let principal = accepted(&console, &text);
    console.revoke_token(actor(), id).wait().unwrap();
    // Authenticated before the revocation, sealed after it.
    let before = console.head().unwrap().unwrap().size;
    check_unknown(console.submit_as(&principal, ask("write:x", "a")).wait());
    assert_eq!(console.head().unwrap().unwrap().size, before);
}

#[test]
fn two_processes_agree_about_a_token() {
    let installation = Installation::new();
    let (one, other) = (installation.open(), installation.open());
    let (text, id) = token(&one, new_token("ci", "decider"));
    let principal = other.look_up_token(&text).unwrap();
    other
        .submit_as(&principal, ask("write:x", "a"))
        .wait()
        .unwrap();
    one.revoke_token(actor(), id).wait().unwrap();
    check_unknown(other.submit_as(&principal, ask("write:x", "a")).wait());
}

#[test]
fn a_token_ends_at_its_time() {
    let console = Installation::new().open();
    let soon = SystemClock.now().plus_micros(300_000);
    let new = NewToken {
        expires_at: Some(soon),
        ..new_token("short", "decider")
    };
    let (text, _) = token(&console, new);
    let principal = accepted(&console, &text);
    console
        .submit_as(&principal, ask("write:x", "a"))
        .wait()
        .unwrap();
    while SystemClock.now() <= soon {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    check_unknown(console.token(&text));
    check_unknown(console.submit_as(&principal, ask("write:x", "a")).wait());
    let past = NewToken {
        expires_at: Some(Timestamp::from_micros(1)),
        ..new_token("past", "decider")
    };
    let refused = console.create_token(actor(), past).wait();
    assert!(matches!(refused, Err(AppError::Invalid(_))));
}

#[test]
fn an_agent_speaks_only_for_its_subjects_and_only_on_its_units() {
    let console = Installation::new().open();
    let new = NewToken {
        units: scope(&["pay*"]),
        ..new_token("ci", "decider")
    };
    let (text, _) = token(&console, new);
    let principal = accepted(&console, &text);
    let answer = |subject: &str, unit: &str| {
        let mut request = ask("write:x", unit);
        request.subject = subject.parse().unwrap();
        console.submit_as(&principal, request).wait()
    };
    answer("agent-1", "payments").unwrap();
    let alice = "user:alice".parse().unwrap();
    check_refused(answer("user:alice", "payments"), &Refusal::Subject(alice));
    let ledger = "ledger".parse().unwrap();
    check_refused(answer("agent-1", "ledger"), &Refusal::Unit(ledger));
}

#[test]
fn an_alias_is_no_way_around_the_units_of_a_token() {
    let console = Installation::new().open();
    let mut config = utc_app::UnitConfig::unconfigured();
    config.aliases.insert("pay-alias".parse().unwrap());
    let update = Box::new(move |_: Option<&utc_app::UnitConfig>| Ok(config.clone()));
    let unit: utc_domain::UnitName = "ledger".parse().unwrap();
    console
        .configure_unit(unit.clone(), actor(), update)
        .wait()
        .unwrap();
    let new = NewToken {
        units: scope(&["pay*"]),
        ..new_token("ci", "decider")
    };
    let (text, _) = token(&console, new);
    let asked = console
        .submit_as(&accepted(&console, &text), ask("write:x", "pay-alias"))
        .wait();
    check_refused(asked, &Refusal::Unit(unit));
}

#[test]
fn who_does_not_hold_decider_does_not_ask() {
    let console = Installation::new().open();
    for role in ["viewer", "auditor", "signal", "approver", "operator"] {
        let (text, _) = token(&console, new_token(role, role));
        let asked = console
            .submit_as(&accepted(&console, &text), ask("read:x", "a"))
            .wait();
        check_refused(asked, &Refusal::Role(Role::Decider));
    }
}

#[test]
fn a_decider_without_subjects_is_refused_and_an_administrator_speaks_for_anybody() {
    let console = Installation::new().open();
    let anybody = |roles: &str| NewToken {
        subjects: Scope::All,
        ..new_token(&roles.replace(' ', "-"), roles)
    };
    let refused = console
        .create_token(actor(), anybody("decider viewer"))
        .wait();
    assert!(matches!(refused, Err(AppError::Invalid(fields)) if fields[0].pointer == "/subjects"));
    let (text, _) = token(&console, anybody("admin"));
    console
        .submit_as(&accepted(&console, &text), ask("write:x", "a"))
        .wait()
        .unwrap();
}

#[test]
fn a_name_is_used_by_one_token_at_a_time() {
    let console = Installation::new().open();
    let (_, id) = token(&console, new_token("ci", "viewer"));
    let twice = console
        .create_token(actor(), new_token("ci", "viewer"))
        .wait();
    assert!(matches!(
        twice,
        Err(AppError::Conflict {
            code: "token_exists",
            ..
        })
    ));
    assert_eq!(console.find_token("ci").unwrap(), id);
    console.revoke_token(actor(), id).wait().unwrap();
    token(&console, new_token("ci", "viewer"));
    assert_eq!(console.tokens().unwrap().len(), 2);
}

#[test]
fn receipts_and_units_of_others_are_not_there() {
    let console = Installation::new().open();
    let mine = console.decide(ask("write:x", "mine")).unwrap();
    let other = console.decide(ask("write:x", "other")).unwrap();
    let new = NewToken {
        units: scope(&["mine"]),
        ..new_token("viewer", "viewer")
    };
    let (text, _) = token(&console, new);
    let viewer = accepted(&console, &text);
    let page = console.receipts(&viewer, &Filter::default(), 100).unwrap();
    let seen: Vec<_> = page.items.iter().map(|item| item.id.clone()).collect();
    assert_eq!(seen, [mine.receipt_id.to_string()]);
    console.receipt(&viewer, mine.receipt_id).unwrap();
    let hidden = console.receipt(&viewer, other.receipt_id);
    assert!(matches!(hidden, Err(AppError::NotFound { .. })));
    let units = console.units(&viewer, None, 100).unwrap();
    assert_eq!(units.units.len(), 1);
    let first = console.units(&viewer, None, 1).unwrap();
    assert_eq!(first.units.len(), 1, "`mine` comes first");
    let second = console.units(&viewer, first.next.as_ref(), 1).unwrap();
    assert!(second.units.is_empty() && second.next.is_none());
}

#[test]
fn a_pin_below_the_measured_level_takes_an_administrator() {
    let console = Installation::new().open();
    let unit = "a".parse().unwrap();
    let report = utc_app::Report {
        arrival_rate: 95.0,
        service_rate: 100.0,
        at: None,
    };
    console.observe(&unit, vec![report]).wait().unwrap();
    let (text, _) = token(&console, new_token("operator", "operator"));
    let pin = |level: &str| utc_app::PinRequest {
        level: level.parse().unwrap(),
        reason: "a test".parse().unwrap(),
        expires_at: Some(SystemClock.now().plus_minutes(60)),
    };
    let operator = accepted(&console, &text);
    let loosened = console.pin(&unit, &operator, pin("permissive")).wait();
    check_refused(loosened, &Refusal::Role(Role::Admin));
    console
        .pin(&unit, &operator, pin("read_only"))
        .wait()
        .unwrap();
    console
        .pin(&unit, &local(), pin("permissive"))
        .wait()
        .unwrap();
}

#[test]
fn one_credential_takes_at_most_a_quarter_of_the_queue() {
    let installation = Installation::new();
    let console = Console::with(utc_app::Options {
        decision_places: 8,
        ..installation.options()
    })
    .unwrap();
    let (text, _) = token(&console, new_token("ci", "decider"));
    let principal = accepted(&console, &text);
    let tickets: Vec<_> = (0..200)
        .map(|_| console.submit_as(&principal, ask("read:x", "a")))
        .collect();
    let answers: Vec<_> = tickets.into_iter().map(utc_app::Ticket::wait).collect();
    assert!(
        answers
            .iter()
            .any(|answer| matches!(answer, Err(AppError::Busy)))
    );
    assert!(answers.iter().any(Result::is_ok));
    console
        .submit_as(&principal, ask("read:x", "a"))
        .wait()
        .unwrap();
}

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
        .revoke_session(&local(), second.session)
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
    let secret = |text: &str| text.rsplit_once('_').unwrap().1.as_bytes().to_vec();
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
