//! Tokens: accepted, refused, revoked; subjects and units.

use utc_app::{AppError, Console, Filter, NewToken, Refusal, SystemClock};
use utc_domain::{Clock as _, Role, Scope, Timestamp};

use super::{accepted, check_refused, check_unknown, new_token, scope, token};
use crate::support::{Installation, actor, ask, local};

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
        .pin(&unit, local(), pin("permissive"))
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
fn a_decision_names_the_credential_that_it_was_asked_with() {
    let installation = Installation::new();
    let console = installation.open();
    let (text, id) = token(&console, new_token("ci", "decider"));
    let by = accepted(&console, &text);
    let asked = console.submit_as(&by, ask("write:x", "a")).wait().unwrap();
    let credential = |answer: &utc_app::Answer| {
        let claims = console.verify(answer.receipt.as_bytes()).unwrap();
        claims.payload.unwrap()["meta"]["credential"].clone()
    };
    assert_eq!(credential(&asked), format!("token:{id}"));
    super::person(&console, "ann", "admin");
    let ann = console.sign_in("ann", super::PASSWORD).unwrap().signed_in;
    let asked = console.submit_as(&ann.principal, ask("read:x", "a"));
    assert_eq!(credential(&asked.wait().unwrap()), "user:ann");
    // The process itself has none.
    let asked = console.decide(ask("write:x", "a")).unwrap();
    assert!(credential(&asked).is_null());
}
