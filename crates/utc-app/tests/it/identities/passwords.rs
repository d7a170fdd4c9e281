//! Passwords: one's own to change, and how they are kept.

use utc_app::{AppError, Console, Filter, SignedIn};
use utc_storage::connection::{Purpose, connect};
use utc_storage::rows::users;

use super::{PASSWORD, check_unknown, person};
use crate::approvals::stage::check_conflict;
use crate::support::{Installation, actor, local};

const OTHER: &str = "a bicycle made of paper";

/// [`PASSWORD`] with less memory and more passes than today, made by another implementation.
const OUTDATED: &str = "$argon2id$v=19$m=8192,t=3,p=1$AAECAwQFBgcICQoLDA0ODw$lHMS9i5KyG9jybYi8UewBhhGc59T3QDy0iNs0D20E6w";

fn change(console: &Console, by: &SignedIn, current: &str, new: &str) -> Result<(), AppError> {
    let changed = console.change_own_password(by, current, new).wait();
    changed.map(drop)
}

#[track_caller]
fn check_invalid(result: Result<(), AppError>, pointer: &str) {
    match result {
        Err(AppError::Invalid(fields)) => assert_eq!(fields.first().unwrap().pointer, pointer),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_person_changes_their_password_and_their_other_sessions_end() {
    let installation = Installation::new();
    let console = installation.open();
    person(&console, "ann", "viewer");
    person(&console, "bob", "viewer");
    let here = console.sign_in("ann", PASSWORD).unwrap();
    let there = console.sign_in("ann", PASSWORD).unwrap();
    let others = console.sign_in("bob", PASSWORD).unwrap();
    let by = here.signed_in;
    let receipt = console
        .change_own_password(&by, PASSWORD, OTHER)
        .wait()
        .unwrap();
    console.session(&here.cookie).unwrap();
    check_unknown(console.session(&there.cookie));
    console.session(&others.cookie).unwrap();
    check_unknown(console.sign_in("ann", PASSWORD));
    console.sign_in("ann", OTHER).unwrap();
    let filter = Filter {
        kind: Some("access_change".to_owned()),
        ..Filter::default()
    };
    let newest = console
        .receipts(&local(), &filter, 1)
        .unwrap()
        .items
        .remove(0);
    assert_eq!(newest.id, receipt.to_string());
    let claims = console
        .verify(newest.receipt.as_bytes())
        .unwrap()
        .payload
        .unwrap();
    assert_eq!(
        (&claims["code"], &claims["sub"]),
        (&"password_changed".into(), &"user:ann".into())
    );
}

#[test]
fn whoever_does_not_know_the_password_or_chooses_a_bad_one_changes_nothing() {
    let console = Installation::new().open();
    person(&console, "ann", "viewer");
    let by = console.sign_in("ann", PASSWORD).unwrap().signed_in;
    check_invalid(change(&console, &by, "wrong", OTHER), "/current");
    check_invalid(change(&console, &by, PASSWORD, "short"), "/new");
    console.sign_in("ann", PASSWORD).unwrap();
}

#[test]
fn a_change_behind_a_reset_or_the_session_s_end_does_nothing() {
    let console = Installation::new().open();
    person(&console, "ann", "viewer");
    let by = console.sign_in("ann", PASSWORD).unwrap().signed_in;
    let reset = console.reset_password(actor(), "ann".parse().unwrap(), OTHER);
    reset.wait().unwrap();
    check_invalid(
        change(&console, &by, PASSWORD, "yet another password"),
        "/current",
    );
    check_unknown(change(&console, &by, OTHER, "yet another password"));
    console.sign_in("ann", OTHER).unwrap();
}

#[test]
fn of_two_changes_at_once_one_is_made() {
    let console = Installation::new().open();
    person(&console, "ann", "viewer");
    let by = console.sign_in("ann", PASSWORD).unwrap().signed_in;
    let first = console.change_own_password(&by, PASSWORD, OTHER);
    let second = console.change_own_password(&by, PASSWORD, "yet another password");
    first.wait().unwrap();
    // Where the first was written before the second looked, the present password was wrong already.
    match second.wait() {
        Err(AppError::Invalid(_)) => {}
        other => check_conflict(other, "password_changed"),
    }
    console.sign_in("ann", OTHER).unwrap();
}

fn stored(installation: &Installation) -> String {
    let location = installation.options().location;
    let mut db = connect(&location, Purpose::Maintain).unwrap();
    users::by_name(&mut db, "ann").unwrap().unwrap().password
}

#[test]
fn a_password_kept_with_other_parameters_is_kept_anew_when_it_is_used() {
    let installation = Installation::new();
    let console = installation.open();
    person(&console, "ann", "viewer");
    let mut db = connect(&installation.options().location, Purpose::Maintain).unwrap();
    let mut row = users::by_name(&mut db, "ann").unwrap().unwrap();
    row.password = OUTDATED.to_owned();
    users::update(&mut db, &row).unwrap();
    check_unknown(console.sign_in("ann", "wrong"));
    assert_eq!(stored(&installation), OUTDATED);
    console.sign_in("ann", PASSWORD).unwrap();
    let anew = stored(&installation);
    assert!(
        anew.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{anew}"
    );
    console.sign_in("ann", PASSWORD).unwrap();
    assert_eq!(stored(&installation), anew);
}
