//! A new data key: hashes move to it when what they are of is used.

use utc_app::{Console, OutdatedHashes};

use super::{PASSWORD, accepted, check_unknown, new_token, person, token};
use crate::support::{Installation, actor};

fn outdated(console: &Console) -> (usize, usize, usize) {
    let OutdatedHashes {
        tokens,
        sessions,
        unknown_key,
    } = console.outdated_hashes().unwrap();
    (tokens, sessions, unknown_key)
}

#[test]
fn tokens_and_sessions_that_are_used_need_the_old_data_key_no_more() {
    let installation = Installation::new();
    let console = installation.open();
    let (used, _) = token(&console, new_token("used", "decider"));
    let (idle, _) = token(&console, new_token("idle", "decider"));
    let (_, revoked) = token(&console, new_token("revoked", "decider"));
    console.revoke_token(actor(), revoked).wait().unwrap();
    person(&console, "ann", "viewer");
    let cookie = console.sign_in("ann", PASSWORD).unwrap().cookie;
    assert_eq!(outdated(&console), (0, 0, 0));
    drop(console);
    installation.rotate_data_key();

    let console = installation.open();
    assert_eq!(outdated(&console), (2, 1, 0));
    for _ in 0..2 {
        accepted(&console, &used);
        console.session(&cookie).unwrap();
    }
    drop(console);
    let console = installation.open();
    assert_eq!(outdated(&console), (1, 0, 0), "one was not used");
    drop(console);

    installation.forget_old_data_keys();
    let console = installation.open();
    accepted(&console, &used);
    console.session(&cookie).unwrap();
    check_unknown(console.token(&idle));
    assert_eq!(outdated(&console), (0, 0, 1));
}

#[test]
fn what_is_refused_moves_nothing() {
    let installation = Installation::new();
    let console = installation.open();
    let (text, id) = token(&console, new_token("ci", "decider"));
    drop(console);
    installation.rotate_data_key();
    let console = installation.open();
    let (head, last) = text.split_at(text.len() - 1);
    let other = if last == "A" { "B" } else { "A" };
    check_unknown(console.token(&format!("{head}{other}")));
    drop(console);
    let console = installation.open();
    assert_eq!(outdated(&console), (1, 0, 0));
    console.revoke_token(actor(), id).wait().unwrap();
    check_unknown(console.token(&text));
    assert_eq!(outdated(&console), (0, 0, 0), "nobody can use it");
}
